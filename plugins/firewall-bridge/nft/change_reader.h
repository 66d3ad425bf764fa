// SPDX-License-Identifier: GPL-2.0-or-later
// Reads nf_tables' notifications: whether somebody else changed our table. Pure; a codec of
// linux/netfilter/nf_tables.h.
#pragma once

#include <QByteArray>

namespace fos1::firewall {

class ChangeReader {
   public:
    /// `ourThread`: the name by which the kernel calls who makes our own changes.
    explicit ChangeReader(QByteArray ourThread) : m_ourThread(std::move(ourThread)) {}

    /// One datagram. True when with it a change ended that touched the table and was not ours: the kernel tells of the
    /// parts first and then of the generation, with who made it.
    bool receive(const QByteArray& datagram);

    /// Notifications were lost: what has begun has no known end.
    void lost() { m_isTouched = false; }

   private:
    QByteArray m_ourThread;
    bool m_isTouched = false;
};

}  // namespace fos1::firewall
