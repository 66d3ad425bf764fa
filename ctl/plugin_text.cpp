// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugin_text.h"

#include "fos1/condition.h"
#include "human_text.h"
#include "text_table.h"

namespace fos1::ctl {
namespace {

QString joinedTexts(const QJsonValue& list) { return cellText(list.toArray()); }

/// Without their groups and versions, which `plugin show` has.
QString kindNames(const QJsonArray& kinds) {
    QJsonArray names;
    for (const QJsonValue kind : kinds) names.append(kind.toString().section(u'/', -1));
    return cellText(names);
}

/// "in the host", or "runner" with its process.
QString whereItRuns(const QJsonObject& plugin) {
    if (plugin.value(u"isolation").toString() != u"remote") return QStringLiteral("in the host");
    const qint64 pid = plugin.value(u"pid").toInteger();
    return pid > 0 ? QStringLiteral("runner %1").arg(pid) : QStringLiteral("runner");
}

/// Why a plugin is not simply running: its own reason, otherwise its conditions that indicate trouble.
QString remark(const QJsonObject& plugin) {
    if (const QString reason = plugin.value(u"reason").toString(); !reason.isEmpty()) return reason;
    QStringList remarks;
    for (const QJsonValue item : plugin.value(u"conditions").toArray()) {
        const QJsonObject condition = item.toObject();
        const bool holds = condition.value(u"status").toString() == u"True";
        if (holds != isBadWhenTrue(condition.value(u"type").toString())) continue;
        remarks << condition.value(u"type").toString() + u'=' + condition.value(u"status").toString() + u' ' +
                       condition.value(u"message").toString();
    }
    return remarks.join(QStringLiteral("; "));
}

/// What a runner may do, one line each; empty lists are omitted.
QString permissionLines(const QJsonObject& rights) {
    QString lines;
    const auto line = [&](const char* label, const QString& value) {
        if (!value.isEmpty())
            lines += QStringLiteral("  ") + QLatin1String(label).toString().leftJustified(14) + value + u'\n';
    };
    const QString user = rights.value(u"user").toString();
    line("user", user.isEmpty() ? QStringLiteral("its own") : user);
    const QString capabilities = joinedTexts(rights.value(u"capabilities"));
    line("capabilities", capabilities.isEmpty() || capabilities == u"-" ? QStringLiteral("none") : capabilities);
    for (const char* name : {"groups", "read", "write", "execute"})
        if (!rights.value(QLatin1String(name)).toArray().isEmpty())
            line(name, joinedTexts(rights.value(QLatin1String(name))));
    line("memory", QStringLiteral("%1 MiB").arg(rights.value(u"memoryMiB").toInteger()));
    line("cpu", QStringLiteral("%1 % of a core").arg(rights.value(u"cpuPercent").toInteger()));
    return lines;
}

}  // namespace

QString pluginTable(const QJsonArray& plugins, qsizetype width) {
    if (plugins.isEmpty()) return QStringLiteral("No plugins.\n");
    TextTable table(
        {QStringLiteral("PLUGIN"), QStringLiteral("VERSION"), QStringLiteral("STATE"), QStringLiteral("REMARK")});
    for (const QJsonValue value : plugins) {
        const QJsonObject plugin = value.toObject();
        table.add({plugin.value(u"id").toString(), plugin.value(u"version").toString(),
                   plugin.value(u"state").toString(), remark(plugin)});
    }
    return table.text(width);
}

QString widePluginTable(const QJsonArray& plugins, qsizetype width) {
    if (plugins.isEmpty()) return QStringLiteral("No plugins.\n");
    TextTable table({QStringLiteral("PLUGIN"), QStringLiteral("VERSION"), QStringLiteral("STATE"),
                     QStringLiteral("LOCATION"), QStringLiteral("KINDS"), QStringLiteral("PUBLISHES"),
                     QStringLiteral("SUBSCRIBES"), QStringLiteral("REMARK")});
    for (const QJsonValue value : plugins) {
        const QJsonObject plugin = value.toObject();
        table.add({plugin.value(u"id").toString(), plugin.value(u"version").toString(),
                   plugin.value(u"state").toString(), whereItRuns(plugin), kindNames(plugin.value(u"kinds").toArray()),
                   joinedTexts(plugin.value(u"publishes")), joinedTexts(plugin.value(u"subscribes")), remark(plugin)});
    }
    return table.text(width);
}

QString pluginPage(const QJsonObject& plugin, qsizetype width) {
    QString page;
    const auto line = [&](const char* label, const QString& value) {
        if (!value.isEmpty()) page += QLatin1String(label).toString().leftJustified(12) + value + u'\n';
    };
    const auto list = [&](const char* label, const char* field) {
        const QJsonValue value = plugin.value(QLatin1String(field));
        if (!value.toArray().isEmpty()) line(label, joinedTexts(value));
    };
    line("Plugin", plugin.value(u"id").toString() + u' ' + plugin.value(u"version").toString());
    line("", plugin.value(u"description").toString());
    line("State", plugin.value(u"state").toString());
    line("Reason", plugin.value(u"reason").toString());
    line("Location", whereItRuns(plugin));
    if (plugin.value(u"pid").toInteger() > 0)
        line("Uses", QStringLiteral("%1 KiB of memory, %2 s of CPU")
                         .arg(plugin.value(u"memoryKiB").toInteger())
                         .arg(static_cast<double>(plugin.value(u"cpuMs").toInteger()) / 1000, 0, 'f', 2));
    line("Protection", plugin.value(u"protection").toString());
    line("Restarts", cellText(plugin.value(u"restarts")));
    line("Slow calls", cellText(plugin.value(u"slowCallbacks")));
    line("File", plugin.value(u"file").toString());
    line("SDK", plugin.value(u"sdk").toString());
    line("Maturity", plugin.value(u"maturity").toString());
    line("Posture", plugin.value(u"securityPosture").toString());
    list("Kinds", "kinds");
    list("Publishes", "publishes");
    list("Subscribes", "subscribes");
    list("Requires", "requiredFeatures");
    list("Wants", "wantedFeatures");
    list("May also", "powers");
    if (plugin.contains(u"permissions"))
        page += "Permissions\n" + permissionLines(plugin.value(u"permissions").toObject());
    const QJsonArray conditions = plugin.value(u"conditions").toArray();
    if (conditions.isEmpty()) return page;
    TextTable table(
        {QStringLiteral("CONDITION"), QStringLiteral("STATUS"), QStringLiteral("REASON"), QStringLiteral("MESSAGE")});
    for (const QJsonValue value : conditions) {
        const QJsonObject condition = value.toObject();
        table.add({condition.value(u"type").toString(), condition.value(u"status").toString(),
                   condition.value(u"reason").toString(), condition.value(u"message").toString()});
    }
    return page + u'\n' + table.text(width);
}

}  // namespace fos1::ctl
