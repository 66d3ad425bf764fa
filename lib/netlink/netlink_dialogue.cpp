// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink_dialogue.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cstring>

#include "netlink_messages.h"

namespace fos1::netlink {

Dialogue::Dialogue(quint32 groups, Keeper& keeper) : m_keeper(keeper) {
    if ((groups & RTMGRP_LINK) != 0) m_parts.push_back({RTM_GETLINK, AF_UNSPEC});
    const auto part = [&](quint16 type, quint32 group4, quint32 group6) {
        const bool is4 = (groups & group4) != 0;
        const bool is6 = (groups & group6) != 0;
        if (is4 || is6)
            m_parts.push_back({type, static_cast<quint8>(is4 && is6 ? AF_UNSPEC : is4 ? AF_INET : AF_INET6)});
    };
    part(RTM_GETADDR, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR);
    part(RTM_GETROUTE, RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_ROUTE);
    Q_ASSERT(!m_parts.empty());
    m_part = m_parts.size();
}

void Dialogue::reset(quint32 portId) {
    m_portId = portId;
    giveUp();
}

void Dialogue::giveUp() {
    if (!isIdle()) m_keeper.abandon();
    m_part = m_parts.size();
}

QByteArray Dialogue::begin() {
    Q_ASSERT(isIdle());
    m_part = 0;
    m_isTorn = false;
    m_keeper.begin();
    return ask();
}

QByteArray Dialogue::ask() { return dumpRequest(m_parts[m_part].type, m_parts[m_part].family, ++m_sequence); }

Dialogue::Outcome Dialogue::receive(const QByteArray& datagram) {
    Outcome outcome;
    eachMessage(datagram, [&](const nlmsghdr& message) { take(message, outcome); });
    return outcome;
}

Dialogue::Outcome Dialogue::lost() {
    Outcome outcome;
    if (isIdle())
        outcome.needsAgain = true;
    else
        m_isTorn = true;  // the dump goes on, and only then can another begin
    return outcome;
}

void Dialogue::take(const nlmsghdr& message, Outcome& outcome) {
    // A notification has the number of who made the change, which in another namespace may be ours; but it is alone.
    const bool isAnswer = (message.nlmsg_flags & NLM_F_MULTI) != 0 || message.nlmsg_type == NLMSG_ERROR;
    if (isAnswer && message.nlmsg_pid == m_portId) {
        if (!isIdle() && message.nlmsg_seq == m_sequence) takeReply(message, outcome);
        return;
    }
    if (message.nlmsg_type == NLMSG_OVERRUN && lost().needsAgain) outcome.needsAgain = true;
    const auto change = readMessage(message);
    if (change && m_keeper.notified(*change) && isComplete()) outcome.isChanged = true;
}

void Dialogue::takeReply(const nlmsghdr& message, Outcome& outcome) {
    if ((message.nlmsg_flags & NLM_F_DUMP_INTR) != 0) m_isTorn = true;
    if (message.nlmsg_type == NLMSG_DONE) {
        if (errorCode(message) != 0) m_isTorn = true;
        partDone(outcome);
        return;
    }
    if (message.nlmsg_type == NLMSG_ERROR) {
        outcome.failure =
            QStringLiteral("rtnetlink: %1").arg(QString::fromLocal8Bit(std::strerror(errorCode(message))));
        giveUp();
        return;
    }
    if (const auto read = readMessage(message)) m_keeper.dumped(*read);
}

void Dialogue::partDone(Outcome& outcome) {
    ++m_part;
    const bool goesOn = !m_isTorn || m_tornInARow >= kPatience;
    if (!isIdle() && goesOn) {
        outcome.request = ask();
        return;
    }
    m_part = m_parts.size();
    outcome.needsAgain = m_isTorn;
    m_tornInARow = m_isTorn ? m_tornInARow + 1 : 0;
    if (m_isTorn && m_tornInARow <= kPatience) {
        m_keeper.abandon();
        return;
    }
    const bool isFirst = ++m_completions == 1;
    if (m_keeper.finish() || isFirst) outcome.isChanged = true;
}

}  // namespace fos1::netlink
