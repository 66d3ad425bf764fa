// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugin_catalog.h"

#include <QDir>
#include <QPluginLoader>
#include <algorithm>

#include "fos1/iplugin.h"

namespace fos1::ctl {
namespace {

QString argumentHelp(const QJsonObject& argument) {
    const QString help = argument.value(u"help").toString();
    if (const QString kind = argument.value(u"kind").toString(); !kind.isEmpty())
        return QStringLiteral("%1 (fos1ctl get %2)").arg(help, kind);
    if (const QString topic = argument.value(u"topic").toString(); !topic.isEmpty())
        return QStringLiteral("%1 (fos1ctl topic get %2)").arg(help, topic);
    QStringList values;
    for (const QJsonValue value : argument.value(u"values").toArray()) values.append(value.toString());
    return values.isEmpty() ? help : QStringLiteral("%1: %2").arg(help, values.join(QStringLiteral(", ")));
}

PageCommand pageIn(const QJsonObject& page) {
    const QJsonObject argument = page.value(u"argument").toObject();
    return {page.value(u"name").toString(), page.value(u"help").toString(),       argument.value(u"name").toString(),
            argumentHelp(argument),         argument.value(u"required").toBool(), page.value(u"proposes").toBool()};
}

HelperCommand helperIn(const QJsonObject& helper) {
    return {helper.value(u"name").toString(), helper.value(u"help").toString(), helper.value(u"program").toString(),
            helper.value(u"needsStopped").toBool()};
}

}  // namespace

std::vector<PluginCommand> commandsIn(const QJsonArray& plugins) {
    std::vector<PluginCommand> commands;
    for (const QJsonValue item : plugins) {
        const QJsonObject plugin = item.toObject();
        const QJsonObject named = plugin.value(u"command").toObject();
        PluginCommand command{
            plugin.value(u"id").toString(), named.value(u"name").toString(), named.value(u"help").toString(), {}, {}};
        for (const QJsonValue page : plugin.value(u"pages").toArray()) command.pages.push_back(pageIn(page.toObject()));
        for (const QJsonValue helper : plugin.value(u"helpers").toArray())
            command.helpers.push_back(helperIn(helper.toObject()));
        const bool isEmpty = command.pages.empty() && command.helpers.empty();
        if (!command.name.isEmpty() && !isEmpty) commands.push_back(std::move(command));
    }
    return commands;
}

std::vector<PluginCommand> installedCommands(const QStringList& directories) {
    QJsonArray plugins;
    for (const QString& path : directories) {
        const QDir directory(path);
        for (const QString& name : directory.entryList({QStringLiteral("*.so")}, QDir::Files, QDir::Name)) {
            const QJsonObject root = QPluginLoader(directory.filePath(name)).metaData();
            if (root.value(u"IID").toString() == QLatin1String(FOS1_PLUGIN_IID))
                plugins.append(root.value(u"MetaData"));
        }
    }
    return commandsIn(plugins);
}

std::vector<PluginCommand> merged(std::vector<PluginCommand> first, const std::vector<PluginCommand>& others) {
    for (const PluginCommand& other : others) {
        const bool isKnown = std::any_of(first.begin(), first.end(),
                                         [&](const PluginCommand& each) { return each.plugin == other.plugin; });
        if (!isKnown) first.push_back(other);
    }
    return first;
}

}  // namespace fos1::ctl
