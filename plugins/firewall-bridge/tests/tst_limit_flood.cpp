// SPDX-License-Identifier: GPL-2.0-or-later
// More clients than a limit can remember, as in a flood from forged addresses: real packets through the table in the
// real kernel, in network namespaces of the test's own.
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QTest>
#include <cstring>

#include "isolation.h"
#include "lab.h"
#include "nft/nft_session.h"
#include "probe.h"

using namespace fos1;
using namespace fos1::firewall;
using namespace std::chrono_literals;
using fos1::lab::ntpPacket;

namespace {

constexpr int kRemembered = 65535;  ///< clients of one family
constexpr int kSharing = 64;        ///< the clients that are not remembered share the limit of this many clients
constexpr int kBurst = 2;
/// A bucket refills once per hour, so nothing returns during the test; the shared one gets one token per minute.
constexpr auto kInterval = 4096s;
constexpr int kRefill = 5;

time::ServiceState vlan(int id) {
    time::ServiceState state;
    state.interface = QStringLiteral("lan.%1").arg(id);
    state.port = 123;
    state.accepting = true;
    state.rateLimit = time::ServedRate{kInterval, kBurst};
    return state;
}

/// Client requests from forged addresses: the last four bytes of the source count up from `first`.
void flood(bool isV6, const QByteArray& from, const QByteArray& to, quint32 first, quint32 count) {
    struct Datagram {
        udphdr udp;
        char payload[48];
    } datagram{};
    datagram.udp.source = htons(40000);
    datagram.udp.dest = htons(123);
    datagram.udp.len = htons(sizeof datagram);
    std::memcpy(datagram.payload, ntpPacket(3).constData(), sizeof datagram.payload);
    QByteArray packet(isV6 ? sizeof(ip6_hdr) : sizeof(iphdr), '\0');
    sockaddr_storage address{};
    address.ss_family = isV6 ? AF_INET6 : AF_INET;
    qsizetype end = 0;  // of the source address
    if (isV6) {
        ip6_hdr header{};
        header.ip6_vfc = 6 << 4;
        header.ip6_plen = htons(sizeof datagram);
        header.ip6_nxt = IPPROTO_UDP;
        header.ip6_hlim = 64;
        ::inet_pton(AF_INET6, from.constData(), &header.ip6_src);
        ::inet_pton(AF_INET6, to.constData(), &header.ip6_dst);
        reinterpret_cast<sockaddr_in6*>(&address)->sin6_addr = header.ip6_dst;
        std::memcpy(packet.data(), &header, sizeof header);
        end = offsetof(ip6_hdr, ip6_src) + sizeof header.ip6_src;
    } else {
        iphdr header{};
        header.version = 4;
        header.ihl = 5;
        header.ttl = 64;
        header.protocol = IPPROTO_UDP;
        ::inet_pton(AF_INET, from.constData(), &header.saddr);
        ::inet_pton(AF_INET, to.constData(), &header.daddr);
        reinterpret_cast<sockaddr_in*>(&address)->sin_addr.s_addr = header.daddr;
        std::memcpy(packet.data(), &header, sizeof header);
        end = offsetof(iphdr, saddr) + sizeof header.saddr;
    }
    packet.append(reinterpret_cast<const char*>(&datagram), sizeof datagram);
    quint32 base = 0;
    std::memcpy(&base, packet.constData() + end - 4, sizeof base);
    const int fd = ::socket(address.ss_family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    for (quint32 i = first; i < first + count; ++i) {
        const quint32 last = htonl(ntohl(base) + i);
        std::memcpy(packet.data() + end - 4, &last, sizeof last);
        (void)!::sendto(fd, packet.constData(), static_cast<std::size_t>(packet.size()), 0,
                        reinterpret_cast<sockaddr*>(&address), isV6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
    }
    ::close(fd);
}

}  // namespace

class TestLimitFlood : public QObject {
    Q_OBJECT

    lab::Lab m_lab;

    [[nodiscard]] static QString router(int id, bool isV6) {
        return (isV6 ? QStringLiteral("fd%1::1") : QStringLiteral("10.%1.0.1")).arg(id);
    }
    [[nodiscard]] Counters counters() const {
        Counters counters;
        m_lab.inside("rt", [&] { counters = NftSession().counters().value_or(Counters()); });
        return counters;
    }
    /// How many of `times` requests from a VLAN's client are admitted; -1: some were lost.
    [[nodiscard]] int letIn(int id, bool isV6, int times) const {
        const QString link = QStringLiteral("lan.%1").arg(id);
        Counters before = counters();
        if (!lab::Probe(m_lab, QStringLiteral("cl%1").arg(id)).send(router(id, isV6), ntpPacket(3), times)) return -1;
        Counters after;
        const auto more = [&](std::map<QString, Counter> Counters::*set) {
            return static_cast<int>((after.*set)[link].packets - (before.*set)[link].packets);
        };
        const bool haveAllCome = QTest::qWaitFor([&] {
            after = counters();
            return more(&Counters::admitted) + more(&Counters::refused) == times;
        });
        return haveAllCome ? more(&Counters::admitted) : -1;
    }

   private Q_SLOTS:
    void initTestCase() {
        VlanStates vlans;
        for (const int id : {11, 12, 13}) {
            m_lab.addVlan(id);
            vlans[QString::number(id)] = vlan(id);
        }
        QVERIFY2(m_lab.problem().isEmpty(), qPrintable(m_lab.problem()));
        // So that no reverse-path filter applies, and the limits of connections and neighbors are not reached first.
        QCOMPARE(m_lab.runIn("rt", "ip", {"route", "add", "172.16.0.0/12", "dev", "lan.11"}).exitCode, 0);
        const QByteArray quiet =
            "table inet quiet {\n"
            "chain in { type filter hook prerouting priority raw; notrack; }\n"
            "chain out { type filter hook output priority raw; icmp type destination-unreachable drop; "
            "icmpv6 type destination-unreachable drop; }\n}\n";
        tl::expected<void, Error> done;
        m_lab.inside("rt", [&] { done = NftSession().run(quiet + tableText(planFirewall(vlans, {}).plan)); });
        QVERIFY2(done, done ? "" : qPrintable(done.error().text()));
    }

    void aFloodSwitchesNoLimitOff_data() {
        QTest::addColumn<int>("id");
        QTest::addColumn<bool>("isV6");
        QTest::addColumn<QByteArray>("from");
        QTest::newRow("IPv4") << 11 << false << QByteArray("172.16.0.0");
        QTest::newRow("IPv6") << 13 << true << QByteArray("fd13::1:0:0");
    }
    void aFloodSwitchesNoLimitOff() {
        QFETCH(const int, id);
        QFETCH(const bool, isV6);
        QFETCH(const QByteArray, from);
        const QString link = QStringLiteral("lan.%1").arg(id);
        QCOMPARE(letIn(id, isV6, 1), 1);
        // The sender may be faster than the link.
        constexpr quint32 kAtOnce = 10'000;
        for (quint32 first = 0; counters().refused[link].packets < 4000 && first < 40 * kAtOnce; first += kAtOnce)
            m_lab.inside(QStringLiteral("cl%1").arg(id),
                         [&] { flood(isV6, from, router(id, isV6).toLatin1(), first, kAtOnce); });
        QVERIFY(counters().refused[link].packets >= 4000);
        // The remembered clients, and one bucket for the rest of the VLAN; the others are refused.
        const int admitted = static_cast<int>(counters().admitted[link].packets);
        QVERIFY2(admitted >= kRemembered + kSharing * kBurst && admitted <= kRemembered + kSharing * kBurst + kRefill,
                 qPrintable(QString::number(admitted)));
        // A remembered client keeps its limit.
        QCOMPARE(letIn(id, isV6, 10), kBurst - 1);
    }

    void whoIsNewSharesWithTheFloodInItsVlan() {
        QCOMPARE(m_lab.runIn("cl11", "ip", {"address", "del", "10.11.0.2/24", "dev", "v-cl"}).exitCode, 0);
        QCOMPARE(m_lab.runIn("cl11", "ip", {"address", "add", "10.11.0.3/24", "dev", "v-cl"}).exitCode, 0);
        const int admitted = letIn(11, false, 200);
        QVERIFY2(admitted >= 0 && admitted <= kRefill, qPrintable(QString::number(admitted)));
    }

    /// The floods do not affect another VLAN, whose clients still have a limit.
    void anotherVlanHasABucketOfItsOwn() {
        const int admitted = letIn(12, false, 200);
        QVERIFY2(admitted >= kSharing * kBurst && admitted <= kSharing * kBurst + kRefill,
                 qPrintable(QString::number(admitted)));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestLimitFlood test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_limit_flood.moc"
