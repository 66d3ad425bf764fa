// SPDX-License-Identifier: GPL-2.0-or-later
// The plugin's wiring with a fake host and the real kernel, in a network namespace of the test's own: retracted
// policies, policies that cannot be enforced, another program that keeps changing the table, and the stop.
#include <QTest>
#include <QUdpSocket>

#include "isolation.h"
#include "lab.h"
#include "probe.h"
#include "support/bridge.h"

using namespace fos1;
using namespace fos1::firewall;
using namespace std::chrono_literals;

namespace {

const QString kService = QString::fromLatin1(time::ServiceState::kTopic);
const QString kSources = QString::fromLatin1(time::SourcesState::kTopic);

QByteArray ownSources() {
    return NftSession().list(QByteArray("set ") + kTable + " own_sources4").value_or(QByteArray());
}

}  // namespace

class TestFirewallWiring : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void cleanup() { other(removalText()); }

    void aTableThatIsThereWaitsForTheTopics() {
        other(QByteArray("add table ") + kTable + "\n");
        Bridge b;
        QTest::qWait(200);
        QCOMPARE(b.degraded(), QStringLiteral("False/NothingToEnforce"));
        QVERIFY(vlans().isEmpty());
        b.say("a", true, "l1");
        QTRY_VERIFY(vlans().contains("l1"));
        QTRY_COMPARE(b.degraded(), QStringLiteral("False/Enforced"));
        QTRY_VERIFY(b.told("a").value(QStringLiteral("enforced")).toBool());
        QCOMPARE(b.repairs(), 0);
    }

    void oneThatIsTakenBackGoesAndAllStay() {
        Bridge b({5s, 400ms});
        b.say("a", true, "l1");
        b.say("b", false, "l2");
        QTRY_VERIFY(vlans().contains("l1") && vlans().contains("l2"));
        b.host.bus.absent(kService, "a", "gone");
        QTRY_VERIFY(!vlans().contains("l1"));
        QVERIFY(vlans().contains("l2"));
        QTRY_VERIFY(b.told("a").isEmpty());
        // As when the publisher restarts: nothing happens in between.
        b.say("a", true, "l1");
        QTRY_VERIFY(vlans().contains("l1"));
        const QByteArray before = vlans();
        b.host.bus.absent(kService, "a", "stops");
        b.host.bus.absent(kService, "b", "stops");
        QTest::qWait(100);
        QCOMPARE(vlans(), before);
        QTRY_VERIFY(!vlans().contains("l1") && !vlans().contains("l2"));
        QVERIFY(!vlans().isEmpty());
    }

    void theLastWordOfOneThatDiedHolds() {
        Bridge b({5s, 0ms});
        b.say("a", false, "l1");
        QTRY_VERIFY(vlans().contains("l1"));
        b.host.bus.publisherGone(kService, "a", "it crashed");
        QTest::qWait(200);
        QVERIFY(vlans().contains("l1"));
    }

    void ownSourcesFollowTheTopic() {
        Bridge b;
        b.redirect = true;
        // Alone they change no table.
        b.saySources("main", {"10.0.0.1"});
        QTest::qWait(100);
        QVERIFY(ownSources().isEmpty());
        b.say("a", true, "l1");
        QTRY_VERIFY(ownSources().contains("10.0.0.1"));
        QTRY_COMPARE(b.firewall.report().ownSources(), QStringList{"10.0.0.1"});
        b.saySources("main", {"10.0.0.2"});
        QTRY_VERIFY(ownSources().contains("10.0.0.2") && !ownSources().contains("10.0.0.1"));
        other(removalText());
        QTRY_VERIFY(ownSources().contains("10.0.0.2"));
        QTRY_COMPARE(b.repairs(), 1);
        // The last known ones stay while the publisher is gone, and go once it publishes others.
        b.host.bus.publisherGone(kSources, "main", "it crashed");
        QTest::qWait(100);
        QVERIFY(ownSources().contains("10.0.0.2"));
        b.saySources("other", {"10.0.0.3"});
        QTRY_VERIFY(ownSources().contains("10.0.0.3") && !ownSources().contains("10.0.0.2"));
        b.host.bus.absent(kSources, "other", "gone");
        QTRY_VERIFY(!ownSources().contains("10.0.0.3"));
        QVERIFY(!ownSources().isEmpty());
        QTRY_VERIFY(b.firewall.report().ownSources().isEmpty());
    }

    void whatCannotBeEnforcedIsACondition() {
        Bridge b;
        b.say("a", true, "l*");
        b.say("b", true, "l2");
        b.say("c", true, {});
        QTRY_COMPARE(b.degraded(), QStringLiteral("True/PartlyEnforced"));
        QTRY_COMPARE(b.told("a").value(QStringLiteral("reason")).toString(),
                     QStringLiteral("Not enforced: \"l*\" cannot be written as a name in a rule."));
        QTRY_COMPARE(b.told("c").value(QStringLiteral("reason")).toString(), QStringLiteral("The VLAN has no link."));
        QCOMPARE(b.host.metrics.value(QStringLiteral("firewall_enforced_vlans")), std::optional<qint64>(1));
        b.say("a", true, "l1");
        QTRY_COMPARE(b.degraded(), QStringLiteral("False/Enforced"));
        QTRY_VERIFY(b.told("a").value(QStringLiteral("enforced")).toBool());
    }

    void whoContendsDoesNotKeepUsBusy() {
        Bridge b;
        b.say("a", true, "l1");
        QTRY_VERIFY(b.firewall.isSettled());
        for (int i = 1; i <= 25; ++i) {
            other(removalText());
            QTRY_VERIFY(b.repairs() >= std::min(i, 20));
            if (i <= 20) QTRY_VERIFY(vlans().contains("l1"));
        }
        QCOMPARE(b.host.events.reasons().count(QStringLiteral("TableRepaired")), b.repairs());
        // No longer immediately, but it is still repaired.
        QTRY_VERIFY(vlans().contains("l1"));
    }

    void countersOutliveTheTable() {
        Bridge b({1s, 10s});
        b.say("a", false, "l1");
        QTRY_VERIFY(vlans().contains("l1"));
        const auto refused = [] {
            Counters counters = NftSession().counters().value_or(Counters());
            return counters.refused[QStringLiteral("l1")];
        };
        const Counter some{5, 400};
        other(QByteArray("add element ") + kTable + " refused { \"l1\" counter packets 5 bytes 400 }\n");
        QTRY_COMPARE(b.repairs(), 1);
        QTRY_VERIFY(refused() == some);
        QTRY_COMPARE(b.told("a").value(QStringLiteral("refused_packets")).toInteger(), 5);
        other(removalText());
        QTRY_COMPARE(b.repairs(), 2);
        QTRY_VERIFY(refused() == some);
    }

    /// On the quick path, which ends with the change.
    void whatWasAdmittedStaysCounted() {
        QCOMPARE(lab::run(QStringLiteral("ip"), {"link", "set", "lo", "up"}).exitCode, 0);
        Bridge b({1s, 10s});
        b.say("a", true, "lo");
        QTRY_VERIFY(b.firewall.isSettled());
        const auto quick = [] {
            return Netfilter().counter("quick", QStringLiteral("lo")).value_or(Counter()).packets;
        };
        QTRY_VERIFY(Netfilter().counter("quick", QStringLiteral("lo")).has_value());
        QUdpSocket client;
        QUdpSocket server;
        QVERIFY(server.bind(QHostAddress::LocalHost, 123));
        for (int i = 0; i < 5; ++i)
            QCOMPARE(client.writeDatagram(lab::ntpPacket(3), QHostAddress(QHostAddress::LocalHost), 123), 48);
        QCOMPARE(quick(), quint64(5));
        b.say("a", false, "lo");
        QTRY_VERIFY(vlans().contains("closed_clients"));
        QCOMPARE(quick(), quint64(0));
        QTRY_COMPARE(b.told("a").value(QStringLiteral("admitted_packets")).toInteger(), 5);
        QCOMPARE(NftSession().counters().value_or(Counters()).admitted[QStringLiteral("lo")].packets, quint64(5));
        QCOMPARE(b.repairs(), 0);
    }

    void aChangeByElementThatFailsBecomesTheWhole() {
        Bridge b;
        b.say("a", true, "l1");
        QTRY_VERIFY(b.firewall.isSettled());
        // In one turn: the change builds on a table that no longer exists.
        b.say("a", false, "l1");
        other(QByteArray("delete element ") + kTable + " vlans { \"l1\" }\n");
        QTRY_VERIFY(vlans().contains("closed_clients"));
        QTRY_VERIFY(b.repairs() >= 1);
        QCOMPARE(b.host.metrics.value(QStringLiteral("firewall_applies_total"), QStringLiteral("failed")),
                 std::optional<qint64>(0));
    }

    /// The publisher of the VLANs is gone and does not return.
    void whatHoldsWhenNobodyIsLeft() {
        Bridge b({5s, 400ms});
        b.say("a", false, "l1");
        b.say("b", false, "l2", Bridge::OnFailure::Open);
        QTRY_VERIFY(vlans().contains("l1") && vlans().contains("l2"));
        const QByteArray before = vlans();
        for (const char* vlan : {"a", "b"}) b.host.bus.publisherGone(kService, vlan, "it crashed");
        // It may be a restart.
        QTest::qWait(100);
        QCOMPARE(vlans(), before);
        QTRY_VERIFY(!vlans().contains("l2"));
        QVERIFY(vlans().contains("l1"));
        QTRY_VERIFY(b.told("b").isEmpty());
        QVERIFY(b.told("a").value(QStringLiteral("enforced")).toBool());
        b.say("b", false, "l2", Bridge::OnFailure::Open);
        QTRY_VERIFY(vlans().contains("l2"));
    }

    void whoSpeaksAgainSpeaksForAll() {
        Bridge b({5s, 400ms});
        b.say("a", false, "l1");
        b.say("b", false, "l2");
        QTRY_VERIFY(vlans().contains("l1") && vlans().contains("l2"));
        for (const char* vlan : {"a", "b"}) b.host.bus.publisherGone(kService, vlan, "it crashed");
        QTest::qWait(600);
        QVERIFY(vlans().contains("l1") && vlans().contains("l2"));
        // No plugin publishes b any more.
        b.say("a", false, "l1");
        QTRY_VERIFY(!vlans().contains("l2"));
        QVERIFY(vlans().contains("l1"));
    }

    void theEndAsDeclared_data() {
        QTest::addColumn<bool>("isClosed");
        QTest::addColumn<bool>("isOpen");
        QTest::newRow("closed: the table stays") << true << false;
        QTest::newRow("open: it goes") << false << true;
        QTest::newRow("both: what is closed stays") << true << true;
        QTest::newRow("none any more: it goes") << false << false;
    }
    void theEndAsDeclared() {
        QFETCH(const bool, isClosed);
        QFETCH(const bool, isOpen);
        {
            Bridge b({5s, 0ms});
            b.say("c", true, "l3");
            QTRY_VERIFY(vlans().contains("l3"));
            b.host.bus.absent(kService, "c", "gone");
            if (isClosed) b.say("a", false, "l1");
            if (isOpen) b.say("b", false, "l2", Bridge::OnFailure::Open);
            QTRY_VERIFY(b.firewall.isSettled() && vlans().contains("l1") == isClosed &&
                        vlans().contains("l2") == isOpen && !vlans().contains("l3"));
            const quint64 ticket = b.host.expect();
            b.firewall.stop(ticket);
            QTRY_COMPARE(b.host.completion(ticket).outcome, Outcome::Ok);
        }
        QCOMPARE(vlans().isEmpty(), !isClosed);
        QCOMPARE(vlans().contains("l1"), isClosed);
        QVERIFY(!vlans().contains("l2"));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestFirewallWiring test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_firewall_wiring.moc"
