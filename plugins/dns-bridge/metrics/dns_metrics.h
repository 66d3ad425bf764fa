// SPDX-License-Identifier: GPL-2.0-or-later
// The metrics of the bridge. Must not know any kind of server.
#pragma once

#include <map>

#include "core/published_book.h"
#include "fos1/plugin.h"

namespace fos1::dns {

class DnsMetrics {
   public:
    /// Declares the metrics; only in start().
    explicit DnsMetrics(IMetrics& metrics);

    /// Shows a zone with zeros before anything happened.
    void addZone(const QString& zone);
    void showNames(const QString& zone, const ZoneRows& rows);
    void showUp(const QString& zone, bool isUp);
    void countUpdates(const QString& zone, int updates, std::chrono::nanoseconds took);
    void countFailure(const QString& zone);
    void countRepair(const QString& zone);
    void showSuppressed(quint64 changes) { m_suppressed.set(static_cast<qint64>(changes)); }

   private:
    struct Counts {
        qint64 updates = 0;
        qint64 failed = 0;
        qint64 repaired = 0;
        std::chrono::nanoseconds took{0};
    };

    Metric m_published;
    Metric m_foreign;
    Metric m_up;
    Metric m_updates;
    Metric m_failures;
    Metric m_seconds;
    Metric m_repairs;
    Metric m_suppressed;
    std::map<QString, Counts> m_counts;  ///< by zone
};

}  // namespace fos1::dns
