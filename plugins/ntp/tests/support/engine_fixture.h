// SPDX-License-Identifier: GPL-2.0-or-later
// An engine with a real chronyd of its own on the loopback, for tests to give specs to.
#pragma once

#include <QDeadlineTimer>
#include <QEventLoop>
#include <QTest>
#include <csignal>

#include "chrony/chrony_engine.h"
#include "test_tree.h"

namespace fos1::ntp::test {

using Outcome = std::optional<Result<Change>>;

/// The user that chronyd runs as here. May block as long as the user database does.
inline Result<RunAs> runAs() { return resolveRunAs(chronydUser()); }

/// An engine with its chronyd, and ways to ask it.
struct EngineFixture {
    TestTree tree;
    ChronyLayout layout{tree.directory(QStringLiteral("run")), tree.directory(QStringLiteral("state"))};
    ChronyEngine engine{{chronydPath(), chronydUser(), ClockControl::None, layout}};
    NtpServiceSpec spec;
    Materials materials;
    ClockControl planned = ClockControl::None;  ///< chronyd itself never sets the clock here

    EngineFixture() { spec.server.port = freeUdpPort(); }
    ~EngineFixture() {
        bool ended = false;
        engine.stop([&ended](const auto&) { ended = true; });
        (void)QTest::qWaitFor([&ended] { return ended; });
    }
    EngineFixture(const EngineFixture&) = delete;
    EngineFixture& operator=(const EngineFixture&) = delete;

    /// Empty, or why it failed.
    QString apply(const ChronyPlan& wanted) {
        Outcome outcome;
        // Not QTest::qWaitFor(), which sleeps 10 ms between two turns of the loop: here are many short ones.
        QEventLoop loop;
        QTimer::singleShot(10'000, &loop, &QEventLoop::quit);
        engine.apply(wanted, [&](const auto& result) {
            outcome = result;
            loop.quit();
        });
        loop.exec();
        if (!outcome) return QStringLiteral("no outcome");
        return *outcome ? QString() : outcome->error().text();
    }
    QString apply() { return apply(plan()); }
    [[nodiscard]] ChronyPlan plan() const { return makePlan(spec, {layout.paths(), planned}, materials); }

    /// Starts to apply the spec and returns when its file of sources is in place: chronyd has then been told, and is
    /// held (SIGSTOP) so that it cannot have answered. With the outcome to come, and the process.
    std::pair<std::shared_ptr<Outcome>, qint64> begin() {
        const ChronyPlan wanted = plan();
        auto outcome = std::make_shared<Outcome>();
        const qint64 pid = engine.state().pid;
        ::kill(static_cast<pid_t>(pid), SIGSTOP);
        engine.apply(wanted, [outcome](const auto& result) { *outcome = result; });
        QDeadlineTimer deadline(5000);
        while (readAll(layout.sourceFile()) != wanted.sources && !deadline.hasExpired())
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 10);
        return {outcome, pid};
    }

    /// chronyd's own words.
    [[nodiscard]] QByteArray chronyc(const QStringList& command, const char* names = "-n") const {
        QProcess process;
        process.start(QStringLiteral("chronyc"),
                      QStringList{QStringLiteral("-h"), layout.paths().commandSocket, QLatin1String(names)} + command);
        process.waitForFinished(5000);
        return process.readAllStandardOutput();
    }
    [[nodiscard]] bool isAnswered(const char* address) const {
        return chronyc({QStringLiteral("accheck"), QString::fromLatin1(address)}).contains("Access allowed");
    }
};

}  // namespace fos1::ntp::test
