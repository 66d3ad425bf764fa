// SPDX-License-Identifier: GPL-2.0-or-later
// fos1-demo: a complete router in namespaces of its own, and a live table of what its clients see.
#include <QCommandLineParser>
#include <QCoreApplication>

#include "demo.h"
#include "isolation.h"
#include "lifeline.h"

using namespace fos1;

namespace {

constexpr quint16 kUsualPort = 9559;

int demonstrate(int& argc, char** argv, const demo::Lifeline& lifeline) {
    const QCoreApplication app(argc, argv);
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Shows fos1-host at work in a network of its own, until Ctrl-C."));
    parser.addHelpOption();
    const QCommandLineOption once(QStringLiteral("once"),
                                  QStringLiteral("Print one table once everything has settled, then exit."));
    const QCommandLineOption seconds(QStringLiteral("seconds"), QStringLiteral("Exit after this many seconds."),
                                     QStringLiteral("N"), QStringLiteral("0"));
    parser.addOptions({once, seconds});
    parser.process(app);
    return demo::Demo(lifeline, {parser.isSet(once), std::chrono::seconds(parser.value(seconds).toInt())}).run();
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
