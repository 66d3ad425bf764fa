// SPDX-License-Identifier: GPL-2.0-or-later
// `status`: the state of the host.
#include <QJsonArray>

#include "commands.h"
#include "human_text.h"
#include "plugin_text.h"
#include "text_table.h"

namespace fos1::ctl {
namespace {

QString statusPage(const QJsonObject& status) {
    QString page = QStringLiteral("fos1-hostd %1 (SDK %2), pid %3, up %4\n")
                       .arg(cellText(status.value(u"version")), cellText(status.value(u"sdk")),
                            cellText(status.value(u"pid")), ageText(status.value(u"uptime_seconds").toInteger()));
    const auto line = [&](const char* name, const QString& value) {
        if (!value.isEmpty()) page += QLatin1String(name).toString().leftJustified(10) + value + u'\n';
    };
    const QString ready = status.value(u"ready").toBool() ? QStringLiteral("ready") : QStringLiteral("not ready");
    line("State", status.value(u"state").toString() + QStringLiteral(", ") + ready);
    for (const QJsonValue reason : status.value(u"notReady").toArray())
        line("", QStringLiteral("- ") + reason.toString());
    line("Objects", cellText(status.value(u"objects")));
    line("Config", status.value(u"config_file").toString());
    if (const QString http = status.value(u"http").toString(); !http.isEmpty())
        line("Metrics", http + QStringLiteral("/metrics"));
    line("D-Bus", status.value(u"dbus").toString());
    return page + u'\n' + pluginTable(status.value(u"plugins").toArray(), lineWidth());
}

}  // namespace

ExitCode showStatus(const Options& options) {
    ExitCode code = ExitCode::Ok;
    const auto status = call(options, QStringLiteral("host.status"), {}, code);
    if (status && !printAs(options.output, *status)) print(statusPage(*status));
    return code;
}

ExitCode checkStatus(const Options& options) {
    ExitCode code = ExitCode::Ok;
    const auto status = call(options, QStringLiteral("host.status"), {}, code);
    if (!status) return code;
    const bool isReady = status->value(u"ready").toBool();
    QStringList reasons;
    for (const QJsonValue reason : status->value(u"notReady").toArray()) reasons << harmless(reason.toString());
    if (!printAs(options.output,
                 {{QStringLiteral("ready"), isReady}, {QStringLiteral("notReady"), status->value(u"notReady")}}))
        print(isReady ? QStringLiteral("ready") : QStringLiteral("not ready: ") + reasons.join(QStringLiteral("; ")));
    return isReady ? ExitCode::Ok : ExitCode::Failed;
}

}  // namespace fos1::ctl
