// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/link_reader.h"

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include <cerrno>
#include <cstring>
#include <limits>

#include "netlink/rtnetlink_codec.h"

namespace fos1::vlan {

namespace {

/// The error code in an NLMSG_ERROR or NLMSG_DONE message, which the kernel negates; 0 when there is none.
int errorCode(const nlmsghdr& message) {
    int code = 0;
    if (mnl_nlmsg_get_payload_len(&message) < sizeof code) return 0;
    std::memcpy(&code, mnl_nlmsg_get_payload(&message), sizeof code);
    // The smallest int has no positive counterpart.
    return code == std::numeric_limits<int>::min() ? EINVAL : -code;
}

/// libmnl takes a length of 2 GiB or more for a negative one, which would pass its check.
bool isWhole(const nlmsghdr* message, int left) {
    return mnl_nlmsg_ok(message, left) && message->nlmsg_len <= static_cast<unsigned>(left);
}

}  // namespace

void TableRebuild::dumped(const Change& change) {
    if (const auto* link = std::get_if<LinkChange>(&change)) {
        if (!m_links.contains(link->link.index)) m_table.apply(change);
        return;
    }
    const auto& address = std::get<AddressChange>(change);
    if (!m_goneLinks.contains(address.index) && !m_addresses.contains({address.index, address.address.own}))
        m_table.apply(change);
}

void TableRebuild::notified(const Change& change) {
    m_table.apply(change);
    if (const auto* link = std::get_if<LinkChange>(&change)) {
        m_links.insert(link->link.index);
        if (!link->exists) m_goneLinks.insert(link->link.index);
        return;
    }
    const auto& address = std::get<AddressChange>(change);
    m_addresses.insert({address.index, address.address.own});
}

void LinkReader::reset(quint32 portId) {
    m_portId = portId;
    m_phase = Phase::Idle;
    m_rebuild.reset();
}

QByteArray LinkReader::begin() {
    Q_ASSERT(isIdle());
    m_phase = Phase::Links;
    m_rebuild.emplace();
    m_isTorn = false;
    return dumpRequest(RTM_GETLINK, ++m_sequence);
}

LinkReader::Outcome LinkReader::receive(const QByteArray& datagram) {
    Outcome outcome;
    int left = static_cast<int>(datagram.size());
    // The bytes of a QByteArray are aligned for any type.
    for (const auto* message = reinterpret_cast<const nlmsghdr*>(datagram.constData()); isWhole(message, left);
         message = mnl_nlmsg_next(message, &left))
        take(*message, outcome);
    return outcome;
}

LinkReader::Outcome LinkReader::lost() {
    Outcome outcome;
    if (isIdle())
        outcome.needsAgain = true;
    else
        m_isTorn = true;  // the dump continues; another one can begin only after it
    return outcome;
}

void LinkReader::take(const nlmsghdr& message, Outcome& outcome) {
    // A notification carries the port number of the process that made the change, which in another network namespace
    // may equal ours. But it is a single message.
    const bool isAnswer = (message.nlmsg_flags & NLM_F_MULTI) != 0 || message.nlmsg_type == NLMSG_ERROR;
    if (isAnswer && message.nlmsg_pid == m_portId) {
        if (!isIdle() && message.nlmsg_seq == m_sequence) takeReply(message, outcome);
        return;
    }
    if (message.nlmsg_type == NLMSG_OVERRUN && lost().needsAgain) outcome.needsAgain = true;
    const auto change = readChange(message);
    if (!change) return;
    if (m_rebuild) m_rebuild->notified(*change);
    if (m_table.apply(*change) && isComplete()) outcome.isChanged = true;
}

void LinkReader::takeReply(const nlmsghdr& message, Outcome& outcome) {
    if ((message.nlmsg_flags & NLM_F_DUMP_INTR) != 0) m_isTorn = true;
    if (message.nlmsg_type == NLMSG_DONE) {
        if (errorCode(message) != 0) m_isTorn = true;
        partDone(outcome);
        return;
    }
    if (message.nlmsg_type == NLMSG_ERROR) {
        outcome.failure =
            QStringLiteral("rtnetlink: %1").arg(QString::fromLocal8Bit(std::strerror(errorCode(message))));
        m_phase = Phase::Idle;
        m_rebuild.reset();
        return;
    }
    if (const auto change = readChange(message)) m_rebuild->dumped(*change);
}

void LinkReader::partDone(Outcome& outcome) {
    if (m_phase == Phase::Links && (!m_isTorn || m_tornInARow >= kPatience)) {
        m_phase = Phase::Addresses;
        outcome.request = dumpRequest(RTM_GETADDR, ++m_sequence);
        return;
    }
    m_phase = Phase::Idle;
    const std::optional<TableRebuild> rebuilt = std::exchange(m_rebuild, std::nullopt);
    outcome.needsAgain = m_isTorn;
    m_tornInARow = m_isTorn ? m_tornInARow + 1 : 0;
    if (m_isTorn && m_tornInARow <= kPatience) return;
    const bool isFirst = ++m_completions == 1;
    if (isFirst || !(m_table == rebuilt->table())) outcome.isChanged = true;
    m_table = rebuilt->table();
}

}  // namespace fos1::vlan
