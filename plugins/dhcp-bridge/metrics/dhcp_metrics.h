// SPDX-License-Identifier: GPL-2.0-or-later
// The metrics of the bridge. Must not know any kind of server.
#pragma once

#include <map>

#include "core/told_book.h"
#include "fos1/plugin.h"

namespace fos1::dhcp {

class DhcpMetrics {
   public:
    /// Declares the metrics; only in start().
    explicit DhcpMetrics(IMetrics& metrics);

    /// Shows a server with zeros before anything happened.
    void addServer(const QString& server);
    /// How many subnets of each VLAN are told; only the first VLANs by name have series of their own.
    void showTold(const std::map<QString, ToldState>& vlans);
    void showUp(const QString& server, bool isUp);
    void countWrite(const QString& server, std::chrono::nanoseconds took);
    void countFailure(const QString& server);
    void countRepair(const QString& server);
    void showSuppressed(quint64 changes) { m_suppressed.set(static_cast<qint64>(changes)); }

   private:
    struct Counts {
        qint64 written = 0;
        qint64 failed = 0;
        qint64 repaired = 0;
        std::chrono::nanoseconds took{0};
    };

    SeriesFamily m_told;
    Metric m_unnamed;
    Metric m_up;
    Metric m_writes;
    Metric m_failures;
    Metric m_writeSeconds;
    Metric m_repairs;
    Metric m_suppressed;
    std::map<QString, Counts> m_counts;  ///< by server
};

}  // namespace fos1::dhcp
