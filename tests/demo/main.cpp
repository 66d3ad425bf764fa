// SPDX-License-Identifier: GPL-2.0-or-later
// fos1-demo: a complete router in namespaces of its own, and a live table of what its clients see.
#include <QCommandLineParser>
#include <QCoreApplication>
#include <cstdio>
#include <optional>

#include "demo.h"
#include "isolation.h"
#include "lifeline.h"

using namespace fos1;

namespace {

constexpr quint16 kUsualPort = 9559;

std::optional<demo::Trouble> troubleOf(const QString& word) {
    if (word.isEmpty()) return demo::Trouble::None;
    if (word == u"port") return demo::Trouble::Port;
    if (word == u"loop") return demo::Trouble::Loop;
    return {};
}

int demonstrate(int& argc, char** argv, const demo::Lifeline& lifeline) {
    const QCoreApplication app(argc, argv);
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Shows fos1-host at work in a network of its own, until Ctrl-C."));
    parser.addHelpOption();
    const QCommandLineOption once(QStringLiteral("once"),
                                  QStringLiteral("Print one table once everything has settled, then exit."));
    const QCommandLineOption seconds(QStringLiteral("seconds"), QStringLiteral("Exit after this many seconds."),
                                     QStringLiteral("N"), QStringLiteral("0"));
    const QCommandLineOption trouble(
        QStringLiteral("trouble"),
        QStringLiteral("What goes wrong once everything has settled: port (another chronyd takes it) or loop (the only "
                       "upstream that is left takes its time from the router)."),
        QStringLiteral("WHAT"));
    parser.addOptions({once, seconds, trouble});
    parser.process(app);
    const auto kind = troubleOf(parser.value(trouble));
    if (!kind) {
        std::fputs("fos1-demo: --trouble is port or loop\n", stderr);
        return 1;
    }
    return demo::Demo(lifeline, {parser.isSet(once), std::chrono::seconds(parser.value(seconds).toInt()), *kind}).run();
}

}  // namespace

int main(int argc, char** argv) {
    const auto isolated = [&] {
        return lab::runIsolated(argc, argv, [&] { return demonstrate(argc, argv, *demo::inheritedLifeline()); });
    };
    if (demo::inheritedLifeline()) return isolated();
    lab::forgetIsolation();
    return demo::runOutside(kUsualPort, isolated);
}
