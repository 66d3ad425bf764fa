// SPDX-License-Identifier: GPL-2.0-or-later
// `topic get`: the values on the state bus. Must not know any topic.
#include <QCborMap>
#include <QJsonArray>

#include "commands.h"
#include "human_text.h"
#include "text_table.h"
#include "yaml_document.h"

namespace fos1::ctl {
namespace {

QString ageOf(const QJsonObject& entry) {
    const QJsonValue age = entry.value(u"age_ms");
    return age.isDouble() ? ageText(age.toInteger() / 1000) : QStringLiteral("-");
}

QString table(const QJsonArray& entries) {
    TextTable table({QStringLiteral("TOPIC"), QStringLiteral("KEY"), QStringLiteral("PRESENCE"), QStringLiteral("AGE"),
                     QStringLiteral("PUBLISHER"), QStringLiteral("REASON")});
    for (const QJsonValue value : entries) {
        const QJsonObject entry = value.toObject();
        table.add({entry.value(u"topic").toString(), entry.value(u"key").toString(),
                   entry.value(u"presence").toString(), ageOf(entry), entry.value(u"publisher").toString(),
                   entry.value(u"reason").toString()});
    }
    return table.text(lineWidth());
}

/// One value with all its fields.
QString page(const QJsonObject& entry) {
    const QString reason = entry.value(u"reason").toString();
    const QString head = QStringLiteral("# %1 of %2, key %3, by %4, %5 old%6\n")
                             .arg(entry.value(u"presence").toString(), entry.value(u"topic").toString(),
                                  entry.value(u"key").toString(), entry.value(u"publisher").toString(), ageOf(entry),
                                  reason.isEmpty() ? QString() : QStringLiteral(": ") + reason);
    return head + QString::fromUtf8(yaml::emit(QCborMap::fromJsonObject(entry.value(u"value").toObject())));
}

}  // namespace

ExitCode getTopic(const Options& options, const QString& topic, const QString& key) {
    QJsonObject params;
    if (!topic.isEmpty()) params.insert(QStringLiteral("topic"), topic);
    ExitCode code = ExitCode::Ok;
    const auto list = call(options, QStringLiteral("topic.list"), params, code);
    if (!list) return code;

    QJsonArray entries;
    for (const QJsonValue value : list->value(u"values").toArray())
        if (key.isEmpty() || value.toObject().value(u"key").toString() == key) entries.append(value);
    if (entries.isEmpty() && !topic.isEmpty()) {
        complain(key.isEmpty() ? QStringLiteral("nothing is published on topic %1").arg(topic)
                               : QStringLiteral("nothing is published on topic %1 with key %2").arg(topic, key));
        return ExitCode::Failed;
    }
    if (printAs(options.output, {{QStringLiteral("values"), entries}})) return ExitCode::Ok;
    if (topic.isEmpty()) {
        print(entries.isEmpty() ? QStringLiteral("Nothing is published.") : table(entries));
        return ExitCode::Ok;
    }
    QString pages;
    for (const QJsonValue value : entries) pages += page(value.toObject());
    print(pages);
    return ExitCode::Ok;
}

}  // namespace fos1::ctl
