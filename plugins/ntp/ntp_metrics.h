// SPDX-License-Identifier: GPL-2.0-or-later
// The plugin's metrics: names, units, and which series exist when. Decides nothing.
#pragma once

#include <vector>

#include "core/observation.h"
#include "fos1/plugin.h"
#include "time/sync_state.h"

namespace fos1::ntp {

class NtpMetrics {
   public:
    /// Declares them all; only in IPlugin::start().
    explicit NtpMetrics(IMetrics& metrics);

    void show(const time::SyncState& state, const std::vector<SourceReport>& sources,
              const std::vector<SourceStatistics>& statistics);
    void showRestarts(quint64 count);

    /// No time service: not synchronised, and no series of what is not measured.
    void clear() { show({}, {}, {}); }

   private:
    Metric m_offset;
    Metric m_jitter;
    Metric m_stratum;
    Metric m_sync;
    Metric m_drift;
    Metric m_sourceOffset;
    Metric m_sourceJitter;
    Metric m_sourceDelay;
    Metric m_sourceStratum;
    Metric m_sourceReachability;
    Metric m_restarts;
};

}  // namespace fos1::ntp
