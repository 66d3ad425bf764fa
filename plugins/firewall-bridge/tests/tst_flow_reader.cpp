// SPDX-License-Identifier: GPL-2.0-or-later
// The list of connection tracking: which exchanges are redirected NTP of a client.
#include <endian.h>
#include <libmnl/libmnl.h>
#include <linux/in.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include <QTest>
#include <array>

#include "nft/flow_reader.h"

using namespace fos1;
using namespace fos1::firewall;

namespace {

struct Listed {
    quint32 status = IPS_CONFIRMED | IPS_DST_NAT;
    QByteArray source = QByteArray::fromHex("0a1e0002");
    quint8 protocol = IPPROTO_UDP;
    quint16 port = 123;
    bool hasZone = false;
};

/// One message in the form in which the kernel lists connections.
class Message {
   public:
    explicit Message(const Listed& listed) : m_header(mnl_nlmsg_put_header(m_buffer.data())) {
        m_header->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW;
        mnl_nlmsg_put_extra_header(m_header, sizeof(nfgenmsg));
        nlattr* tuple = mnl_attr_nest_start(m_header, CTA_TUPLE_ORIG);
        nlattr* ip = mnl_attr_nest_start(m_header, CTA_TUPLE_IP);
        mnl_attr_put(m_header, listed.source.size() == 4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC,
                     static_cast<std::size_t>(listed.source.size()), listed.source.constData());
        mnl_attr_nest_end(m_header, ip);
        nlattr* inner = mnl_attr_nest_start(m_header, CTA_TUPLE_PROTO);
        mnl_attr_put_u8(m_header, CTA_PROTO_NUM, listed.protocol);
        mnl_attr_put_u16(m_header, CTA_PROTO_DST_PORT, htobe16(listed.port));
        mnl_attr_nest_end(m_header, inner);
        mnl_attr_nest_end(m_header, tuple);
        mnl_attr_put_u32(m_header, CTA_STATUS, htobe32(listed.status));
        if (listed.hasZone) mnl_attr_put_u16(m_header, CTA_ZONE, htobe16(7));
    }
    [[nodiscard]] std::optional<Flow> flow() const {
        return redirectedFlow(m_header, {*net::IpAddress::parse(QStringLiteral("10.30.0.2")),
                                         *net::IpAddress::parse(QStringLiteral("fd30::2"))});
    }

   private:
    alignas(nlmsghdr) std::array<char, 512> m_buffer{};
    nlmsghdr* m_header;
};

}  // namespace

Q_DECLARE_METATYPE(Listed)

class TestFlowReader : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void whichAreFound_data() {
        QTest::addColumn<Listed>("listed");
        QTest::addColumn<bool>("isFound");
        const auto row = [](const char* name, bool isFound, auto edit) {
            Listed listed;
            edit(listed);
            QTest::newRow(name) << listed << isFound;
        };
        row("IPv4", true, [](Listed&) {});
        row("IPv6", true, [](Listed& l) { l.source = QByteArray::fromHex("fd300000000000000000000000000002"); });
        row("of another client", false, [](Listed& l) { l.source = QByteArray::fromHex("0a1e0003"); });
        row("an address cut short", false, [](Listed& l) { l.source = QByteArray::fromHex("0a1e"); });
        row("not redirected", false, [](Listed& l) { l.status = IPS_CONFIRMED | IPS_SRC_NAT; });
        row("TCP", false, [](Listed& l) { l.protocol = IPPROTO_TCP; });
        row("another port", false, [](Listed& l) { l.port = 53; });
    }
    void whichAreFound() {
        QFETCH(const Listed, listed);
        QFETCH(const bool, isFound);
        const auto flow = Message(listed).flow();
        QCOMPARE(flow.has_value(), isFound);
        if (flow) QVERIFY(!flow->tuple.isEmpty() && !flow->zone);
    }

    void aZoneIsKept() {
        Listed listed;
        listed.hasZone = true;
        const auto flow = Message(listed).flow();
        QVERIFY(flow);
        QCOMPARE(flow->zone, std::optional<quint16>(htobe16(7)));
    }
};

QTEST_GUILESS_MAIN(TestFlowReader)
#include "tst_flow_reader.moc"
