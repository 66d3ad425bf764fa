// SPDX-License-Identifier: GPL-2.0-or-later
// The metrics of what chronyd reports of the clock (chronyc(1), "tracking"), and of chronyd itself. Makes no decisions.
#pragma once

#include "core/observation.h"
#include "fos1/plugin.h"

namespace fos1::ntp {

class TrackingMetrics {
   public:
    explicit TrackingMetrics(IMetrics& metrics);

    /// Without a reference from outside only the leap status is shown, and without a report nothing.
    void show(const Observation& observation);
    /// Of the executable.
    void showVersion(const QString& version);

    /// Nothing is measured any more; the version stays.
    void clear() { show({}); }

   private:
    Metric m_leap;
    Metric m_referenceAge;
    Metric m_lastOffset;
    Metric m_rmsOffset;
    Metric m_residualFrequency;
    Metric m_skew;
    Metric m_updateInterval;
    Metric m_chronyd;
};

}  // namespace fos1::ntp
