// SPDX-License-Identifier: GPL-2.0-or-later
// The dialogue with rtnetlink: everything is asked for once, and followed from then on; what was lost or torn is asked
// for anew. Does no I/O: datagrams in, requests out. Must not know what is kept.
#pragma once

#include <QByteArray>
#include <QString>
#include <vector>

#include "route_messages.h"

namespace fos1::netlink {

/// Keeps what the kernel tells. Its table is read anew while changes go on: what was notified in the meantime counts,
/// whatever the dump says of the same thing, for the kernel notifies every change, and a dump may be older than what it
/// is queued behind.
class Keeper {
   public:
    Keeper() = default;
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;
    virtual ~Keeper() = default;

    /// All that there is follows, in dumped(), until finish() or abandon(). What is known stays in force until then.
    virtual void begin() = 0;
    virtual void dumped(const Message& message) = 0;
    /// A change, also between begin() and finish(). Answers whether the table in force is another.
    virtual bool notified(const Message& message) = 0;
    /// What was dumped is all that there is. Answers whether the table in force is another.
    virtual bool finish() = 0;
    /// What was dumped is not all that there is: it is forgotten.
    virtual void abandon() = 0;
};

class Dialogue {
   public:
    /// So many dumps that changed while they were made (NLM_F_DUMP_INTR) are put aside in a row. The next is taken, for
    /// where things come and go all the time, most of them are better than none; it is asked for again all the same.
    static constexpr int kPatience = 5;

    struct Outcome {
        bool isChanged = false;   ///< the table, once it is complete
        QByteArray request;       ///< to be sent, when not empty
        bool needsAgain = false;  ///< a dump ended and missed something, or a notification was lost: call begin()
        QString failure;          ///< the kernel refused; the socket is of no use
    };

    /// Follows what these groups (RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR, RTMGRP_IPV4_ROUTE,
    /// RTMGRP_IPV6_ROUTE) tell of: links first, then addresses, then routes. `keeper` outlives it.
    Dialogue(quint32 groups, Keeper& keeper);

    /// For a new socket. What is known stays known until it is read anew.
    void reset(quint32 portId);

    /// Asks for everything. Only while isIdle(): the kernel serves one dump at a time to a socket.
    [[nodiscard]] QByteArray begin();

    /// One datagram.
    [[nodiscard]] Outcome receive(const QByteArray& datagram);

    /// Notifications were lost (ENOBUFS), or a datagram was cut off.
    [[nodiscard]] Outcome lost();

    [[nodiscard]] bool isIdle() const { return m_part == m_parts.size(); }
    /// Whether everything was read at least once.
    [[nodiscard]] bool isComplete() const { return m_completions > 0; }
    /// How often everything was read again after the first time.
    [[nodiscard]] quint64 resyncs() const { return m_completions > 0 ? m_completions - 1 : 0; }

   private:
    struct Part {
        quint16 type = 0;
        quint8 family = 0;
    };

    void take(const nlmsghdr& message, Outcome& outcome);
    void takeReply(const nlmsghdr& message, Outcome& outcome);
    void partDone(Outcome& outcome);
    QByteArray ask();
    void giveUp();

    std::vector<Part> m_parts;
    Keeper& m_keeper;
    std::size_t m_part = 0;  ///< of the dump under way
    quint32 m_portId = 0;
    quint32 m_sequence = 0;
    bool m_isTorn = false;  ///< the dump under way missed something
    int m_tornInARow = 0;
    quint64 m_completions = 0;
};

}  // namespace fos1::netlink
