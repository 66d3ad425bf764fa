// SPDX-License-Identifier: GPL-2.0-or-later
// The metrics of attached clocks: one series per clock and metric, none per satellite. Makes no decisions.
#pragma once

#include <vector>

#include "core/refclock_facts.h"
#include "fos1/plugin.h"

namespace fos1::ntp {

class RefclockMetrics {
   public:
    explicit RefclockMetrics(IMetrics& metrics);

    void show(const std::vector<RefclockFacts>& clocks);

   private:
    Metric m_healthy;
    Metric m_present;
    Metric m_sampleAge;
    Metric m_samples;
    Metric m_unused;
    Metric m_deviation;
    Metric m_fix;
    Metric m_used;
    Metric m_inView;
    Metric m_hdop;
    Metric m_leapSeconds;
    Metric m_quantization;
    Metric m_antenna;
    Metric m_sentences;
    Metric m_rejected;
    Metric m_info;
    Metric m_jitter;
    Metric m_missed;
    Metric m_extra;
};

}  // namespace fos1::ntp
