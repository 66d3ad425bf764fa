// SPDX-License-Identifier: GPL-2.0-or-later
// Messages of the kernel about links, addresses and routes, the requests for all of them, and bytes that are none.
#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>

#include <QTest>
#include <random>

#include "netlink_messages.h"
#include "route_text.h"

using namespace fos1::netlink;
using namespace fos1::netlink::test;

namespace {

class Building {
   public:
    template <typename Own>
    Building(quint16 type, const Own& own) {
        m_message->nlmsg_type = type;
        *static_cast<Own*>(mnl_nlmsg_put_extra_header(m_message, sizeof own)) = own;
    }
    Building& number(quint16 type, quint32 value) {
        mnl_attr_put_u32(m_message, type, value);
        return *this;
    }
    Building& text(quint16 type, const char* value) {
        mnl_attr_put_strz(m_message, type, value);
        return *this;
    }
    Building& address(quint16 type, const char* value) {
        const bool is4 = QByteArray(value).contains('.');
        std::array<unsigned char, 16> bytes{};
        ::inet_pton(is4 ? AF_INET : AF_INET6, value, bytes.data());
        mnl_attr_put(m_message, type, is4 ? 4 : 16, bytes.data());
        return *this;
    }
    Building& kind(const char* name) {
        nlattr* nest = mnl_attr_nest_start(m_message, IFLA_LINKINFO);
        text(IFLA_INFO_KIND, name);
        mnl_attr_nest_end(m_message, nest);
        return *this;
    }
    [[nodiscard]] QByteArray bytes() const { return {m_buffer.data(), static_cast<qsizetype>(m_message->nlmsg_len)}; }

   private:
    alignas(nlmsghdr) std::array<char, 1024> m_buffer{};
    nlmsghdr* m_message = mnl_nlmsg_put_header(m_buffer.data());
};

Building link(quint16 type, int index, unsigned char family = AF_UNSPEC) {
    ifinfomsg own{};
    own.ifi_family = family;
    own.ifi_index = index;
    return {type, own};
}

Building address(quint16 type, unsigned char family, int length) {
    ifaddrmsg own{};
    own.ifa_family = family;
    own.ifa_prefixlen = static_cast<unsigned char>(length);
    own.ifa_index = 3;
    return {type, own};
}

Building route(quint16 type, unsigned char family, int length, unsigned int flags = 0) {
    rtmsg own{};
    own.rtm_family = family;
    own.rtm_dst_len = static_cast<unsigned char>(length);
    own.rtm_table = RT_TABLE_MAIN;
    own.rtm_flags = flags;
    return {type, own};
}

std::optional<Message> read(const QByteArray& bytes) {
    return readMessage(*reinterpret_cast<const nlmsghdr*>(bytes.constData()));
}

}  // namespace

class TestRouteMessages : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void messages_data() {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const Building& message, const char* expected) {
            QTest::newRow(name) << message.bytes() << expected;
        };
        row("hardware", link(RTM_NEWLINK, 2).text(IFLA_IFNAME, "lan"), "link 2 lan");
        row("on another", link(RTM_NEWLINK, 3).text(IFLA_IFNAME, "up").number(IFLA_LINK, 2).kind("bridge"),
            "link 3 up on 2 bridge");
        row("the parent is in another namespace",
            link(RTM_NEWLINK, 3).text(IFLA_IFNAME, "up").number(IFLA_LINK, 2).number(IFLA_LINK_NETNSID, 0),
            "link 3 up");
        row("gone", link(RTM_DELLINK, 3), "link 3 gone");
        row("a bridge about its port", link(RTM_NEWLINK, 3, AF_BRIDGE).text(IFLA_IFNAME, "up"), "nothing");
        row("no name", link(RTM_NEWLINK, 3), "nothing");
        row("no number", link(RTM_NEWLINK, 0).text(IFLA_IFNAME, "up"), "nothing");

        row("IPv4",
            address(RTM_NEWADDR, AF_INET, 24).address(IFA_LOCAL, "192.0.2.1").address(IFA_BROADCAST, "192.0.2.255"),
            "address 3 192.0.2.1/24 brd 192.0.2.255");
        row("point to point",
            address(RTM_NEWADDR, AF_INET, 32).address(IFA_LOCAL, "192.0.2.1").address(IFA_ADDRESS, "192.0.2.2"),
            "address 3 192.0.2.1/32");
        row("IPv6, gone", address(RTM_DELADDR, AF_INET6, 64).address(IFA_ADDRESS, "fd00::1"),
            "address 3 fd00::1/64 gone");
        row("of another family", address(RTM_NEWADDR, AF_INET6, 24).address(IFA_LOCAL, "192.0.2.1"), "nothing");
        row("too long a prefix", address(RTM_NEWADDR, AF_INET, 33).address(IFA_LOCAL, "192.0.2.1"), "nothing");
        row("no address", address(RTM_NEWADDR, AF_INET, 24), "nothing");

        row("default", route(RTM_NEWROUTE, AF_INET, 0).address(RTA_GATEWAY, "192.0.2.254").number(RTA_OIF, 2),
            "route 0.0.0.0/0 table 254 via 192.0.2.254 link 2");
        row("default, IPv6", route(RTM_NEWROUTE, AF_INET6, 0).number(RTA_OIF, 2).number(RTA_PRIORITY, 1024),
            "route ::/0 table 254 link 2 priority 1024");
        row("of another table",
            route(RTM_NEWROUTE, AF_INET, 8).address(RTA_DST, "10.0.0.0").number(RTA_TABLE, 1000).number(RTA_OIF, 2),
            "route 10.0.0.0/8 table 1000 link 2");
        row("a route gone", route(RTM_DELROUTE, AF_INET, 8).address(RTA_DST, "10.0.0.0"),
            "route 10.0.0.0/8 table 254 gone");
        row("a cached route", route(RTM_NEWROUTE, AF_INET6, 128, RTM_F_CLONED).address(RTA_DST, "fd00::1"), "nothing");
        row("a route of another family", route(RTM_NEWROUTE, AF_MPLS, 20), "nothing");
        row("a destination of another family", route(RTM_NEWROUTE, AF_INET6, 8).address(RTA_DST, "10.0.0.0"),
            "nothing");
        row("too long a destination", route(RTM_NEWROUTE, AF_INET, 33).address(RTA_DST, "10.0.0.0"), "nothing");
        row("something else", link(RTM_NEWNEIGH, 3), "nothing");
    }
    void messages() {
        QFETCH(QByteArray, message);
        QFETCH(QString, expected);
        QCOMPARE(text(read(message)), expected);
    }

    void tooShortForItsHead_data() {
        QTest::addColumn<int>("type");
        for (const int type : {RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR, RTM_DELADDR, RTM_NEWROUTE, RTM_DELROUTE})
            QTest::addRow("%d", type) << type;
    }
    void tooShortForItsHead() {
        QFETCH(int, type);
        QCOMPARE(text(read(Building(static_cast<quint16>(type), quint32{0}).bytes())), QStringLiteral("nothing"));
    }

    /// Nothing beyond the message is read (the sanitizers would say so), and what is read is in range.
    void damagedMessages() {
        const QList<QByteArray> whole{
            route(RTM_NEWROUTE, AF_INET, 8).address(RTA_DST, "10.0.0.0").number(RTA_OIF, 2).bytes(),
            route(RTM_NEWROUTE, AF_INET6, 64).address(RTA_DST, "fd00::").address(RTA_GATEWAY, "fe80::1").bytes(),
            link(RTM_NEWLINK, 3).text(IFLA_IFNAME, "up").kind("bridge").bytes()};
        std::mt19937 random(20240101);  // NOLINT: the same bytes in every run
        int understood = 0;
        for (int round = 0; round < 20'000; ++round) {
            QByteArray bytes = whole.at(round % whole.size());
            const auto pick = [&](qsizetype count) {
                return static_cast<qsizetype>(random() % static_cast<quint32>(count));
            };
            for (int i = 0; i < 3; ++i) bytes[16 + pick(bytes.size() - 16)] = static_cast<char>(random());
            bytes.truncate(16 + pick(bytes.size() - 15));
            const auto length = static_cast<quint32>(bytes.size());
            std::memcpy(bytes.data(), &length, sizeof length);
            const auto message = read(bytes);
            if (!message) continue;
            ++understood;
            if (const auto* each = std::get_if<RouteMessage>(&*message))
                QVERIFY(each->destination.length <= each->destination.address.bits());
        }
        QVERIFY(understood > 1000);
    }

    void requests() {
        for (const quint16 type : {RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE}) {
            const QByteArray request = dumpRequest(type, AF_INET6, 7);
            const auto& head = *reinterpret_cast<const nlmsghdr*>(request.constData());
            QVERIFY(mnl_nlmsg_ok(&head, static_cast<int>(request.size())));
            QCOMPARE(head.nlmsg_type, type);
            QCOMPARE(head.nlmsg_seq, 7U);
            QCOMPARE(int(head.nlmsg_flags), NLM_F_REQUEST | NLM_F_DUMP);
            QCOMPARE(*static_cast<const quint8*>(mnl_nlmsg_get_payload(&head)), quint8(AF_INET6));
        }
    }
};

QTEST_GUILESS_MAIN(TestRouteMessages)
#include "tst_route_messages.moc"
