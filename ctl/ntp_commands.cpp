// SPDX-License-Identifier: GPL-2.0-or-later
// `ntp status` and `ntp sources`: the time service on one page. Reads the topic time.sync/v1 and NTPService's status.
#include <QJsonArray>
#include <cmath>

#include "commands.h"
#include "fos1/condition.h"
#include "human_text.h"
#include "ntp_objects.h"
#include "text_page.h"
#include "text_table.h"

namespace fos1::ctl {
namespace {

/// The value of time.sync/v1 for `service`, whose key is its name; {} when nothing is known.
QJsonObject syncEntry(const QJsonObject& topic, const QJsonObject& service) {
    for (const QJsonValue item : topic.value(u"values").toArray()) {
        const QString key = item.toObject().value(u"key").toString();
        if (key == nameOf(service) || key == nsOf(service) + u'/' + nameOf(service)) return item.toObject();
    }
    return {};
}

QString sourceText(const QJsonObject& source) {
    if (source.isEmpty()) return {};
    const QString sourceName = source.value(u"name").toString();
    const QString address = source.value(u"address").toString();
    QString text = sourceName;
    if (!address.isEmpty() && address != sourceName) text += QStringLiteral(" (") + address + u')';
    return text + QStringLiteral(", ") + source.value(u"kind").toString();
}

QString frequencyText(qint64 ppb) {
    const QString amount = QString::number(std::abs(static_cast<double>(ppb)) / 1000, 'f', 3) + QStringLiteral(" ppm ");
    return QStringLiteral("the clock runs ") + amount + (ppb < 0 ? QStringLiteral("slow") : QStringLiteral("fast"));
}

QString headline(const QJsonObject& entry, const QJsonObject& sync) {
    if (entry.isEmpty() || entry.value(u"presence").toString() == u"Absent") {
        const QString reason = entry.value(u"reason").toString();
        return QStringLiteral("not known") + (reason.isEmpty() ? QString() : QStringLiteral(": ") + reason);
    }
    QString text = sync.value(u"synchronised").toBool() ? QStringLiteral("synchronised")
                   : sync.value(u"holdover").toBool()   ? QStringLiteral("in holdover, without a source")
                                                        : QStringLiteral("NOT synchronised");
    if (entry.value(u"presence").toString() == u"Stale")
        text += QStringLiteral(" (stale, %1 old)").arg(ageText(entry.value(u"age_ms").toInteger() / 1000));
    return text;
}

void addMeasurements(TextPage& page, const QJsonObject& sync) {
    const auto nanoseconds = [&](QStringView field) { return sync.value(field).toDouble(); };
    const bool hasClock = sync.value(u"synchronised").toBool() || sync.value(u"holdover").toBool();
    page.line("Source", sourceText(sync.value(u"source").toObject()));
    if (hasClock) {
        page.line("Stratum", cellText(sync.value(u"stratum")));
        page.line("Offset", QStringLiteral("%1 (the local clock is %2), jitter %3")
                                .arg(signedDurationText(nanoseconds(u"offset_ns")),
                                     nanoseconds(u"offset_ns") < 0 ? QStringLiteral("slow") : QStringLiteral("fast"),
                                     durationText(nanoseconds(u"jitter_ns"))));
        page.line("Error bound", durationText(nanoseconds(u"error_bound_ns")));
        page.line("Frequency", frequencyText(sync.value(u"frequency_ppb").toInteger()));
        page.line("Leap second", sync.value(u"leap").toString());
    }
    const QJsonObject sources = sync.value(u"sources").toObject();
    page.line("Sources", QStringLiteral("%1 of %2 reachable, %3 selectable")
                             .arg(cellText(sources.value(u"reachable")), cellText(sources.value(u"total")),
                                  cellText(sources.value(u"selectable"))));
    const QString reason = sync.value(u"reason").toString();
    page.line("Advertised", (sync.value(u"fit_to_advertise").toBool() ? QStringLiteral("yes") : QStringLiteral("no")) +
                                (reason.isEmpty() ? QString() : QStringLiteral(": ") + reason));
}

/// Ready, and what is not as it should be: most conditions should be True, these few False.
bool isWorthALine(const QJsonObject& condition) {
    const QString type = condition.value(u"type").toString();
    const bool holds = condition.value(u"status").toString() == u"True";
    return type == u"Ready" || holds == isBadWhenTrue(type);
}

void addConditions(TextPage& page, const QJsonArray& conditions) {
    const char* label = "Conditions";
    for (const QJsonValue item : conditions) {
        const QJsonObject condition = item.toObject();
        if (!isWorthALine(condition)) continue;
        const QString message = condition.value(u"message").toString();
        page.line(label, condition.value(u"type").toString() + QStringLiteral(" = ") +
                             condition.value(u"status").toString() +
                             (message.isEmpty() ? QString() : QStringLiteral(": ") + message));
        label = "";
    }
}

QString statusPage(const QJsonObject& service, const QJsonObject& entry) {
    const QJsonObject sync = entry.value(u"value").toObject();
    const QJsonObject status = service.value(u"status").toObject();
    const bool isWanted = service.value(u"spec").toObject().value(u"enabled").toBool();
    TextPage page;
    if (!sync.isEmpty() && entry.value(u"presence").toString() != u"Absent") addMeasurements(page, sync);
    page.line("chronyd", status.value(u"running").toBool() ? QStringLiteral("runs") : QStringLiteral("does not run"));
    if (const QString error = status.value(u"lastError").toString(); !error.isEmpty()) {
        const QString when = ageSince(status.value(u"lastErrorTime").toString(), QDateTime::currentDateTimeUtc());
        page.line("Last error", when == u"-" ? error : error + QStringLiteral(" (%1 ago)").arg(when));
    }
    addConditions(page, status.value(u"conditions").toArray());
    return QStringLiteral("%1/%2: %3\n%4")
        .arg(nsOf(service), nameOf(service),
             isWanted ? headline(entry, sync) : QStringLiteral("disabled (spec.enabled is false)"), page.text());
}

QString sourceTable(const QJsonArray& sources) {
    TextTable table({QStringLiteral("NAME"), QStringLiteral("ADDRESS"), QStringLiteral("KIND"), QStringLiteral("STATE"),
                     QStringLiteral("STRATUM"), QStringLiteral("REACH"), QStringLiteral("POLL"),
                     QStringLiteral("LASTRX"), QStringLiteral("OFFSET"), QStringLiteral("JITTER"),
                     QStringLiteral("DELAY")});
    for (const QJsonValue item : sources) {
        const QJsonObject source = item.toObject();
        const QJsonValue lastRx = source.value(u"lastRx");
        table.add({cellText(source.value(u"name")), cellText(source.value(u"address")), cellText(source.value(u"kind")),
                   cellText(source.value(u"state")), cellText(source.value(u"stratum")),
                   reachText(source.value(u"reach")), pollText(source.value(u"poll")),
                   lastRx.isDouble() ? ageText(lastRx.toInteger()) : QStringLiteral("-"),
                   millisecondsText(source.value(u"offset"), true), millisecondsText(source.value(u"jitter"), false),
                   millisecondsText(source.value(u"delay"), false)});
    }
    return table.text();
}

}  // namespace

ExitCode showNtpStatus(const Options& options, const QString& name) {
    RpcClient client(options.socket);
    const auto found = ntpServices(client, options, name);
    if (!found) return found.error();
    const auto topic =
        client.call(QStringLiteral("topic.list"), {{QStringLiteral("topic"), QStringLiteral("time.sync/v1")}});
    if (!topic) return complainAbout(topic.error());
    QJsonArray all;
    QString pages;
    for (const QJsonValue item : *found) {
        const QJsonObject entry = syncEntry(*topic, item.toObject());
        all.append(QJsonObject{{QStringLiteral("service"), item}, {QStringLiteral("sync"), entry}});
        if (!pages.isEmpty()) pages += u'\n';
        pages += statusPage(item.toObject(), entry);
    }
    if (!printAs(options.output, {{QStringLiteral("services"), all}})) print(pages);
    return ExitCode::Ok;
}

ExitCode showNtpSources(const Options& options, const QString& name) {
    RpcClient client(options.socket);
    const auto found = ntpServices(client, options, name);
    if (!found) return found.error();
    QJsonArray all;
    QString tables;
    for (const QJsonValue item : *found) {
        const QJsonObject service = item.toObject();
        const QJsonArray sources = service.value(u"status").toObject().value(u"sources").toArray();
        all.append(QJsonObject{{QStringLiteral("service"), nameOf(service)}, {QStringLiteral("sources"), sources}});
        if (found->size() > 1) tables += nsOf(service) + u'/' + nameOf(service) + QStringLiteral(":\n");
        tables += sources.isEmpty() ? QStringLiteral("No sources.\n") : sourceTable(sources);
    }
    if (!printAs(options.output, {{QStringLiteral("services"), all}})) print(tables);
    return ExitCode::Ok;
}

}  // namespace fos1::ctl
