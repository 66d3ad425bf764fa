// SPDX-License-Identifier: GPL-2.0-or-later
// `plugin list|show|start|stop|restart`.
#include "commands.h"
#include "plugin_text.h"

namespace fos1::ctl {

ExitCode listPlugins(const Options& options) {
    ExitCode code = ExitCode::Ok;
    const auto list = call(options, QStringLiteral("plugin.list"), {}, code);
    if (list && !printAs(options.output, *list)) print(widePluginTable(list->value(u"plugins").toArray()));
    return code;
}

ExitCode showPlugin(const Options& options, const QString& id) {
    ExitCode code = ExitCode::Ok;
    const auto plugin = call(options, QStringLiteral("plugin.get"), {{QStringLiteral("id"), id}}, code);
    if (plugin && !printAs(options.output, *plugin)) print(pluginPage(*plugin));
    return code;
}

ExitCode controlPlugin(const Options& options, const QString& verb, const QString& id) {
    ExitCode code = ExitCode::Ok;
    const auto done = call(options, QStringLiteral("plugin.") + verb, {{QStringLiteral("id"), id}}, code);
    if (done && !printAs(options.output, *done))
        print(QStringLiteral("plugin %1 %2ed").arg(id, verb == u"stop" ? QStringLiteral("stopp") : verb));
    return code;
}

}  // namespace fos1::ctl
