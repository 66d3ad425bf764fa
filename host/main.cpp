// SPDX-License-Identifier: GPL-2.0-or-later
// fos1-hostd: reads host.yaml, runs the host, and stops it in order on SIGTERM or SIGINT, and for a
// restart on SIGUSR1. SIGHUP reloads.
#include <malloc.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDir>
#include <QTimer>
#include <algorithm>
#include <cstdio>

#include "config.h"
#include "host.h"
#include "host_application.h"
#include "log/journal_sink.h"
#include "log/log_output.h"
#include "revision.h"
#include "termination.h"

namespace {

using namespace fos1;

int report(const Errors& errors) {
    for (const Error& error : errors) std::fprintf(stderr, "fos1-hostd: %s\n", qUtf8Printable(error.text()));
    return 1;
}

/// Prints the commands that a new user at a terminal tries next.
void greet(const host::Host& host) {
    const QString ctl = QDir::current().relativeFilePath(QCoreApplication::applicationDirPath() + "/fos1ctl");
    std::printf("\nfos1-hostd %s is running. In another terminal, try:\n", FOS1_VERSION);
    for (const QString& command : QStringList{QStringLiteral("status")} + host.pageCommands())
        std::printf("  %s %s\n", qUtf8Printable(ctl), qUtf8Printable(command));
    if (!host.health().httpUrl.isEmpty()) std::printf("Metrics: %s/metrics\n", qUtf8Printable(host.health().httpUrl));
    std::printf("State: %s   Stop: Ctrl-C\n\n", qUtf8Printable(host.config().stateDir));
    std::fflush(stdout);
}

/// Applies to children too. The limit is 1, not 0: with 0 the kernel still starts a program that
/// /proc/sys/kernel/core_pattern names, with 1 it does not (core(5)).
void forbidCoreDumps() {
    rlimit limit{};
    ::getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_max = std::min<rlim_t>(limit.rlim_max, 1);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_CORE, &limit);
}

/// By default malloc keeps up to twice the size of the largest buffer ever freed (mallopt(3)).
void giveMemoryBack() {
#ifdef __GLIBC__
    ::mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    ::mallopt(M_TRIM_THRESHOLD, 256 * 1024);
#endif
}

}  // namespace

int main(int argc, char** argv) {
    giveMemoryBack();
    host::HostApplication app(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("fos1-hostd"));
    QCoreApplication::setApplicationVersion(QStringLiteral(FOS1_VERSION " (commit %1)").arg(QLatin1String(revision())));
    const host::log::Form form = host::log::formOfStandardError();
    host::log::install(form, {}, form == host::log::Form::Journal ? &host::log::sendToJournal : nullptr);
    ::umask(::umask(0077) | 0022);  // nobody else can write to what the host creates, however it was started

    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Turns a Linux router into a set of declared services."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption configOption(QStringLiteral("config"), QStringLiteral("Configuration file."),
                                          QStringLiteral("host.yaml"), QStringLiteral("/etc/fos1/host.yaml"));
    const QCommandLineOption checkOption(QStringLiteral("check"), QStringLiteral("Check the configuration and exit."));
    parser.addOptions({configOption, checkOption});
    parser.process(app);

    auto config = host::loadHostConfig(parser.value(configOption));
    if (!config) return report(config.error());
    auto crds = schema::CrdCatalog::load(config->crdDir);
    if (!crds) return report({crds.error()});

    if (!config->coreDumps) forbidCoreDumps();
    host::Termination termination;
    host::Host host(std::move(*config), std::move(*crds));
    if (parser.isSet(checkOption)) {
        const Errors errors = host.check();
        if (!errors.empty()) return report(errors);
        std::printf("%s: ok\n", qUtf8Printable(host.config().file));
        return 0;
    }
    app.onThrow([&host](const std::exception_ptr& exception, const char* receiver) {
        return host.pluginThrew(exception, receiver);
    });
    app.onLongTurn([&host](std::chrono::nanoseconds took, const char* receiver) { host.tookLong(took, receiver); });
    QObject::connect(&host, &host::Host::stopped, &app, &QCoreApplication::quit, Qt::QueuedConnection);
    const auto stop = [&host](host::Ending ending) {
        host.stop(ending);
        // Plugins have 4 s to stop. This exits within 5 s, whatever happens.
        QTimer::singleShot(4500, &host, [] { std::_Exit(1); });
    };
    QObject::connect(&termination, &host::Termination::requested, &host, [stop] { stop(host::Ending::Stop); });
    QObject::connect(&termination, &host::Termination::restartRequested, &host,
                     [stop] { stop(host::Ending::Restart); });
    QObject::connect(&termination, &host::Termination::reloadRequested, &host, &host::Host::reload);
    if (const Errors errors = host.start(); !errors.empty()) return report(errors);
    if (::isatty(STDOUT_FILENO) != 0) greet(host);
    const int code = QCoreApplication::exec();
    app.onLongTurn({});
    return code;
}
