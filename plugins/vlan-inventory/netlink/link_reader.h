// SPDX-License-Identifier: GPL-2.0-or-later
// The dialogue with rtnetlink: everything is asked for once, links and then addresses, and followed from then on; what
// was lost or torn is asked for anew. Does no I/O: datagrams in, requests out.
#pragma once

#include <QByteArray>
#include <QString>
#include <optional>
#include <set>

#include "model/link_table.h"

struct nlmsghdr;

namespace fos1::vlan {

/// A table that is read anew while changes go on. What was notified in the meantime counts, whatever the dump says of
/// the same thing: the kernel notifies every change, and a dump may be older than what it is queued behind.
class TableRebuild {
   public:
    void dumped(const Change& change);
    void notified(const Change& change);
    [[nodiscard]] const LinkTable& table() const { return m_table; }

   private:
    LinkTable m_table;
    std::set<int> m_links;
    std::set<int> m_goneLinks;
    std::set<std::pair<int, InterfaceAddress>> m_addresses;
};

class LinkReader {
   public:
    /// So many dumps that links came or went during (NLM_F_DUMP_INTR) are put aside in a row. The next is taken, for
    /// where links come and go all the time, most of them are better than none; it is asked for again all the same.
    static constexpr int kPatience = 5;

    struct Outcome {
        bool isChanged = false;   ///< the table, once it is complete
        QByteArray request;       ///< to be sent, when not empty
        bool needsAgain = false;  ///< a dump ended and missed something, or a notification was lost: call begin()
        QString failure;          ///< the kernel refused; the socket is of no use
    };

    /// For a new socket. What is known stays known until it is read anew.
    void reset(quint32 portId);

    /// Asks for everything. Only while isIdle(): the kernel serves one dump at a time to a socket.
    [[nodiscard]] QByteArray begin();

    /// One datagram.
    [[nodiscard]] Outcome receive(const QByteArray& datagram);

    /// Notifications were lost (ENOBUFS), or a datagram was cut off.
    [[nodiscard]] Outcome lost();

    [[nodiscard]] bool isIdle() const { return m_phase == Phase::Idle; }
    /// Whether everything was read at least once.
    [[nodiscard]] bool isComplete() const { return m_completions > 0; }
    /// How often everything was read again after the first time.
    [[nodiscard]] quint64 resyncs() const { return m_completions > 0 ? m_completions - 1 : 0; }
    [[nodiscard]] const LinkTable& table() const { return m_table; }

   private:
    enum class Phase { Idle = 0, Links, Addresses };

    void take(const nlmsghdr& message, Outcome& outcome);
    void takeReply(const nlmsghdr& message, Outcome& outcome);
    void partDone(Outcome& outcome);

    LinkTable m_table;
    std::optional<TableRebuild> m_rebuild;
    Phase m_phase = Phase::Idle;
    quint32 m_portId = 0;
    quint32 m_sequence = 0;
    bool m_isTorn = false;  ///< the dump under way missed something
    int m_tornInARow = 0;
    quint64 m_completions = 0;
};

}  // namespace fos1::vlan
