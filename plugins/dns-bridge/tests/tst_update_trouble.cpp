// SPDX-License-Identifier: GPL-2.0-or-later
// What goes wrong with updates: refusals of real and scripted servers, and clocks that differ.
#include <csignal>

#include "isolation.h"
#include "support/update_test.h"

using namespace fos1;
using namespace fos1::dns;

class TestUpdateTrouble : public UpdateTest {
    Q_OBJECT

   private Q_SLOTS:
    void init() { QVERIFY(writeKey("hmac-sha256:fos1:" + kSecret)); }

    void troubles_data() {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("statements");
        QTest::addColumn<QString>("outcome");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* what, const QByteArray& key, const QByteArray& statements, const char* outcome,
                            const char* part) { QTest::newRow(what) << key << statements << outcome << part; };
        const QByteArray good = "hmac-sha256:fos1:" + kSecret;
        row("another secret", "hmac-sha256:fos1:" + QByteArray(32, 'x').toBase64(), named(), "BadSignature",
            "another secret for the key fos1");
        row("an unknown key", "hmac-sha256:fos2:" + kSecret, named(), "UnknownKey", "does not know the key fos2");
        row("another algorithm", "hmac-sha512:fos1:" + kSecret, named(), "UnknownKey",
            "with the algorithm hmac-sha512");
        row("hmac-sha384", "hmac-sha384:fos1:" + kSecret, named("hmac-sha384"), "written", "");
        row("hmac-sha512", "hmac-sha512:fos1:" + kSecret, named("hmac-sha512"), "written", "");
        QByteArray policy = named();
        policy.replace("allow-update { key fos1; }", "update-policy { grant fos1 zonesub A; }");
        row("a key that may not write marks", good, policy, "Refused", "ntp.lan.test A, ntp.lan.test TXT");
        QByteArray closed = named();
        closed.replace("allow-update { key fos1; };", "");
        row("no updates of this zone", good, closed, "Refused", "policy does not allow the key fos1");
        QByteArray other = named();
        other.replace("lan.test", "other.test");
        row("no such zone", good, other, "Refused", "refuses queries for the zone lan.test");
    }
    void troubles() {
        QFETCH(const QByteArray, key);
        QFETCH(const QByteArray, statements);
        QFETCH(const QString, part);
        QVERIFY(writeKey(key));
        (void)start(statements);
        UpdateBackend backend(zoneOf("a"));
        const Applying applying = applyTo(backend, plan({{"ntp", "10.0.0.1"}}));
        QTEST(applying.outcome, "outcome");
        QVERIFY2(applying.reason.contains(part), qPrintable(applying.reason));
        QVERIFY(!applying.reason.contains(QString::fromLatin1(kSecret)));
        if (!part.isEmpty()) QVERIFY(m_server->ask("ntp.lan.test", "A").isEmpty());
    }

    /// The server that the SOA names becomes a secondary of another one, which the SOA names then.
    void anotherServerBecomesThePrimary() {
        QVERIFY(start(named()));
        RealServer other(QStringLiteral("127.0.0.54"));
        const UpdateZone zone = zoneBySoa("a");
        UpdateBackend backend(zone);
        QCOMPARE(applyTo(backend, plan({{"ntp", "10.0.0.1"}})).outcome, QStringLiteral("written"));

        QByteArray moved = kZoneStart +
                           "ns A 127.0.0.53\nns2 A 127.0.0.54\nntp A 10.0.0.1\nntp TXT \"heritage=fos1-host\" "
                           "\"owner=a\" \"service=ntp\" \"A=10.0.0.1\"\n";
        moved.replace("SOA ns.lan.test. hostmaster.lan.test. 1", "SOA ns2.lan.test. hostmaster.lan.test. 90");
        other.write("zone", moved);
        other.startNamed(named() + "acl all { any; };\n");
        QVERIFY(QTest::qWaitFor([&] { return other.answers("lan.test"); }, 10'000));
        m_server->startNamed("zone \"lan.test\" { type secondary; file \"copy\"; primaries { 127.0.0.54; }; };\n");
        QVERIFY(QTest::qWaitFor([&] { return m_server->serial("lan.test") == u"90"; }, 10'000));

        const auto wanted = plan({{"ntp", "10.0.0.2"}});
        const Applying first = applyTo(backend, wanted);
        QCOMPARE(first.outcome, QStringLiteral("Refused"));
        const Applying second = applyTo(backend, wanted);
        QVERIFY2(second.outcome == u"written", qPrintable(second.reason));
        QCOMPARE(backend.table()->server, QStringLiteral("ns2.lan.test (127.0.0.54)"));
        QCOMPARE(other.ask("ntp.lan.test", "A"), QStringList("10.0.0.2"));
    }

    /// The server is an hour ahead: nothing is added, and what is there goes all the same.
    void withAWrongClockNamesOnlyGo() {
        QVERIFY(start(named()));
        const UpdateZone zone = zoneOf("a");
        UpdateBackend backend(zone);
        QCOMPARE(applyTo(backend, plan({{"ntp", "10.0.0.1"}, {"old", "10.0.0.1"}})).outcome, QStringLiteral("written"));
        m_server->daemon().signal(SIGTERM);
        QVERIFY(m_server->daemon().waitForEnd(5000) >= 0);
        m_server->startNamed(named(), clockAhead(3600));
        QVERIFY(QTest::qWaitFor([this] { return m_server->answers("lan.test"); }, 10'000));
        const Applying applying = applyTo(backend, plan({{"ntp", "10.0.0.2"}, {"new", "10.0.0.1"}}));
        QCOMPARE(applying.outcome, QStringLiteral("ClockDiffers"));
        QVERIFY2(applying.reason.contains("this node's clock is 3600 s behind") ||
                     applying.reason.contains("this node's clock is 3599 s behind") ||
                     applying.reason.contains("this node's clock is 3601 s behind"),
                 qPrintable(applying.reason));
        QVERIFY(m_server->ask("old.lan.test", "ANY").isEmpty());
        QVERIFY(m_server->ask("ntp.lan.test", "A").isEmpty() && m_server->ask("new.lan.test", "A").isEmpty());
        // Nothing of it is remembered.
        m_server->daemon().signal(SIGTERM);
        QVERIFY(m_server->daemon().waitForEnd(5000) >= 0);
        m_server->startNamed(named());
        QVERIFY(QTest::qWaitFor([this] { return m_server->answers("lan.test"); }, 10'000));
        QCOMPARE(applyTo(backend, plan({{"ntp", "10.0.0.2"}})).outcome, QStringLiteral("written"));
        QCOMPARE(m_server->ask("ntp.lan.test", "A"), QStringList("10.0.0.2"));
    }

    void onlyRemovalsWithAWrongClockAreNoTrouble() {
        QVERIFY(start(named()));
        UpdateBackend backend(zoneOf("a"));
        QCOMPARE(applyTo(backend, plan({{"ntp", "10.0.0.1"}})).outcome, QStringLiteral("written"));
        m_server->daemon().signal(SIGTERM);
        QVERIFY(m_server->daemon().waitForEnd(5000) >= 0);
        m_server->startNamed(named(), clockAhead(-7200));
        QVERIFY(QTest::qWaitFor([this] { return m_server->answers("lan.test"); }, 10'000));
        QCOMPARE(applyTo(backend, plan({{"ntp", ""}})).outcome, QStringLiteral("written"));
        QVERIFY(m_server->ask("ntp.lan.test", "ANY").isEmpty());
    }

    /// As PowerDNS does: NOTAUTH, and no signature.
    void anUnsignedRefusalProvesNothing() {
        ScriptedDns server(
            [](const QByteArray& message, ScriptedDns::Over) { return refusal(message, Rcode::NotAuth); });
        UpdateBackend backend(zoneOf("a", QStringLiteral("127.0.0.1:%1").arg(server.port())));
        const Applying applying = applyTo(backend, plan({{"ntp", "10.0.0.1"}}));
        QCOMPARE(applying.outcome, QStringLiteral("NotAuthorized"));
        QVERIFY2(applying.reason.contains("clocks") && applying.reason.contains("key fos1") &&
                     applying.reason.contains("zone lan.test"),
                 qPrintable(applying.reason));
        QVERIFY(backend.mayHaveOurs());  // nobody knows
    }

    void aServerThatTakesNoUpdatesIsNotAskedAgain() {
        ScriptedDns server(
            [](const QByteArray& message, ScriptedDns::Over) { return refusal(message, Rcode::NotImp); });
        UpdateBackend backend(zoneOf("a", QStringLiteral("127.0.0.1:%1").arg(server.port())));
        const auto wanted = plan({{"ntp", "10.0.0.1"}});
        QCOMPARE(applyTo(backend, wanted).outcome, QStringLiteral("NoUpdates"));
        const int asked = server.asked();
        const Applying again = applyTo(backend, wanted);
        QCOMPARE(again.outcome, QStringLiteral("NoUpdates"));
        QVERIFY2(again.reason.contains("hosts, zonefile"), qPrintable(again.reason));
        QCOMPARE(server.asked(), asked);
        QCOMPARE(applyTo(backend, plan({{"ntp", "10.0.0.2"}})).outcome, QStringLiteral("NoUpdates"));
        QVERIFY(server.asked() > asked);
    }

    /// As just after a reload.
    void aServerThatFailsForAMomentIsTriedAgain() {
        QVERIFY(start(named()));
        UpdateBackend backend(zoneOf("a", "127.0.0.53"));
        m_server->daemon().signal(SIGSTOP);
        QCOMPARE(applyTo(backend, plan({{"ntp", "10.0.0.1"}})).outcome, QStringLiteral("NoAnswer"));
        m_server->daemon().signal(SIGCONT);
        // It may still carry out what it was sent before.
        const Applying again = applyTo(backend, plan({{"ntp", "10.0.0.1"}}));
        QVERIFY2(again.outcome == u"written" || again.outcome == u"same", qPrintable(again.reason));
        QCOMPARE(m_server->ask("ntp.lan.test", "A"), QStringList("10.0.0.1"));
        QCOMPARE(state(backend, "ntp"), QStringLiteral("published"));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        lab::run("ip", {"link", "set", "lo", "up"});
        TestUpdateTrouble test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_update_trouble.moc"
