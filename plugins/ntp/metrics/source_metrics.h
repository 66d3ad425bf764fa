// SPDX-License-Identifier: GPL-2.0-or-later
// The metrics of each source: one series per source and metric. Makes no decisions.
#pragma once

#include <vector>

#include "core/observation.h"
#include "fos1/plugin.h"

namespace fos1::ntp {

class SourceMetrics {
   public:
    explicit SourceMetrics(IMetrics& metrics);

    void show(const std::vector<SourceReport>& sources, const std::vector<SourceStatistics>& statistics);

   private:
    Metric m_offset;
    Metric m_jitter;
    Metric m_delay;
    Metric m_stratum;
    Metric m_reachability;
    Metric m_selection;
    Metric m_authentication;
    Metric m_cookies;
    Metric m_nak;
    Metric m_keyExchangeTries;
    Metric m_lastSampleAge;
    Metric m_samples;
    Metric m_residualFrequency;
    Metric m_skew;
};

}  // namespace fos1::ntp
