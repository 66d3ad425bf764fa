// SPDX-License-Identifier: GPL-2.0-or-later
// The dialogue with rtnetlink: requests everything once (links, then addresses) and follows the notifications from then
// on. Requests everything again after a loss or an interrupted dump. Does no I/O: datagrams in, requests out.
#pragma once

#include <QByteArray>
#include <QString>
#include <optional>
#include <set>

#include "model/link_table.h"

struct nlmsghdr;

namespace fos1::vlan {

/// A table that is read again while changes continue. A notification during the dump takes precedence over the dump:
/// the kernel notifies every change, and a dump may be older than the notification before it in the queue.
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
    /// The number of consecutive dumps that are discarded because links changed during them (NLM_F_DUMP_INTR). The next
    /// dump is accepted, because where links change all the time, an incomplete table is better than none. Another dump
    /// is requested regardless.
    static constexpr int kPatience = 5;

    struct Outcome {
        bool isChanged = false;   ///< the complete table changed
        QByteArray request;       ///< to be sent, when not empty
        bool needsAgain = false;  ///< a dump was interrupted or a notification was lost: call begin()
        QString failure;          ///< the kernel refused; the socket is unusable
    };

    /// To be called for a new socket. The known state is kept until everything is read again.
    void reset(quint32 portId);

    /// Requests everything. Only while isIdle(): the kernel serves one dump at a time per socket.
    [[nodiscard]] QByteArray begin();

    /// Handles one datagram.
    [[nodiscard]] Outcome receive(const QByteArray& datagram);

    /// Notifications were lost (ENOBUFS), or a datagram was truncated.
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
    bool m_isTorn = false;  ///< the dump under way was interrupted
    int m_tornInARow = 0;
    quint64 m_completions = 0;
};

}  // namespace fos1::vlan
