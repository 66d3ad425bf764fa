// SPDX-License-Identifier: GPL-2.0-or-later
// Reads nf_tables notifications: detects that another program changed our table. Pure. A codec of
// linux/netfilter/nf_tables.h.
#pragma once

#include <QByteArray>

namespace fos1::firewall {

class ChangeReader {
   public:
    /// `ourThread`: the thread name that the kernel reports with our own changes.
    explicit ChangeReader(QByteArray ourThread) : m_ourThread(std::move(ourThread)) {}

    /// Reads one datagram. True when it completes a change of the table that is not ours. The kernel first reports the
    /// parts of a change, then its generation with the name of the thread that made it.
    bool receive(const QByteArray& datagram);

    /// Notifications were lost: the end of a change that has begun may be missing.
    void lost() { m_isTouched = false; }

   private:
    QByteArray m_ourThread;
    bool m_isTouched = false;
};

}  // namespace fos1::firewall
