// SPDX-License-Identifier: GPL-2.0-or-later
// Time sources of ours that live in a VLAN whose NTP is redirected: their own requests must reach the servers that they
// ask. Otherwise they would give us back our own time. Real packets, over IPv4 and IPv6.
#include <QTest>

#include "firewall_under_test.h"
#include "isolation.h"
#include "ntp_responder.h"

using namespace fos1;
using fos1::lab::ntpPacket;
using fos1::system::FirewallUnderTest;

namespace {

const QByteArray kPolicies =
    "    - {vlanRef: vlan-20, enabled: true}\n"
    "    - {vlanRef: vlan-30, enabled: true, redirect: true}\n"
    "    - {vlanRef: vlan-40, enabled: false}\n";
const QByteArray kSources = ", {address: 10.30.0.2, minpoll: 0, maxpoll: 0}, {address: \"fd30::2\"}";

/// Servers of others. The source asks the first two, and another client of its VLAN the last two.
constexpr const char* kAsked[] = {"10.1.0.1", "fd01::1"};
constexpr const char* kAskedByAnother[] = {"192.0.2.1", "2001:db8::1"};

}  // namespace

class TestOwnSources : public QObject {
    Q_OBJECT

    std::unique_ptr<FirewallUnderTest> m_fw;
    std::unique_ptr<lab::NtpResponder> m_source;

    void ip(const QString& ns, const QString& words) const {
        const auto done = m_fw->lab.runIn(ns, "ip", words.split(u' '));
        if (done.exitCode != 0) qFatal("ip %s: %s", qPrintable(words), done.errors.constData());
    }
    /// The stratum in the answer to a client in VLAN 30: 1 of the upstream, 2 of this node; 0: no answer.
    [[nodiscard]] int stratum(const char* asked) const {
        const auto answer = m_fw->client(30).ask(QLatin1String(asked), ntpPacket(3));
        return answer ? answer->at(1) : 0;
    }
    [[nodiscard]] QByteArray nft(const QString& what) const { return m_fw->lab.runIn("rt", "nft", {what}).output; }
    [[nodiscard]] QStringList published() const {
        const QJsonObject topic = m_fw->topic("time.sources/v1", "main-ntp");
        return topic[u"value"][u"addresses"].toVariant().toStringList();
    }
    [[nodiscard]] bool isExempt() const {
        return nft("list set inet fos1_ntp own_sources4").contains("10.30.0.2") &&
               nft("list set inet fos1_ntp own_sources6").contains("fd30::2");
    }
    /// The packets of the source that arrived at the upstream.
    [[nodiscard]] QByteArray arrived() const {
        return m_fw->lab.runIn("up", "nft", {"list counter inet seen source"}).output;
    }
    void verifyOnlyOthersAreRedirected() const {
        for (const char* asked : kAsked) QCOMPARE(stratum(asked), 1);
        for (const char* asked : kAskedByAnother) QCOMPARE(stratum(asked), 2);
    }

   private Q_SLOTS:
    void initTestCase() {
        m_fw = std::make_unique<FirewallUnderTest>();
        m_fw->moreServers = kSources;
        const QString problem = m_fw->start(kPolicies);
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        m_source = std::make_unique<lab::NtpResponder>(m_fw->lab, "cl30", lab::NtpClaim{});
        QCOMPARE(m_source->problem(), QString());
        // The upstream can answer the VLAN, and another client of the VLAN asks other servers.
        ip("up", "route add 10.30.0.0/24 via 10.1.0.2");
        ip("up", "-6 route add fd30::/64 via fd01::2");
        ip("cl30", "addr add 10.30.0.3/24 dev v-cl");
        ip("cl30", "-6 addr add fd30::3/64 dev v-cl nodad");
        const auto from = [this](const char* const(&asked)[2], const QString& v4, const QString& v6) {
            ip("cl30", QStringLiteral("route add %1/32 via 10.30.0.1 src %2").arg(QLatin1String(asked[0]), v4));
            ip("cl30", QStringLiteral("-6 route add %1/128 via fd30::1 src %2").arg(QLatin1String(asked[1]), v6));
        };
        from(kAsked, "10.30.0.2", "fd30::2");
        from(kAskedByAnother, "10.30.0.3", "fd30::3");
        QCOMPARE(m_fw->lab
                     .runIn("up", "nft",
                            {"table inet seen {\ncounter source { }\nchain in {\ntype filter hook input priority 0\n"
                             "ip saddr 10.30.0.2 udp dport 123 counter name source\n}\n}"})
                     .exitCode,
                 0);
        QTRY_COMPARE_WITH_TIMEOUT(published(), (QStringList{"10.1.0.1", "10.30.0.2", "fd30::2"}), 15'000);
        QTRY_VERIFY_WITH_TIMEOUT(isExempt(), 15'000);
        QTRY_COMPARE_WITH_TIMEOUT(stratum(kAskedByAnother[0]), 2, 15'000);
    }

    void aSourceReachesTheServersThatItAsks() { verifyOnlyOthersAreRedirected(); }

    void itIsShown() {
        const QByteArray sentence =
            "Requests of 3 time sources of this node are not redirected: 10.1.0.1, 10.30.0.2, fd30::2.";
        QVERIFY(m_fw->host->ctl({"firewall", "show"}).output.contains(sentence));
        QVERIFY(m_fw->host->ctl({"firewall", "show", "vlan-30"}).output.contains(sentence));
        QVERIFY(!m_fw->host->ctl({"firewall", "show", "vlan-20"}).output.contains(sentence));
    }

    void aTableThatOthersDeletedHasThemAgain() {
        m_fw->nft("delete table inet fos1_ntp");
        QTRY_VERIFY(isExempt());
        QTRY_COMPARE(m_fw->metric("firewall_drift_repairs_total"), 1.0);
        verifyOnlyOthersAreRedirected();
    }

    void theLastOnesStayWhileThePublisherIsGone() {
        QCOMPARE(m_fw->host->ctl({"plugin", "stop", "ntp"}).exitCode, 0);
        QTRY_COMPARE(m_fw->topic("time.sources/v1", "main-ntp")[u"presence"].toString(), QStringLiteral("Absent"));
        QVERIFY(isExempt());
        for (const char* asked : kAsked) QCOMPARE(stratum(asked), 1);
        QCOMPARE(m_fw->host->ctl({"plugin", "start", "ntp"}).exitCode, 0);
        QTRY_COMPARE_WITH_TIMEOUT(stratum(kAskedByAnother[0]), 2, 15'000);
        verifyOnlyOthersAreRedirected();
    }

    /// Its address is removed by element: rules and counters stay.
    void aSourceThatIsRemovedIsRedirectedLikeOthers() {
        const auto rules = [this] {
            return m_fw->lab.runIn("rt", "nft", {"-a", "list chain inet fos1_ntp prerouting"}).output;
        };
        const QByteArray before = rules();
        QVERIFY(before.contains("handle"));
        const double redirected = m_fw->metric("firewall_redirected_packets_total{vlan=\"vlan-30\"}");
        m_fw->moreServers.clear();
        QVERIFY(m_fw->declare(kPolicies));
        for (const char* asked : kAsked) QTRY_COMPARE(stratum(asked), 2);
        QCOMPARE(published(), QStringList{"10.1.0.1"});
        QCOMPARE(rules(), before);
        QTRY_VERIFY(m_fw->metric("firewall_redirected_packets_total{vlan=\"vlan-30\"}") > redirected);
        // A daemon that always sends from one port continues one exchange, for which the rules are not read again.
        constexpr quint16 kItsPort = 1123;
        const QByteArray reached = arrived();
        QVERIFY(reached.contains("packets"));
        QVERIFY(m_fw->client(30).sendFrom(kItsPort, kAsked[0], ntpPacket(3)));
        QTest::qWait(100);
        QCOMPARE(arrived(), reached);
        m_fw->moreServers = kSources;
        QVERIFY(m_fw->declare(kPolicies));
        QTRY_VERIFY(isExempt());
        QVERIFY(m_fw->client(30).sendFrom(kItsPort, kAsked[0], ntpPacket(3)));
        QTRY_VERIFY(arrived() != reached);
        verifyOnlyOthersAreRedirected();
        QCOMPARE(rules(), before);
        QCOMPARE(m_fw->metric("firewall_drift_repairs_total"), 1.0);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestOwnSources test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_own_sources.moc"
