// SPDX-License-Identifier: GPL-2.0-or-later
// Consumes one step after another from the start of the path.
#include "json_path.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QRegularExpression>

namespace fos1::ctl {
namespace {

struct Step {
    QJsonValue value;
    qsizetype length = 0;  ///< of the consumed part of the path; 0: not a step of this kind
};

Step fieldStep(const QJsonValue& from, QStringView path) {
    static const QRegularExpression name(QStringLiteral("\\A\\.((?:\\\\.|[^.\\[\\\\])+)"));
    const auto match = name.match(path.toString());
    if (!match.hasMatch()) return {};
    const QString field = match.captured(1).remove(u'\\');
    return {from.toObject().value(field), match.capturedLength()};
}

Step indexStep(const QJsonValue& from, QStringView path) {
    static const QRegularExpression index(QStringLiteral("\\A\\[([0-9]{1,9})\\]"));
    const auto match = index.match(path.toString());
    if (!match.hasMatch()) return {};
    return {from.toArray().at(match.captured(1).toInt()), match.capturedLength()};
}

Step filterStep(const QJsonValue& from, QStringView path) {
    static const QRegularExpression filter(
        QStringLiteral("\\A\\[\\?\\(\\s*@\\.([A-Za-z0-9_]+)\\s*==\\s*(?:\"([^\"]*)\"|'([^']*)')\\s*\\)\\]"));
    const auto match = filter.match(path.toString());
    if (!match.hasMatch()) return {};
    const QString wanted = match.captured(2) + match.captured(3);
    for (const QJsonValue item : from.toArray())
        if (item.toObject().value(match.captured(1)).toString() == wanted) return {item, match.capturedLength()};
    return {QJsonValue(QJsonValue::Undefined), match.capturedLength()};
}

}  // namespace

QJsonValue valueAt(const QJsonValue& root, const QString& path) {
    QJsonValue value = root;
    QStringView rest(path);
    while (!rest.isEmpty()) {
        Step step = fieldStep(value, rest);
        if (step.length == 0) step = indexStep(value, rest);
        if (step.length == 0) step = filterStep(value, rest);
        if (step.length == 0) return QJsonValue(QJsonValue::Undefined);
        value = step.value;
        rest = rest.mid(step.length);
    }
    return value;
}

}  // namespace fos1::ctl
