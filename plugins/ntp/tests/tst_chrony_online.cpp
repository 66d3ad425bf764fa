// SPDX-License-Identifier: GPL-2.0-or-later
// A running chronyd takes changes over its command socket: same process, no client that goes unanswered, and what it
// has afterwards is what was asked for. What it does not take is undone.
#include <QDeadlineTimer>
#include <QEventLoop>
#include <QRandomGenerator>
#include <QTest>
#include <csignal>

#include "chrony/chrony_engine.h"
#include "core/access_table.h"
#include "support/test_tree.h"
#include "support/upstream.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;

namespace {

using Outcome = std::optional<tl::expected<void, Error>>;

AccessRule rule(const char* text) {
    const QStringList words = QString::fromLatin1(text).split(u' ');
    return {*IpPrefix::parse(words.at(1)),
            words.at(0) == QStringLiteral("allow") ? Permission::Allow : Permission::Deny};
}

/// An engine with its chronyd, and ways to ask it.
struct Fixture {
    TestTree tree;
    ChronyLayout layout{tree.directory(QStringLiteral("run")), tree.directory(QStringLiteral("state"))};
    ChronyEngine engine{{QStringLiteral("/usr/sbin/chronyd"), chronydUser(), ClockControl::None, layout}};
    NtpServiceSpec spec;

    Fixture() { spec.server.port = freeUdpPort(); }
    ~Fixture() {
        bool ended = false;
        engine.stop([&ended](const auto&) { ended = true; });
        (void)QTest::qWaitFor([&ended] { return ended; });
    }
    Fixture(const Fixture&) = delete;
    Fixture& operator=(const Fixture&) = delete;

    /// Empty, or why it failed.
    QString apply(const ChronyPlan& plan) {
        Outcome outcome;
        // Not QTest::qWaitFor(), which sleeps 10 ms between two turns of the loop: here are many short ones.
        QEventLoop loop;
        QTimer::singleShot(10'000, &loop, &QEventLoop::quit);
        engine.apply(plan, [&](const auto& result) {
            outcome = result;
            loop.quit();
        });
        loop.exec();
        if (!outcome) return QStringLiteral("no outcome");
        return *outcome ? QString() : outcome->error().text();
    }
    QString apply() { return apply(makePlan(spec, {layout.paths(), ClockControl::None})); }

    /// Starts to apply the spec and returns when its file of sources is in place: chronyd has then been told, and is
    /// held (SIGSTOP) so that it cannot have answered. With the outcome to come, and the process.
    std::pair<std::shared_ptr<Outcome>, qint64> begin() {
        const ChronyPlan plan = makePlan(spec, {layout.paths(), ClockControl::None});
        auto outcome = std::make_shared<Outcome>();
        const qint64 pid = engine.state().pid;
        ::kill(static_cast<pid_t>(pid), SIGSTOP);
        engine.apply(plan, [outcome](const auto& result) { *outcome = result; });
        QDeadlineTimer deadline(5000);
        while (readAll(layout.sourceFile()) != plan.sources && !deadline.hasExpired())
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 10);
        return {outcome, pid};
    }

    /// chronyd's own words.
    [[nodiscard]] QByteArray chronyc(const QStringList& command) const {
        QProcess process;
        process.start(QStringLiteral("chronyc"),
                      QStringList{QStringLiteral("-h"), layout.paths().commandSocket, QStringLiteral("-n")} + command);
        process.waitForFinished(5000);
        return process.readAllStandardOutput();
    }
    [[nodiscard]] bool isAnswered(const char* address) const {
        return chronyc({QStringLiteral("accheck"), QString::fromLatin1(address)}).contains("Access allowed");
    }
};

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
        Fixture f;
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
        Fixture f;
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
        Fixture f;
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
        Fixture f;
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

    void localAndMakestep() {
        Fixture f;
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
        Fixture f;
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
        QVERIFY2(why.contains("127.0.0.9 is missing") && why.contains("what it had is back"), qPrintable(why));
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
        Fixture f;
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
        Fixture f;
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
        Fixture f;
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
