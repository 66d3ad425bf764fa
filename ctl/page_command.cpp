// SPDX-License-Identifier: GPL-2.0-or-later
// The commands of plugins: the running plugin answers a page; a helper is a program of the plugin.
#include <unistd.h>

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <thread>

#include "commands.h"
#include "page_text.h"
#include "progress_line.h"

namespace fos1::ctl {
namespace {

/// Whether the plugin may act by itself, now or soon.
bool isAtWork(const QString& state) {
    return state != u"Stopped" && state != u"Failed" && state != u"Refused" && state != u"Loaded";
}

using Ask = std::function<std::optional<QJsonObject>(ExitCode& code)>;

/// Requests the page each second until it is complete or the time is over, and reports the progress.
std::optional<QJsonObject> askUntilComplete(const Ask& ask, std::chrono::seconds wait, ExitCode& code) {
    constexpr std::chrono::seconds kPause(1);
    const auto end = std::chrono::steady_clock::now() + wait;
    ProgressLine line;
    while (true) {
        auto document = ask(code);
        if (!document) return document;
        line.show(document->value(u"progress").toObject());
        if (isComplete(*document) || std::chrono::steady_clock::now() + kPause > end) return document;
        std::this_thread::sleep_for(kPause);
    }
}

ExitCode applyProposal(const Options& options, const QJsonObject& document) {
    const QJsonObject proposal = document.value(u"proposal").toObject();
    if (!isComplete(document)) {
        complain(QStringLiteral("nothing was written: %1; --wait SECONDS waits for the rest")
                     .arg(progressText(document.value(u"progress").toObject())));
        return ExitCode::Failed;
    }
    if (proposal.isEmpty()) {
        complain(QStringLiteral("nothing was written: there is no proposal"));
        return ExitCode::Failed;
    }
    QJsonObject params;
    for (const char* name : {"kind", "namespace", "name", "merge"})
        params.insert(QLatin1String(name), proposal.value(QLatin1String(name)));
    ExitCode code = ExitCode::Ok;
    const auto result = call(options, QStringLiteral("resource.merge"), params, code);
    if (!result) return code;
    params.remove(QStringLiteral("merge"));
    params.insert(QStringLiteral("result"), result->value(u"result"));
    if (!printAs(options.output, {{QStringLiteral("results"), QJsonArray{params}}}))
        print(QStringLiteral("%1 %2").arg(proposedObject(proposal), result->value(u"result").toString()));
    noteUnchecked(*result);
    return ExitCode::Ok;
}

}  // namespace

ExitCode showPage(const Options& options, const PageRequest& request) {
    // An object's name with its namespace, in the usual notation.
    const bool isInNamespace = !options.ns.isEmpty() && !request.argument.isEmpty();
    const QString argument = isInNamespace ? options.ns + u'/' + request.argument : request.argument;
    const Ask ask = [&](ExitCode& code) {
        return call(options, QStringLiteral("plugin.page"),
                    {{QStringLiteral("id"), request.plugin},
                     {QStringLiteral("page"), request.page},
                     {QStringLiteral("argument"), argument}},
                    code);
    };
    ExitCode code = ExitCode::Ok;
    const bool waits = request.wait > std::chrono::seconds(0);
    const auto document = waits ? askUntilComplete(ask, request.wait, code) : ask(code);
    if (!document) return code;
    if (request.applies) return applyProposal(options, *document);
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
