// SPDX-License-Identifier: GPL-2.0-or-later
// The plugin's metrics: names, units, and when each series exists. Makes no decisions.
#pragma once

#include <optional>
#include <vector>

#include "core/nts_facts.h"
#include "core/observation.h"
#include "fos1/plugin.h"
#include "metrics/reconcile_metrics.h"
#include "metrics/refclock_metrics.h"
#include "metrics/server_metrics.h"
#include "metrics/source_metrics.h"
#include "metrics/tracking_metrics.h"
#include "model/ntp_service_spec.h"
#include "time/sync_state.h"

namespace fos1::ntp {

class NtpMetrics {
   public:
    /// Declares all metrics; only in IPlugin::start().
    explicit NtpMetrics(IMetrics& metrics);

    void show(const time::SyncState& state, const std::vector<SourceReport>& sources,
              const std::vector<SourceStatistics>& statistics);
    /// Nothing: NTS is not served.
    void showCertificate(const std::optional<NtsFacts>& nts);
    void showLimits(const MonitoringSpec& limits);
    void showRestarts(quint64 count);
    void showGap(std::chrono::milliseconds gap) { m_gap.set(gap.count()); }

    [[nodiscard]] TrackingMetrics& tracking() { return m_tracking; }
    [[nodiscard]] RefclockMetrics& refclocks() { return m_refclocks; }
    [[nodiscard]] ServerMetrics& server() { return m_server; }
    [[nodiscard]] ReconcileMetrics& reconciles() { return m_reconciles; }

    /// No time service: not synchronized, and no series for values that are not measured.
    void clear();

   private:
    Metric m_offset;
    Metric m_jitter;
    Metric m_stratum;
    Metric m_sync;
    Metric m_drift;
    Metric m_errorBound;
    Metric m_clockErrorBound;
    Metric m_servedOffset;
    Metric m_advertised;
    Metric m_holdover;
    Metric m_rootDelay;
    Metric m_rootDispersion;
    Metric m_sourceCount;
    Metric m_sourcesReachable;
    Metric m_warningLimit;
    Metric m_criticalLimit;
    Metric m_sourcesMinimum;
    Metric m_restarts;
    Metric m_gap;
    Metric m_certificateExpiry;
    TrackingMetrics m_tracking;
    SourceMetrics m_sources;
    ServerMetrics m_server;
    RefclockMetrics m_refclocks;
    ReconcileMetrics m_reconciles;
};

}  // namespace fos1::ntp
