// SPDX-License-Identifier: GPL-2.0-or-later
// The quick path of ordinary requests: real packets through the table in the real kernel, in network namespaces of the
// test's own. Both paths admit and count the same packets.
#include <QTest>

#include "isolation.h"
#include "lab.h"
#include "nft/nft_session.h"
#include "probe.h"

using namespace fos1;
using namespace fos1::firewall;
using namespace std::chrono_literals;
using fos1::lab::ntpPacket;

namespace {

const QString kLink = QStringLiteral("lan.10");

time::ServiceState vlan(bool isAccepting, const std::optional<time::ServedRate>& rate = {}) {
    time::ServiceState state;
    state.interface = kLink;
    state.port = 123;
    state.accepting = isAccepting;
    state.rateLimit = rate;
    return state;
}

FirewallPlan planOf(const time::ServiceState& state) { return planFirewall({{QStringLiteral("a"), state}}, {}).plan; }

}  // namespace

class TestQuickWay : public QObject {
    Q_OBJECT

    lab::Lab m_lab;
    FirewallPlan m_plan;

    void inRouter(const std::function<void(NftSession&)>& work) const {
        m_lab.inside("rt", [&] {
            NftSession session;
            work(session);
        });
    }
    [[nodiscard]] bool run(const QByteArray& text) const {
        tl::expected<void, Error> done;
        inRouter([&](NftSession& session) { done = session.run(text); });
        if (!done) qWarning("%s", qPrintable(done.error().text()));
        return done.has_value();
    }
    [[nodiscard]] Counters counters() const {
        Counters counters;
        inRouter([&](NftSession& session) { counters = session.counters().value_or(Counters()); });
        return counters;
    }
    /// The packets that the set itself has counted for the link.
    [[nodiscard]] qint64 counted(const char* set) const {
        Result<Counter> counter;
        m_lab.inside("rt", [&] { counter = Netfilter().counter(set, kLink); });
        return counter ? static_cast<qint64>(counter->packets) : -1;
    }
    [[nodiscard]] bool change(const FirewallPlan& plan) {
        tl::expected<void, Error> done;
        inRouter([&](NftSession& session) {
            done = session.run(changeText(m_plan, plan, session.admitted(leavingQuick(m_plan, plan))));
        });
        m_plan = plan;
        return done.has_value();
    }
    /// "admitted" or "refused": how all of them were counted.
    [[nodiscard]] QString fate(const QByteArray& payload, int times = 1, bool isV6 = false) const {
        Counters before = counters();
        const QString router = isV6 ? QStringLiteral("fd02::1") : QStringLiteral("10.2.0.1");
        if (!lab::Probe(m_lab, QStringLiteral("cl")).send(router, payload, times)) return QStringLiteral("not sent");
        QString fate = QStringLiteral("lost");
        (void)QTest::qWaitFor([&] {
            Counters after = counters();
            const auto all = static_cast<quint64>(times);
            if (after.admitted[kLink].packets == before.admitted[kLink].packets + all)
                fate = QStringLiteral("admitted");
            if (after.refused[kLink].packets == before.refused[kLink].packets + all) fate = QStringLiteral("refused");
            return fate != QStringLiteral("lost");
        });
        return fate;
    }

   private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(m_lab.problem().isEmpty(), qPrintable(m_lab.problem()));
        // No server answers; sending must continue regardless.
        QVERIFY(
            run("table inet quiet {\nchain out { type filter hook output priority raw; icmp type "
                "destination-unreachable drop; icmpv6 type destination-unreachable drop; }\n}\n"));
    }

    void init() {
        m_plan = planOf(vlan(true));
        QVERIFY(run(tableText(m_plan) + completionText(m_plan, {})));
    }

    void whatIsOrdinaryTakesIt() {
        for (const bool isV6 : {false, true}) QCOMPARE(fate(ntpPacket(3), 5, isV6), QStringLiteral("admitted"));
        QCOMPARE(counted("quick"), 10);
        QCOMPARE(counted("admitted"), -1);
        QCOMPARE(counters().admitted[kLink].bytes, quint64(5 * (20 + 8 + 48) + 5 * (40 + 8 + 48)));
    }

    void allElseTakesItsChain() {
        QCOMPARE(fate(ntpPacket(3, 68)), QStringLiteral("admitted"));
        QCOMPARE(fate(ntpPacket(3, 228)), QStringLiteral("admitted"));
        QCOMPARE(counted("admitted"), 2);
        for (const int mode : {0, 1, 2, 4, 5, 6, 7}) QCOMPARE(fate(ntpPacket(mode)), QStringLiteral("refused"));
        QCOMPARE(fate(ntpPacket(3, 47)), QStringLiteral("refused"));
        QCOMPARE(counted("quick"), 0);
    }

    void aChangeKeepsWhatWasCounted() {
        QCOMPARE(fate(ntpPacket(3), 7), QStringLiteral("admitted"));
        QCOMPARE(fate(ntpPacket(3, 68), 2), QStringLiteral("admitted"));
        const Counters open = counters();
        QVERIFY(change(planOf(vlan(false))));
        QVERIFY(counters() == open);
        QCOMPARE(counted("quick"), -1);
        QCOMPARE(fate(ntpPacket(3), 3), QStringLiteral("refused"));
        QVERIFY(change(planOf(vlan(true))));
        QCOMPARE(fate(ntpPacket(3), 4), QStringLiteral("admitted"));
        QCOMPARE(counted("quick"), 4);
        QCOMPARE(counters().admitted[kLink].packets, quint64(13));
        QCOMPARE(counters().refused[kLink].packets, quint64(3));
        // Packets that were admitted without a limit do not count towards a new one.
        QVERIFY(change(planOf(vlan(true, time::ServedRate{4096s, 2}))));
        QCOMPARE(fate(ntpPacket(3), 2), QStringLiteral("admitted"));
        QCOMPARE(fate(ntpPacket(3)), QStringLiteral("refused"));
        QCOMPARE(counters().admitted[kLink].packets, quint64(15));
    }

    void aNewTableContinues() {
        QCOMPARE(fate(ntpPacket(3), 7), QStringLiteral("admitted"));
        const Counters before = counters();
        QVERIFY(run(tableText(m_plan)));
        // The policies do not depend on it.
        QCOMPARE(fate(ntpPacket(3)), QStringLiteral("admitted"));
        QCOMPARE(counted("admitted"), 1);
        QVERIFY(run(completionText(m_plan, before)));
        QVERIFY(counters() == before);
        QCOMPARE(fate(ntpPacket(3)), QStringLiteral("admitted"));
        QCOMPARE(counted("quick"), 1);
    }

    /// Matching is by name, so a link may return with another index.
    void aLinkMayComeAgain() {
        QCOMPARE(fate(ntpPacket(3)), QStringLiteral("admitted"));
        const auto ip = [&](const QString& arguments) {
            return m_lab.runIn("rt", "ip", arguments.split(u' ')).exitCode == 0;
        };
        QVERIFY(ip(QStringLiteral("link set lan.10 down")) && ip(QStringLiteral("link set lan.10 name other")));
        QCOMPARE(m_lab.runIn("rt", "ip", {"link", "set", "other", "up"}).exitCode, 0);
        QVERIFY(ip(QStringLiteral("link set other down")) && ip(QStringLiteral("link set other name lan.10")));
        QVERIFY(ip(QStringLiteral("link set lan.10 up")));
        QCOMPARE(fate(ntpPacket(3)), QStringLiteral("admitted"));
        QCOMPARE(counted("quick"), 2);
    }

    void aTableOfAnOlderVersionIsRead() {
        QByteArray old = "add table inet fos1_ntp\ndelete table inet fos1_ntp\ntable inet fos1_ntp {\n";
        for (const char* set : {"admitted", "refused", "diverted"})
            old += QByteArray("set ") + set + " { type ifname; size 65535; flags dynamic; counter; }\n";
        QVERIFY(run(old + "}\nadd element inet fos1_ntp admitted { \"lan.10\" counter packets 5 bytes 380 }\n"));
        QVERIFY((counters().admitted == std::map<QString, Counter>{{kLink, {5, 380}}}));
    }

    /// More interfaces than it has room for, then only other ones: the change is still made by elements.
    void itHasAnEnd() {
        const auto many = [](int first) {
            VlanStates all;
            for (int i = first; i < first + 9000; ++i) {
                time::ServiceState state = vlan(true);
                state.interface = QStringLiteral("x%1").arg(i);
                all.emplace(state.interface, state);
            }
            return planFirewall(all, {}).plan;
        };
        const FirewallPlan first = many(10'000);
        QCOMPARE(first.quick.size(), kMostQuick);
        QCOMPARE(first.vlans.size(), std::size_t(9000));
        QVERIFY(run(tableText(first) + completionText(first, {})));
        QVERIFY(run(changeText(first, many(50'000))));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestQuickWay test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_quick_way.moc"
