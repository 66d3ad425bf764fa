// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/netfilter.h"

#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include <array>
#include <optional>
#include <vector>

#include "nft/attributes.h"
#include "nft/counter_reader.h"
#include "nft/flow_reader.h"
#include "nft/table_text.h"

namespace fos1::firewall {

namespace {

/// A list that a change interrupted is requested again, up to this many times, in case changes never stop.
constexpr int kAttempts = 5;

using Buffer = std::array<char, 1024>;  // of a question

nlmsghdr* begin(Buffer& buffer, int type, int family, int flags, int subsystem = NFNL_SUBSYS_NFTABLES) {
    nlmsghdr* message = mnl_nlmsg_put_header(buffer.data());
    message->nlmsg_type = static_cast<quint16>(subsystem << 8 | type);
    message->nlmsg_flags = static_cast<quint16>(NLM_F_REQUEST | flags);
    auto* header = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(message, sizeof(nfgenmsg)));
    header->nfgen_family = static_cast<quint8>(family);
    header->version = NFNETLINK_V0;
    return message;
}

}  // namespace

Result<quint32> Netfilter::generation() {
    alignas(nlmsghdr) Buffer buffer;
    std::optional<quint32> generation;
    const auto take = [&generation](const nlmsghdr* message) {
        eachAttribute(message, [&](const nlattr* each) {
            if (mnl_attr_get_type(each) == NFTA_GEN_ID && mnl_attr_validate(each, MNL_TYPE_U32) >= 0)
                generation = ntohl(mnl_attr_get_u32(each));
        });
    };
    if (const auto done = m_questions.ask(begin(buffer, NFT_MSG_GETGEN, NFPROTO_UNSPEC, 0), take); !done)
        return tl::unexpected(done.error());
    if (!generation) return failure(ErrorCode::Protocol, QStringLiteral("netfilter did not report its generation"));
    return *generation;
}

Result<Counter> Netfilter::counter(const char* set, const QString& interface) {
    alignas(nlmsghdr) Buffer buffer;
    nlmsghdr* question = begin(buffer, NFT_MSG_GETSETELEM, NFPROTO_INET, 0);
    mnl_attr_put_strz(question, NFTA_SET_ELEM_LIST_TABLE, kTableName);
    mnl_attr_put_strz(question, NFTA_SET_ELEM_LIST_SET, set);
    const QByteArray key = interface.toLatin1().leftJustified(IFNAMSIZ, '\0', true);
    nlattr* list = mnl_attr_nest_start(question, NFTA_SET_ELEM_LIST_ELEMENTS);
    nlattr* element = mnl_attr_nest_start(question, NFTA_LIST_ELEM);
    nlattr* data = mnl_attr_nest_start(question, NFTA_SET_ELEM_KEY);
    mnl_attr_put(question, NFTA_DATA_VALUE, static_cast<std::size_t>(key.size()), key.constData());
    for (nlattr* nest : {data, element, list}) mnl_attr_nest_end(question, nest);
    std::map<QString, Counter> counters;
    const auto done =
        m_questions.ask(question, [&counters](const nlmsghdr* message) { readCounters(message, counters); });
    if (!done) return tl::unexpected(done.error());
    return counters[interface];
}

Result<std::map<QString, Counter>> Netfilter::counters(const char* set) {
    for (int i = 1;; ++i) {
        alignas(nlmsghdr) Buffer buffer;
        nlmsghdr* question = begin(buffer, NFT_MSG_GETSETELEM, NFPROTO_INET, NLM_F_DUMP);
        mnl_attr_put_strz(question, NFTA_SET_ELEM_LIST_TABLE, kTableName);
        mnl_attr_put_strz(question, NFTA_SET_ELEM_LIST_SET, set);
        std::map<QString, Counter> counters;
        const auto done =
            m_questions.ask(question, [&counters](const nlmsghdr* message) { readCounters(message, counters); });
        if (done) return counters;
        if (done.error().code != ErrorCode::Conflict || i == kAttempts) return tl::unexpected(done.error());
    }
}

tl::expected<void, Error> Netfilter::endRedirections(const std::set<net::IpAddress>& clients) {
    if (clients.empty()) return {};
    for (const int family : {NFPROTO_IPV4, NFPROTO_IPV6}) {
        alignas(nlmsghdr) Buffer buffer;
        std::vector<Flow> flows;
        const auto take = [&](const nlmsghdr* message) {
            if (auto flow = redirectedFlow(message, clients)) flows.push_back(std::move(*flow));
        };
        const auto listed =
            m_questions.ask(begin(buffer, IPCTNL_MSG_CT_GET, family, NLM_F_DUMP, NFNL_SUBSYS_CTNETLINK), take);
        if (!listed) return listed;
        for (const Flow& flow : flows) {
            nlmsghdr* order = begin(buffer, IPCTNL_MSG_CT_DELETE, family, NLM_F_ACK, NFNL_SUBSYS_CTNETLINK);
            mnl_attr_put(order, CTA_TUPLE_ORIG | NLA_F_NESTED, static_cast<std::size_t>(flow.tuple.size()),
                         flow.tuple.constData());
            if (flow.zone) mnl_attr_put_u16(order, CTA_ZONE, *flow.zone);
            const auto done = m_questions.ask(order, [](const nlmsghdr*) {});
            if (!done && done.error().code != ErrorCode::NotFound) return done;
        }
    }
    return {};
}

}  // namespace fos1::firewall
