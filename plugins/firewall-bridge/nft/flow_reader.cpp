// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/flow_reader.h"

#include <endian.h>
#include <linux/in.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "nft/attributes.h"

namespace fos1::firewall {

namespace {

constexpr quint16 kNtpPort = 123;

std::optional<net::IpAddress> sourceOf(const nlattr* tuple) {
    const nlattr* ip = attributeIn(tuple, CTA_TUPLE_IP);
    const nlattr* source = attributeIn(ip, CTA_IP_V4_SRC);
    if (source == nullptr) source = attributeIn(ip, CTA_IP_V6_SRC);
    if (source == nullptr) return std::nullopt;
    return net::IpAddress::fromBytes(mnl_attr_get_payload(source), mnl_attr_get_payload_len(source));
}

bool isNtp(const nlattr* tuple) {
    const nlattr* inner = attributeIn(tuple, CTA_TUPLE_PROTO);
    const nlattr* protocol = attributeIn(inner, CTA_PROTO_NUM);
    const nlattr* port = attributeIn(inner, CTA_PROTO_DST_PORT);
    return protocol != nullptr && mnl_attr_validate(protocol, MNL_TYPE_U8) >= 0 &&
           mnl_attr_get_u8(protocol) == IPPROTO_UDP && port != nullptr && mnl_attr_validate(port, MNL_TYPE_U16) >= 0 &&
           be16toh(mnl_attr_get_u16(port)) == kNtpPort;
}

}  // namespace

std::optional<Flow> redirectedFlow(const nlmsghdr* message, const std::set<net::IpAddress>& clients) {
    const nlattr* status = attributeIn(message, CTA_STATUS);
    if (status == nullptr || mnl_attr_validate(status, MNL_TYPE_U32) < 0) return std::nullopt;
    if ((be32toh(mnl_attr_get_u32(status)) & IPS_DST_NAT) == 0) return std::nullopt;
    const nlattr* tuple = attributeIn(message, CTA_TUPLE_ORIG);
    const auto source = sourceOf(tuple);
    if (!source || !clients.contains(*source) || !isNtp(tuple)) return std::nullopt;
    Flow flow{{static_cast<const char*>(mnl_attr_get_payload(tuple)), mnl_attr_get_payload_len(tuple)}, {}};
    const nlattr* zone = attributeIn(message, CTA_ZONE);
    if (zone != nullptr && mnl_attr_validate(zone, MNL_TYPE_U16) >= 0) flow.zone = mnl_attr_get_u16(zone);
    return flow;
}

}  // namespace fos1::firewall
