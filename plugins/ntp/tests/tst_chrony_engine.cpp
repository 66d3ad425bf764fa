// SPDX-License-Identifier: GPL-2.0-or-later
// A real chronyd is started, healed, restarted without a gap and ended; a refused configuration leaves it alone;
// nothing is left at the end.
#include <sys/stat.h>

#include <QSignalSpy>
#include <QTest>
#include <csignal>

#include "chrony/chrony_engine.h"
#include "chrony/chrony_monitor.h"
#include "chrony/config_file.h"
#include "support/test_engine.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;
using namespace std::chrono_literals;

using Fixture = EngineTree;

class TestChronyEngine : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void startAndStop() {
        Fixture f;
        TestEngine engine(f.options);
        Outcome applied;
        engine.apply(f.config(), into(applied));
        QVERIFY(!applied);  // never from inside the call
        QTRY_VERIFY(applied);
        QVERIFY2(*applied, qPrintable(why(applied)));
        QVERIFY(engine.state().phase == EnginePhase::Running);
        QCOMPARE(f.processes(), QList<int>{static_cast<int>(engine.state().pid)});

        Outcome stopped;
        engine.stop(into(stopped));
        QTRY_VERIFY(stopped);
        QVERIFY(*stopped);
        QVERIFY(engine.state().phase == EnginePhase::Stopped);
        QCOMPARE(engine.state().pid, 0);
        QCOMPARE(f.processes(), QList<int>());
        QVERIFY(!QFile::exists(f.layout.paths().pidFile));
        QCOMPARE(QDir(f.layout.socketDirectory()).entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot),
                 QStringList());
    }

    void filesAreChronydsOnly() {
        Fixture f;
        TestEngine engine(f.options);
        Outcome applied;
        engine.apply(f.config(), into(applied));
        QTRY_VERIFY(applied);
        QVERIFY2(*applied, qPrintable(why(applied)));
        const auto user = resolveRunAs(f.options.user);
        struct stat info {};
        QCOMPARE(::stat(qPrintable(f.layout.socketDirectory()), &info), 0);
        QCOMPARE(info.st_mode & 07777u, 0750u);
        QCOMPARE(info.st_uid, user->uid);
        QCOMPARE(info.st_gid, user->gid);
        QCOMPARE(::stat(qPrintable(f.layout.configFile()), &info), 0);
        QCOMPARE(info.st_mode & 07777u, 0640u);
        QCOMPARE(info.st_gid, user->gid);
        QVERIFY(!QFile::exists(f.layout.candidateFile()));
        // It drops what it does not need and lives in a session of its own.
        const int pid = static_cast<int>(engine.state().pid);
        QCOMPARE(::getsid(pid), pid);
        QVERIFY(readAll(QStringLiteral("/proc/%1/cmdline").arg(pid)).split('\0').contains("-x"));
        QCOMPARE(::stat(qPrintable(QStringLiteral("/proc/%1").arg(pid)), &info), 0);
    }

    void sameConfigurationChangesNothing() {
        Fixture f;
        TestEngine engine(f.options);
        Outcome first, second;
        engine.apply(f.config(), into(first));
        QTRY_VERIFY(first && *first);
        const qint64 pid = engine.state().pid;
        engine.apply(f.config(), into(second));
        QTRY_VERIFY(second && *second);
        QCOMPARE(engine.state().pid, pid);
    }

    /// chronyd -p accepts a reference clock whose device is missing; chronyd itself ends with it.
    void aConfigurationThatEndsChronydIsRolledBack() {
        Fixture f;
        TestEngine engine(f.options);
        Outcome first, second, third;
        engine.apply(f.config(), into(first));
        QTRY_VERIFY(first && *first);
        const QByteArray inPlace = readAll(f.layout.configFile());
        engine.apply(f.config("refclock PPS /dev/no-such-pps\n"), into(second));
        QTRY_VERIFY(second);
        QVERIFY(!*second);
        QVERIFY(second->error().code == ErrorCode::InvalidInput);
        QVERIFY2(second->error().message.contains(QStringLiteral("the previous one was restored")),
                 qPrintable(why(second)));
        QVERIFY2(second->error().message.contains(QStringLiteral("/dev/no-such-pps")), qPrintable(why(second)));
        QVERIFY(engine.inForce() && *engine.inForce() == f.config());
        QTRY_VERIFY(engine.state().phase == EnginePhase::Running);
        QCOMPARE(readAll(f.layout.configFile()), inPlace);
        // The engine goes on as if nothing had been asked.
        engine.apply(f.config(), into(third));
        QTRY_VERIFY(third && *third);
    }

    void refusedConfigurationLeavesTheRunningOne() {
        Fixture f;
        TestEngine engine(f.options);
        Outcome first, second;
        engine.apply(f.config(), into(first));
        QTRY_VERIFY(first && *first);
        const qint64 pid = engine.state().pid;
        const QByteArray inPlace = readAll(f.layout.configFile());
        engine.apply(f.config("pool a.example iburst true\n"), into(second));
        QTRY_VERIFY(second);
        QVERIFY(!*second);
        QVERIFY(second->error().code == ErrorCode::InvalidInput);
        QVERIFY2(second->error().message.contains(QStringLiteral("Could not parse pool directive at line 11")),
                 qPrintable(why(second)));
        QCOMPARE(engine.state().pid, pid);
        QVERIFY(engine.state().phase == EnginePhase::Running);
        QCOMPARE(readAll(f.layout.configFile()), inPlace);
        QVERIFY(!QFile::exists(f.layout.candidateFile()));
        QVERIFY(engine.state().lastError.contains(QStringLiteral("refuses")));
    }

    /// What a change took, and why chronyd was started, come from the engine, which is the only one that knows.
    void saysWhatAChangeTook() {
        Fixture f;
        TestEngine engine(f.options);
        std::vector<ChronydStart> starts;
        connect(&engine, &ChronyEngine::up, this, [&starts](const ChronydStart& start) { starts.push_back(start); });
        const auto apply = [&engine](const ChronyPlan& plan) {
            Outcome outcome;
            engine.apply(plan, into(outcome));
            (void)QTest::qWaitFor([&outcome] { return outcome.has_value(); }, 10'000);
            return outcome && *outcome ? **outcome : Change{};
        };
        QVERIFY(!engine.inForce());
        QVERIFY(apply(f.config()).kind == ChangeKind::Start);
        QVERIFY(engine.inForce() && *engine.inForce() == f.config());
        QVERIFY(apply(f.config()).kind == ChangeKind::None);
        ChronyPlan online = f.config();
        online.config += "allow 10.0.0.0/8\n";
        online.online.access.push_back({*IpPrefix::parse(QStringLiteral("10.0.0.0/8")), Permission::Allow});
        const Change first = apply(online);
        QVERIFY(first.kind == ChangeKind::Online);
        QCOMPARE(first.reasons, QStringList(QStringLiteral("allow added")));
        online.config += "ratelimit interval 1\n";
        const Change second = apply(online);
        QVERIFY(second.kind == ChangeKind::Restart);
        QCOMPARE(second.reasons, QStringList(QStringLiteral("ratelimit added")));
        QTRY_COMPARE(starts.size(), 2u);
        QVERIFY(starts[0].reason == StartReason::Wanted && starts[1].reason == StartReason::Changed);
        QCOMPARE(starts[1].changes, second.reasons);
        QCOMPARE(::kill(static_cast<pid_t>(engine.state().pid), SIGKILL), 0);
        QTRY_COMPARE(starts.size(), 3u);
        QVERIFY(starts[2].reason == StartReason::EndedByItself);
        Outcome refused;
        engine.apply(f.config("refclock PPS /dev/no-such-pps\n"), into(refused));
        QTRY_COMPARE(starts.size(), 4u);
        QVERIFY(starts[3].reason == StartReason::PreviousRestored);
        Outcome stopped;
        engine.stop(into(stopped));
        QTRY_VERIFY(stopped);
        QVERIFY(!engine.inForce());
    }

    void killedIsHealedWithinTwoSeconds() {
        Fixture f;
        TestEngine engine(f.options);
        Outcome applied;
        engine.apply(f.config(), into(applied));
        QTRY_VERIFY(applied && *applied);
        const qint64 pid = engine.state().pid;
        QSignalSpy died(&engine, &ChronyEngine::died);
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(::kill(static_cast<pid_t>(pid), SIGKILL), 0);
        QTRY_COMPARE(died.size(), 1);
        QCOMPARE(died.front().front().toString(), QStringLiteral("chronyd was killed by signal 9"));
        QVERIFY(engine.inForce() && *engine.inForce() == f.config());
        QTRY_VERIFY(engine.state().phase == EnginePhase::Running);
        QVERIFY(timer.elapsed() < 2000);
        QVERIFY(engine.state().pid != pid);
        QCOMPARE(engine.state().restarts, 1u);
        QCOMPARE(f.processes().size(), 1);
    }

    /// It is alive and serves nobody.
    void oneThatHangsIsReplaced() {
        Fixture f;
        f.options.patience = 400ms;
        TestEngine engine(f.options);
        Outcome applied;
        engine.apply(f.config(), into(applied));
        QTRY_VERIFY(applied && *applied);
        const qint64 pid = engine.state().pid;
        QSignalSpy died(&engine, &ChronyEngine::died);
        QCOMPARE(::kill(static_cast<pid_t>(pid), SIGSTOP), 0);
        QTRY_COMPARE_WITH_TIMEOUT(died.size(), 1, 30000);
        const QString why = died.front().front().toString();
        QVERIFY2(why.startsWith(QStringLiteral("chronyd is running but does not answer")), qPrintable(why));
        QTRY_VERIFY(engine.state().phase == EnginePhase::Running && engine.state().pid != pid);
        QCOMPARE(f.processes(), QList<int>{static_cast<int>(engine.state().pid)});
    }

    void whatSomebodyRemovedIsThereAtTheNextStart() {
        Fixture f;
        TestEngine engine(f.options);
        Outcome applied;
        engine.apply(f.config(), into(applied));
        QTRY_VERIFY(applied && *applied);
        const qint64 pid = engine.state().pid;
        QVERIFY(QFile::remove(f.layout.configFile()));
        QVERIFY(QDir(f.layout.sourceDirectory()).removeRecursively());
        QVERIFY(QDir(f.layout.dataDirectory()).removeRecursively());
        QCOMPARE(::kill(static_cast<pid_t>(pid), SIGKILL), 0);
        QTRY_VERIFY(engine.state().phase == EnginePhase::Running && engine.state().pid != pid);
        QVERIFY(QFile::exists(f.layout.configFile()) && QFile::exists(f.layout.sourceFile()));
        QCOMPARE(engine.state().restarts, 1u);
    }

    /// Without its socket it cannot be told anything any more.
    void aRemovedRuntimeDirectoryIsMadeAgain() {
        Fixture f;
        f.options.patience = 400ms;
        TestEngine engine(f.options);
        Outcome applied;
        engine.apply(f.config(), into(applied));
        QTRY_VERIFY(applied && *applied);
        const qint64 pid = engine.state().pid;
        QVERIFY(QDir(f.layout.runtimeDirectory).removeRecursively());
        QTRY_VERIFY_WITH_TIMEOUT(engine.state().phase == EnginePhase::Running && engine.state().pid != pid, 30000);
        QCOMPARE(f.processes(), QList<int>{static_cast<int>(engine.state().pid)});
    }

    void changeKeepsWhatWasMeasured() {
        Fixture f;
        Upstream upstream(f.tree);
        QVERIFY2(upstream.start(), upstream.log().constData());
        const QByteArray source =
            "server 127.0.0.1 port " + QByteArray::number(upstream.port()) + " iburst minpoll -2 maxpoll -2\n";
        TestEngine engine(f.options);
        ChronyMonitor monitor(engine.client(), {100ms, 50ms});
        std::optional<Observation> last;
        connect(&monitor, &ChronyMonitor::observed, this, [&](const Observation& seen) { last = seen; });
        const auto isSynchronised = [&last] {
            return last && last->tracking && last->tracking->leap == time::LeapState::Normal;
        };
        Outcome first, second;
        engine.apply(f.config(source), into(first));
        QTRY_VERIFY2(first && *first, qPrintable(why(first)));
        monitor.start();
        QTRY_VERIFY(isSynchronised() && last->statistics && last->statistics->front().samples >= 6);
        const qint64 pid = engine.state().pid;
        const auto reference = last->tracking->referenceTime;

        // The very first look at the new process is synchronised: nothing was measured anew.
        monitor.stop();
        last.reset();
        engine.apply(f.config(source + "maxchange 1000 1 1\n"), into(second));
        QTRY_VERIFY(second);
        QVERIFY2(*second, qPrintable(why(second)));
        QVERIFY(engine.state().pid != pid);
        QCOMPARE(engine.state().restarts, 0u);
        monitor.start();
        QTRY_VERIFY(last && last->statistics);
        QVERIFY(last->statistics->front().samples >= 6);
        QTRY_VERIFY_WITH_TIMEOUT(isSynchronised() && last->tracking->referenceTime > reference, 2000);
        monitor.stop();
    }

    void fatalStartIsToldInChronydsWords() {
        Fixture f;
        TestEngine engine(f.options);
        Outcome applied;
        // Passes chronyd -p, since that opens no device.
        engine.apply(f.config("refclock PPS /dev/does-not-exist refid PPS\n"), into(applied));
        QTRY_VERIFY(applied);
        QVERIFY(!*applied);
        QVERIFY(applied->error().code == ErrorCode::Io);
        QVERIFY2(why(applied).contains(QStringLiteral("/dev/does-not-exist")), qPrintable(why(applied)));
        QVERIFY(engine.state().phase == EnginePhase::Waiting);
        QVERIFY(engine.state().lastError.contains(QStringLiteral("/dev/does-not-exist")));
        QVERIFY(engine.state().lastErrorUnixMs > 0);

        // It is mended by a better configuration at once.
        Outcome better;
        engine.apply(f.config(), into(better));
        QTRY_VERIFY(better);
        QVERIFY2(*better, qPrintable(why(better)));
    }

    void stopDuringStart() {
        Fixture f;
        TestEngine engine(f.options);
        Outcome applied, stopped;
        connect(&engine, &ChronyEngine::stateChanged, this, [&] {
            if (engine.state().phase == EnginePhase::Starting && engine.state().pid != 0) engine.stop(into(stopped));
        });
        engine.apply(f.config(), into(applied));
        QTRY_VERIFY(stopped && applied);
        QVERIFY(!*applied);
        QVERIFY(applied->error().code == ErrorCode::Conflict);
        QCOMPARE(f.processes(), QList<int>());
    }

    void newerConfigurationWins() {
        Fixture f;
        TestEngine engine(f.options);
        Outcome first, second;
        engine.apply(f.config("maxchange 1000 1 1\n"), into(first));
        engine.apply(f.config("maxchange 2000 1 1\n"), into(second));
        QTRY_VERIFY(first && second);
        QVERIFY(!*first);
        QVERIFY2(*second, qPrintable(why(second)));
        QVERIFY(readAll(f.layout.configFile()).contains("maxchange 2000"));
        QCOMPARE(f.processes().size(), 1);
    }

    void missingProgramIsTold() {
        Fixture f;
        f.options.chronyd = QStringLiteral("/nowhere/chronyd");
        TestEngine engine(f.options);
        Outcome applied;
        engine.apply(f.config(), into(applied));
        QTRY_VERIFY(applied);
        QVERIFY(!*applied);
        QVERIFY2(why(applied).contains(QStringLiteral("/nowhere/chronyd")), qPrintable(why(applied)));
    }

    void closedParentDirectoryIsToldInPlainWords() {
        const TestTree tree;
        const QString closed = tree.directory(QStringLiteral("closed"));
        const QString run = tree.directory(QStringLiteral("closed/run"));
        const RunAs stranger{QStringLiteral("stranger"), 64321, 64321, {}, {}};
        QVERIFY(checkReachable(run, stranger).has_value());
        QFile::setPermissions(closed, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        const auto reachable = checkReachable(run, stranger);
        QVERIFY(!reachable);
        QCOMPARE(reachable.error().text(), QStringLiteral("%1: chronyd runs as user stranger, which cannot enter this "
                                                          "directory on the path to %2; allow it with: chmod o+x %1")
                                               .arg(closed, run));
        const RunAs member{QStringLiteral("member"), 64321, 64321, {::getegid()}, {}};
        QVERIFY(!checkReachable(run, member));
        QFile::setPermissions(closed, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ExeGroup);
        QVERIFY(checkReachable(run, member));
        QVERIFY(!checkReachable(run, stranger));
    }

    void waitsGrowAndAreBounded() {
        RestartBackoff backoff;
        QVERIFY(backoff.next(0s, 0.5) == 100ms);
        QVERIFY(backoff.next(0s, 0.5) == 200ms);
        for (int i = 3; i <= 10; ++i) QVERIFY(backoff.next(0s, 0.999) <= 1500ms);
        std::chrono::milliseconds wait{};
        for (int i = 11; i < 20; ++i) wait = backoff.next(0s, 0.999);
        QVERIFY(wait == 30s);
        QVERIFY(backoff.next(31s, 0.5) == 100ms);  // it ran well in between
        RestartBackoff spread;
        QVERIFY(spread.next(0s, 0.0) == 80ms);
    }
};

QTEST_GUILESS_MAIN(TestChronyEngine)
#include "tst_chrony_engine.moc"
