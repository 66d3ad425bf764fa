// SPDX-License-Identifier: GPL-2.0-or-later
// A running chronyd takes changes over its command socket: same process, no client that goes unanswered, and what it
// has afterwards is what was asked for. What it does not take is undone.
#include <QDeadlineTimer>
#include <QEventLoop>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>
#include <csignal>

#include "core/access_table.h"
#include "support/engine_fixture.h"
#include "support/upstream.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;

namespace {

AccessRule rule(const char* text) {
    const QStringList words = QString::fromLatin1(text).split(u' ');
    return {*IpPrefix::parse(words.at(1)),
            words.at(0) == QStringLiteral("allow") ? Permission::Allow : Permission::Deny};
}

ServerSpec server(const QString& address, quint16 port = 123) {
    ServerSpec server;
    server.address = address;
    server.options.port = port;
    return server;
}

}  // namespace

class TestChronyOnline : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void sourcesComeAndGoWithoutARestart() {
        EngineFixture f;
        f.spec.servers = {server(QStringLiteral("127.0.0.1"), 1)};
        QCOMPARE(f.apply(), QString());
        const qint64 pid = f.engine.state().pid;
        f.spec.servers.push_back(server(QStringLiteral("127.0.0.2"), 1));
        QCOMPARE(f.apply(), QString());
        QVERIFY(f.chronyc({QStringLiteral("sources")}).contains("127.0.0.2"));
        f.spec.servers.erase(f.spec.servers.begin());
        QCOMPARE(f.apply(), QString());
        const QByteArray sources = f.chronyc({QStringLiteral("sources")});
        QVERIFY2(!sources.contains("127.0.0.1") && sources.contains("127.0.0.2"), sources.constData());
        QCOMPARE(f.engine.state().pid, pid);
    }

    /// chrony 4.3 loses a source that sorts earlier than before and says 200 OK; the read-back notices.
    void aSourceThatSortsEarlierIsNotLost() {
        EngineFixture f;
        f.spec.servers = {server(QStringLiteral("127.0.0.1"), 1), server(QStringLiteral("127.0.0.2"), 1),
                          server(QStringLiteral("127.0.0.3"), 1)};
        for (ServerSpec& each : f.spec.servers) each.options.maxpoll = 9;
        QCOMPARE(f.apply(), QString());
        const qint64 pid = f.engine.state().pid;
        for (int maxpoll = 8; maxpoll > 5; --maxpoll) {
            for (std::size_t i = 0; i < f.spec.servers.size(); ++i) {
                f.spec.servers[i].options.maxpoll = maxpoll;
                QCOMPARE(f.apply(), QString());
                const QByteArray sources = f.chronyc({QStringLiteral("sources")});
                for (const char* address : {"127.0.0.1", "127.0.0.2", "127.0.0.3"})
                    QVERIFY2(sources.contains(address), sources.constData());
            }
        }
        QCOMPARE(f.engine.state().pid, pid);
    }

    void accessFollowsEveryChange() {
        EngineFixture f;
        f.spec.access = {rule("allow 10.0.0.0/8"), rule("deny 10.1.0.0/16")};
        QCOMPARE(f.apply(), QString());
        const qint64 pid = f.engine.state().pid;
        QVERIFY(f.isAnswered("10.0.0.1") && !f.isAnswered("10.1.0.1"));
        f.spec.access = {rule("allow 10.0.0.0/8")};
        QCOMPARE(f.apply(), QString());
        QVERIFY(f.isAnswered("10.1.0.1"));
        // The rule that was taken away must not be left as an exception.
        f.spec.access = {rule("deny 10.0.0.0/8"), rule("allow fd00::/8")};
        QCOMPARE(f.apply(), QString());
        QVERIFY(!f.isAnswered("10.0.0.1") && !f.isAnswered("10.1.0.1") && f.isAnswered("fd00::1"));
        f.spec.access.clear();
        QCOMPARE(f.apply(), QString());
        QVERIFY(!f.isAnswered("fd00::1"));
        QCOMPARE(f.engine.state().pid, pid);
    }

    /// The engine asks chronyd after each change; here random tables of nested prefixes of any length.
    void randomAccessTables() {
        EngineFixture f;
        QCOMPARE(f.apply(), QString());
        const qint64 pid = f.engine.state().pid;
        QRandomGenerator random(20261125);
        for (int round = 0; round < 150; ++round) {
            std::map<IpPrefix, Permission> rules;
            const int count = random.bounded(12);
            for (int i = 0; i < count; ++i) {
                IpAddress address = *IpAddress::parse(QStringLiteral("172.16.0.0"));
                address.bytes[1] = static_cast<quint8>(16 + random.bounded(4));
                address.bytes[2] = static_cast<quint8>(random.bounded(4) * 85);
                const IpPrefix prefix = IpPrefix{address, 1 + random.bounded(28)}.network();
                rules[prefix] = random.bounded(2) ? Permission::Allow : Permission::Deny;
            }
            f.spec.access.clear();
            for (const auto& [prefix, permission] : rules) f.spec.access.push_back({prefix, permission});
            const QString why = f.apply();
            QVERIFY2(why.isEmpty(), qPrintable(QStringLiteral("round %1: %2").arg(round).arg(why)));
        }
        QCOMPARE(f.engine.state().pid, pid);
    }

    /// Sources and rules that somebody changes with chronyc are as they were declared, again and without a restart.
    void whatOthersChangeIsHealed() {
        EngineFixture f;
        f.spec.servers = {server(QStringLiteral("127.0.0.1"), 1), server(QStringLiteral("127.0.0.2"), 1)};
        f.spec.access = {rule("allow 10.0.0.0/8"), rule("deny 10.1.0.0/16")};
        QCOMPARE(f.apply(), QString());
        const qint64 pid = f.engine.state().pid;
        int healed = 0;
        connect(&f.engine, &ChronyEngine::healed, this, [&healed] { ++healed; });
        (void)f.chronyc({QStringLiteral("delete"), QStringLiteral("127.0.0.1")});
        (void)f.chronyc({QStringLiteral("add"), QStringLiteral("server"), QStringLiteral("127.0.0.9")});
        (void)f.chronyc({QStringLiteral("allow"), QStringLiteral("10.1.0.0/16")});
        (void)f.chronyc({QStringLiteral("deny"), QStringLiteral("10.0.0.0/8")});
        QVERIFY(!f.isAnswered("10.0.0.1"));
        f.engine.heal();
        QTRY_COMPARE(healed, 1);
        const QByteArray sources = f.chronyc({QStringLiteral("sources")});
        QVERIFY2(sources.contains("127.0.0.1") && sources.contains("127.0.0.2") && !sources.contains("127.0.0.9"),
                 sources.constData());
        QVERIFY(f.isAnswered("10.0.0.1") && !f.isAnswered("10.1.0.1"));
        QCOMPARE(readAll(f.layout.sourceFile()), f.plan().sources);
        f.engine.heal();
        QTest::qWait(100);
        QCOMPARE(healed, 1);  // nothing to do
        QCOMPARE(f.engine.state().pid, pid);
    }

    /// chronyd tells its log of such a change, and the command protocol tells of the options of selection.
    void optionsThatOthersChangeAreHealed() {
        EngineFixture f;
        f.spec.servers = {server(QStringLiteral("127.0.0.1"), 1), server(QStringLiteral("127.0.0.2"), 1)};
        f.spec.servers[0].options.minpoll = 6;
        QCOMPARE(f.apply(), QString());
        const qint64 pid = f.engine.state().pid;
        QSignalSpy healed(&f.engine, &ChronyEngine::healed);
        (void)f.chronyc({QStringLiteral("minpoll"), QStringLiteral("127.0.0.1"), QStringLiteral("9")});
        QTRY_COMPARE(healed.size(), 1);  // the log said so
        QVERIFY(f.chronyc({QStringLiteral("-c"), QStringLiteral("sources")}).contains("127.0.0.1,0,6,"));
        (void)f.chronyc({QStringLiteral("offline"), QStringLiteral("127.0.0.2")});
        QVERIFY(f.chronyc({QStringLiteral("activity")}).contains("1 sources offline"));
        f.engine.heal();
        QTRY_COMPARE(healed.size(), 2);
        QVERIFY(f.chronyc({QStringLiteral("activity")}).contains("0 sources offline"));
        QCOMPARE(f.engine.state().pid, pid);
    }

    /// It erases what is more specific, and answers those that no rule names.
    void allowAllIsHealed() {
        EngineFixture f;
        f.spec.access = {rule("allow 10.0.0.0/8"), rule("deny 10.1.0.0/16")};
        QCOMPARE(f.apply(), QString());
        QSignalSpy healed(&f.engine, &ChronyEngine::healed);
        (void)f.chronyc({QStringLiteral("allow"), QStringLiteral("all")});
        QVERIFY(f.isAnswered("172.30.0.1") && f.isAnswered("10.1.0.1"));
        f.engine.heal();
        QTRY_COMPARE(healed.size(), 1);
        QVERIFY(!f.isAnswered("172.30.0.1") && !f.isAnswered("10.1.0.1") && f.isAnswered("10.0.0.1"));
        QVERIFY(!f.isAnswered("fd12::1"));
        f.engine.heal();
        QTest::qWait(100);
        QCOMPARE(healed.size(), 1);
    }

    /// A pool got it first. What is declared by its address counts, and the pool keeps its other servers.
    void anAddressThatAPoolUsesCanBeNamedToo() {
        EngineFixture f;
        PoolSpec pool;
        pool.name = QStringLiteral("localhost");
        pool.servers = 2;
        pool.options.port = 1;
        f.spec.pools = {pool};
        QCOMPARE(f.apply(), QString());
        QTRY_VERIFY(f.chronyc({QStringLiteral("-n"), QStringLiteral("sources")}).contains("127.0.0.1"));
        const qint64 pid = f.engine.state().pid;
        f.spec.servers = {server(QStringLiteral("127.0.0.1"), 1), server(QStringLiteral("127.0.0.2"), 1)};
        QCOMPARE(f.apply(), QString());
        QTRY_VERIFY(f.chronyc({QStringLiteral("-N"), QStringLiteral("sources")}).contains(" 127.0.0.1 "));
        QVERIFY(f.chronyc({QStringLiteral("sources")}).contains("127.0.0.2"));
        QCOMPARE(f.engine.state().pid, pid);
    }

    /// What somebody else added does not stand in the way of the next change either.
    void aStrangersSourceDoesNotStopAChange() {
        EngineFixture f;
        f.spec.servers = {server(QStringLiteral("127.0.0.1"), 1)};
        QCOMPARE(f.apply(), QString());
        (void)f.chronyc({QStringLiteral("add"), QStringLiteral("server"), QStringLiteral("127.0.0.9")});
        f.spec.servers.push_back(server(QStringLiteral("127.0.0.2"), 1));
        QCOMPARE(f.apply(), QString());
        QVERIFY(!f.chronyc({QStringLiteral("sources")}).contains("127.0.0.9"));
    }

    /// chronyd says OK to a source whose key it does not have.
    void aKeyThatChronydDoesNotHaveIsNoticed() {
        EngineFixture f;
        f.spec.servers = {server(QStringLiteral("127.0.0.1"), 1)};
        f.spec.authSelect = AuthSelect::Ignore;  // else the first key would be a matter of a restart
        QCOMPARE(f.apply(), QString());
        const ChronyPlan before = f.plan();
        KeySpec key;
        key.id = 5;
        key.type = QStringLiteral("SHA256");
        f.spec.authentication.keys = {key};
        f.materials.keys = {{5, "geheim"}};
        f.spec.servers.push_back(server(QStringLiteral("127.0.0.2"), 1));
        f.spec.servers.back().options.keyId = 5;
        ChronyPlan wrong = f.plan();
        wrong.keys = "6 SHA256 HEX:00\n";
        const QString error = f.apply(wrong);
        QVERIFY2(error.contains(QStringLiteral("chronyd does not have key 5 for 127.0.0.2")), qPrintable(error));
        QVERIFY(!f.chronyc({QStringLiteral("sources")}).contains("127.0.0.2"));
        QCOMPARE(readAll(f.layout.keyFile()), before.keys);
        QCOMPARE(f.apply(), QString());
        QVERIFY(f.chronyc({QStringLiteral("authdata")}).contains("127.0.0.2"));
    }

    void localAndMakestep() {
        EngineFixture f;
        f.planned = ClockControl::Adjust;
        QCOMPARE(f.apply(), QString());
        const qint64 pid = f.engine.state().pid;
        f.spec.server.local = {true, true, 7, std::chrono::milliseconds(1500)};
        f.spec.server.makestep = MakestepSpec{std::chrono::milliseconds(100), -1};
        QCOMPARE(f.apply(), QString());
        QTRY_VERIFY(f.chronyc({QStringLiteral("tracking")}).contains("Stratum         : 7"));
        f.spec.server.local = {};
        QCOMPARE(f.apply(), QString());
        QTRY_VERIFY(f.chronyc({QStringLiteral("tracking")}).contains("Stratum         : 0"));
        QCOMPARE(f.engine.state().pid, pid);
        // What the next start would read is the same.
        QVERIFY(readAll(f.layout.configFile()).contains("makestep 0.1 -1"));
    }

    void whatChronydDoesNotTakeIsUndone() {
        EngineFixture f;
        f.spec.servers = {server(QStringLiteral("127.0.0.1"), 1)};
        f.spec.access = {rule("allow 10.0.0.0/8")};
        QCOMPARE(f.apply(), QString());
        const qint64 pid = f.engine.state().pid;
        const QByteArray config = readAll(f.layout.configFile());
        // A plan that promises a source which its file does not have: chronyd says OK to the reload.
        f.spec.access = {rule("deny 10.0.0.0/8")};
        ChronyPlan plan = makePlan(f.spec, {f.layout.paths(), ClockControl::None});
        plan.online.sourceNames.push_back(QStringLiteral("127.0.0.9"));
        const QString why = f.apply(plan);
        QVERIFY2(why.contains("127.0.0.9 is missing") && why.contains("its previous configuration was restored"),
                 qPrintable(why));
        QTRY_VERIFY(f.isAnswered("10.0.0.1"));
        QCOMPARE(readAll(f.layout.configFile()), config);
        QVERIFY(f.chronyc({QStringLiteral("sources")}).contains("127.0.0.1"));
        QCOMPARE(f.engine.state().pid, pid);
        // And a good one goes through afterwards.
        QCOMPARE(f.apply(), QString());
        QVERIFY(!f.isAnswered("10.0.0.1"));
    }

    /// A change that another one overtakes when chronyd has been told of it already.
    void anOvertakenChangeLeavesNothing() {
        EngineFixture f;
        f.spec.servers = {server(QStringLiteral("127.0.0.1"), 1)};
        QCOMPARE(f.apply(), QString());
        const NtpServiceSpec first = f.spec;
        f.spec.servers.push_back(server(QStringLiteral("127.0.0.2"), 1));
        const auto [overtaken, pid] = f.begin();
        f.spec = first;
        // chronyd reads the new file, and nobody here has seen its answer yet.
        ::kill(static_cast<pid_t>(pid), SIGCONT);
        QVERIFY(f.chronyc({QStringLiteral("sources")}).contains("127.0.0.2"));
        QCOMPARE(f.apply(), QString());
        QVERIFY(overtaken->has_value() && !**overtaken);
        QVERIFY((*overtaken)->error().code == ErrorCode::Conflict);
        const QByteArray sources = f.chronyc({QStringLiteral("sources")});
        QVERIFY2(sources.contains("127.0.0.1") && !sources.contains("127.0.0.2"), sources.constData());
        QCOMPARE(f.engine.state().pid, pid);
    }

    /// It is not the change that ended it, so the change is not refused.
    void aChronydThatIsKilledDuringAChange() {
        EngineFixture f;
        QCOMPARE(f.apply(), QString());
        f.spec.servers = {server(QStringLiteral("127.0.0.6"), 1)};
        const auto [outcome, pid] = f.begin();
        ::kill(static_cast<pid_t>(pid), SIGKILL);
        QTRY_VERIFY(outcome->has_value());
        QVERIFY(**outcome || (*outcome)->error().code != ErrorCode::InvalidInput);
        QTRY_VERIFY(f.engine.state().pid != pid && f.engine.state().phase == EnginePhase::Running);
        QVERIFY(f.chronyc({QStringLiteral("sources")}).contains("127.0.0.6"));
        QCOMPARE(f.apply(), QString());
    }

    void aChronydThatWasKilledComesBackWithTheChange() {
        EngineFixture f;
        QCOMPARE(f.apply(), QString());
        f.spec.servers = {server(QStringLiteral("127.0.0.5"), 1)};
        f.spec.access = {rule("allow 10.0.0.0/8")};
        QCOMPARE(f.apply(), QString());
        const qint64 pid = f.engine.state().pid;
        ::kill(static_cast<pid_t>(pid), SIGKILL);
        QTRY_VERIFY(f.engine.state().pid != pid && f.engine.state().phase == EnginePhase::Running);
        QVERIFY(f.chronyc({QStringLiteral("sources")}).contains("127.0.0.5"));
        QVERIFY(f.isAnswered("10.0.0.1"));
        f.spec.access.clear();
        QCOMPARE(f.apply(), QString());
        QVERIFY(!f.isAnswered("10.0.0.1"));
    }
};

QTEST_GUILESS_MAIN(TestChronyOnline)
#include "tst_chrony_online.moc"
