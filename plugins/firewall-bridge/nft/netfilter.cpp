// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/netfilter.h"

#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <optional>

#include "nft/attributes.h"
#include "nft/counter_reader.h"
#include "nft/flow_reader.h"
#include "nft/table_text.h"

namespace fos1::firewall {

namespace {

/// A list that a change interrupted is requested again, up to this many times, in case changes never stop.
constexpr int kAttempts = 5;

using Buffer = std::array<char, 32768>;  // the maximum that the kernel puts into one datagram of a list

nlmsghdr* begin(Buffer& buffer, int type, int family, int flags, int subsystem = NFNL_SUBSYS_NFTABLES) {
    nlmsghdr* message = mnl_nlmsg_put_header(buffer.data());
    message->nlmsg_type = static_cast<quint16>(subsystem << 8 | type);
    message->nlmsg_flags = static_cast<quint16>(NLM_F_REQUEST | flags);
    auto* header = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(message, sizeof(nfgenmsg)));
    header->nfgen_family = static_cast<quint8>(family);
    header->version = NFNETLINK_V0;
    return message;
}

Error systemError(const char* what) {
    const ErrorCode code = errno == ENOENT  ? ErrorCode::NotFound
                           : errno == EINTR ? ErrorCode::Conflict  // changed by another program while it was listed
                                            : ErrorCode::Io;
    return {code, QStringLiteral("%1: %2").arg(QLatin1String(what), qt_error_string(errno)), {}};
}

}  // namespace

void Netfilter::Closer::operator()(mnl_socket* socket) const { mnl_socket_close(socket); }

tl::expected<void, Error> Netfilter::open() {
    if (m_socket) return {};
    m_socket.reset(mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC));
    if (!m_socket || mnl_socket_bind(m_socket.get(), 0, MNL_SOCKET_AUTOPID) < 0) {
        const Error error = systemError("no socket to netfilter");
        m_socket.reset();
        return tl::unexpected(error);
    }
    const timeval second{1, 0};
    ::setsockopt(mnl_socket_get_fd(m_socket.get()), SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
    return {};
}

tl::expected<void, Error> Netfilter::ask(nlmsghdr* question, Take take) {
    if (const auto opened = open(); !opened) return opened;
    question->nlmsg_seq = ++m_sequence;
    const auto each = [](const nlmsghdr* message, void* data) {
        (*static_cast<Take*>(data))(message);
        return (message->nlmsg_flags & NLM_F_MULTI) != 0 ? MNL_CB_OK : MNL_CB_STOP;
    };
    int state = mnl_socket_sendto(m_socket.get(), question, question->nlmsg_len) < 0 ? MNL_CB_ERROR : MNL_CB_OK;
    alignas(nlmsghdr) Buffer buffer;
    while (state == MNL_CB_OK) {
        const ssize_t got = mnl_socket_recvfrom(m_socket.get(), buffer.data(), buffer.size());
        state = got <= 0 ? MNL_CB_ERROR
                         : mnl_cb_run(buffer.data(), static_cast<std::size_t>(got), m_sequence,
                                      mnl_socket_get_portid(m_socket.get()), each, &take);
    }
    if (state == MNL_CB_STOP) return {};
    const Error error = systemError("netfilter's answer");
    // The remaining parts must not be taken for the answer to the next question. After "not there" no parts remain, and
    // closing the socket takes long when something was just deleted.
    if (error.code != ErrorCode::NotFound) m_socket.reset();
    return tl::unexpected(error);
}

Result<quint32> Netfilter::generation() {
    alignas(nlmsghdr) Buffer buffer;
    std::optional<quint32> generation;
    const auto take = [&generation](const nlmsghdr* message) {
        eachAttribute(message, [&](const nlattr* each) {
            if (mnl_attr_get_type(each) == NFTA_GEN_ID && mnl_attr_validate(each, MNL_TYPE_U32) >= 0)
                generation = ntohl(mnl_attr_get_u32(each));
        });
    };
    if (const auto done = ask(begin(buffer, NFT_MSG_GETGEN, NFPROTO_UNSPEC, 0), take); !done)
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
    const auto done = ask(question, [&counters](const nlmsghdr* message) { readCounters(message, counters); });
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
        const auto done = ask(question, [&counters](const nlmsghdr* message) { readCounters(message, counters); });
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
        const auto listed = ask(begin(buffer, IPCTNL_MSG_CT_GET, family, NLM_F_DUMP, NFNL_SUBSYS_CTNETLINK), take);
        if (!listed) return listed;
        for (const Flow& flow : flows) {
            nlmsghdr* order = begin(buffer, IPCTNL_MSG_CT_DELETE, family, NLM_F_ACK, NFNL_SUBSYS_CTNETLINK);
            mnl_attr_put(order, CTA_TUPLE_ORIG | NLA_F_NESTED, static_cast<std::size_t>(flow.tuple.size()),
                         flow.tuple.constData());
            if (flow.zone) mnl_attr_put_u16(order, CTA_ZONE, *flow.zone);
            const auto done = ask(order, [](const nlmsghdr*) {});
            if (!done && done.error().code != ErrorCode::NotFound) return done;
        }
    }
    return {};
}

}  // namespace fos1::firewall
