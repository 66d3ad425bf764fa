// SPDX-License-Identifier: GPL-2.0-or-later
// `status` and `plugin list`: how the host and its plugins are.
#include <QJsonArray>

#include "commands.h"
#include "human_text.h"
#include "text_table.h"

namespace fos1::ctl {
namespace {

QString joinedTexts(const QJsonValue& list) { return cellText(list.toArray()); }

/// Why a plugin is not simply running: its own reason, else its conditions that are not as they should be.
QString remark(const QJsonObject& plugin) {
    if (const QString reason = plugin.value(u"reason").toString(); !reason.isEmpty()) return reason;
    QStringList remarks;
    for (const QJsonValue item : plugin.value(u"conditions").toArray()) {
        const QJsonObject condition = item.toObject();
        const bool isDegraded = condition.value(u"type").toString() == u"Degraded";
        const bool holds = condition.value(u"status").toString() == u"True";
        if (holds != isDegraded) continue;
        remarks << condition.value(u"type").toString() + u'=' + condition.value(u"status").toString() + u' ' +
                       condition.value(u"message").toString();
    }
    return remarks.join(QStringLiteral("; "));
}

QString pluginTable(const QJsonArray& plugins) {
    if (plugins.isEmpty()) return QStringLiteral("No plugins.\n");
    TextTable table(
        {QStringLiteral("PLUGIN"), QStringLiteral("VERSION"), QStringLiteral("STATE"), QStringLiteral("REMARK")});
    for (const QJsonValue value : plugins) {
        const QJsonObject plugin = value.toObject();
        table.add({plugin.value(u"id").toString(), plugin.value(u"version").toString(),
                   plugin.value(u"state").toString(), remark(plugin)});
    }
    return table.text();
}

QString wideTable(const QJsonArray& plugins) {
    if (plugins.isEmpty()) return QStringLiteral("No plugins.\n");
    TextTable table({QStringLiteral("PLUGIN"), QStringLiteral("VERSION"), QStringLiteral("STATE"),
                     QStringLiteral("KINDS"), QStringLiteral("PUBLISHES"), QStringLiteral("SUBSCRIBES"),
                     QStringLiteral("REMARK")});
    for (const QJsonValue value : plugins) {
        const QJsonObject plugin = value.toObject();
        table.add({plugin.value(u"id").toString(), plugin.value(u"version").toString(),
                   plugin.value(u"state").toString(), joinedTexts(plugin.value(u"kinds")),
                   joinedTexts(plugin.value(u"publishes")), joinedTexts(plugin.value(u"subscribes")), remark(plugin)});
    }
    return table.text();
}

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
    return page + u'\n' + pluginTable(status.value(u"plugins").toArray());
}

}  // namespace

ExitCode showStatus(const Options& options) {
    ExitCode code = ExitCode::Ok;
    const auto status = call(options, QStringLiteral("host.status"), {}, code);
    if (status && !printAs(options.output, *status)) print(statusPage(*status));
    return code;
}

ExitCode listPlugins(const Options& options) {
    ExitCode code = ExitCode::Ok;
    const auto list = call(options, QStringLiteral("plugin.list"), {}, code);
    if (list && !printAs(options.output, *list)) print(wideTable(list->value(u"plugins").toArray()));
    return code;
}

}  // namespace fos1::ctl
