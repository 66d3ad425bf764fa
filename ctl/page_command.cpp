// SPDX-License-Identifier: GPL-2.0-or-later
// The commands of plugins: the running plugin answers a page; a helper is a program of the plugin.
#include <unistd.h>

#include <QFile>
#include <QFileInfo>
#include <cerrno>
#include <cstring>

#include "commands.h"
#include "page_text.h"

namespace fos1::ctl {
namespace {

/// Whether the plugin may act by itself, now or soon.
bool isAtWork(const QString& state) {
    return state != u"Stopped" && state != u"Failed" && state != u"Refused" && state != u"Loaded";
}

}  // namespace

ExitCode showPage(const Options& options, const PageRequest& request) {
    ExitCode code = ExitCode::Ok;
    // An object's name with its namespace, in the usual notation.
    const bool isInNamespace = !options.ns.isEmpty() && !request.argument.isEmpty();
    const QString argument = isInNamespace ? options.ns + u'/' + request.argument : request.argument;
    const auto document = call(options, QStringLiteral("plugin.page"),
                               {{QStringLiteral("id"), request.plugin},
                                {QStringLiteral("page"), request.page},
                                {QStringLiteral("argument"), argument}},
                               code);
    if (!document) return code;
    if (printAs(options.output, *document)) return ExitCode::Ok;
    print(pageText(*document, QDateTime::currentDateTimeUtc(), lineWidth()));
    return ExitCode::Ok;
}

ExitCode runHelper(const Options& options, const HelperRequest& request) {
    if (request.needsStopped) {
        RpcClient client(options.socket);
        const auto plugin = client.call(QStringLiteral("plugin.get"), {{QStringLiteral("id"), request.plugin}});
        if (!plugin && plugin.error().code != RpcFailure::kNoDaemon && plugin.error().code != RpcFailure::kNotFound)
            return complainAbout(plugin.error());
        if (plugin && isAtWork(plugin->value(u"state").toString())) {
            complain(QStringLiteral("plugin %1 is %2 and would undo this; stop it first: fos1ctl plugin stop %1")
                         .arg(request.plugin, plugin->value(u"state").toString()));
            return ExitCode::Failed;
        }
    }
    // Use the file name only, so that a path from the daemon cannot lead elsewhere.
    const QString file = request.directory + u'/' + QFileInfo(request.program).fileName();
    const QByteArray path = QFile::encodeName(file);
    const char* const arguments[] = {path.constData(), nullptr};
    ::execv(path.constData(), const_cast<char* const*>(arguments));
    complain(QStringLiteral("%1: %2").arg(file, QString::fromLocal8Bit(std::strerror(errno))));
    return ExitCode::Failed;
}

}  // namespace fos1::ctl
