// SPDX-License-Identifier: GPL-2.0-or-later
// `events`: the events, latest last.
#include <QJsonArray>
#include <algorithm>

#include "commands.h"
#include "human_text.h"
#include "text_table.h"

namespace fos1::ctl {
namespace {

QString objectText(const QJsonObject& regarding) {
    const QString name = regarding.value(u"name").toString();
    if (name.isEmpty()) return QStringLiteral("-");
    return regarding.value(u"kind").toString() + u' ' + regarding.value(u"namespace").toString() + u'/' + name;
}

/// "2m", or "2m (x5 over 1h)" for a repeated event, as kubectl shows it.
QString lastSeen(const QJsonObject& event, const QDateTime& now) {
    const QString age = ageSince(event.value(u"time").toString(), now);
    const qint64 count = event.value(u"count").toInteger(1);
    if (count <= 1) return age;
    return QStringLiteral("%1 (x%2 over %3)")
        .arg(age, QString::number(count), ageSince(event.value(u"firstTime").toString(), now));
}

QString table(const std::vector<QJsonObject>& events) {
    TextTable table({QStringLiteral("LAST SEEN"), QStringLiteral("TYPE"), QStringLiteral("REASON"),
                     QStringLiteral("OBJECT"), QStringLiteral("SOURCE"), QStringLiteral("MESSAGE")});
    const QDateTime now = QDateTime::currentDateTimeUtc();
    for (const QJsonObject& event : events)
        table.add({lastSeen(event, now), event.value(u"type").toString(), event.value(u"reason").toString(),
                   objectText(event.value(u"regarding").toObject()), event.value(u"source").toString(),
                   event.value(u"message").toString()});
    return table.text(lineWidth());
}

}  // namespace

ExitCode listEvents(const Options& options, int limit) {
    ExitCode code = ExitCode::Ok;
    const auto list = call(options, QStringLiteral("event.list"), {{QStringLiteral("limit"), limit}}, code);
    if (!list || printAs(options.output, *list)) return code;
    std::vector<QJsonObject> events;
    for (const QJsonValue value : list->value(u"events").toArray()) events.push_back(value.toObject());
    std::stable_sort(events.begin(), events.end(), [](const QJsonObject& a, const QJsonObject& b) {
        return QDateTime::fromString(a.value(u"time").toString(), Qt::ISODateWithMs) <
               QDateTime::fromString(b.value(u"time").toString(), Qt::ISODateWithMs);
    });
    print(events.empty() ? QStringLiteral("No events.") : table(events));
    return ExitCode::Ok;
}

}  // namespace fos1::ctl
