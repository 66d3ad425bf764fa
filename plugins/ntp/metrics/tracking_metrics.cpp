// SPDX-License-Identifier: GPL-2.0-or-later
#include "metrics/tracking_metrics.h"

#include "metrics/metric_declarations.h"

namespace fos1::ntp {

namespace {

/// Since the reference was updated, by the corrected clock: the reference time is in that, and the machine's clock may
/// be hours off where chronyd does not set it.
std::chrono::nanoseconds referenceAge(const Tracking& tracking, qint64 atUnixMs) {
    const std::chrono::nanoseconds now = std::chrono::milliseconds(atUnixMs) - tracking.clockOffset;
    return std::max(now - tracking.referenceTime, std::chrono::nanoseconds(0));
}

bool hasReference(const Tracking& tracking) {
    return tracking.leap != time::LeapState::Unknown && tracking.leap != time::LeapState::Unsynchronised &&
           !isLocalReference(tracking) && tracking.referenceTime.count() > 0;
}

}  // namespace

TrackingMetrics::TrackingMetrics(IMetrics& metrics)
    : m_leap(gauge(metrics, "ntp_leap_status",
                   "1, with the leap status in the label status: normal, insert, delete or unsynchronised.",
                   QStringLiteral("status"))),
      m_referenceAge(gauge(metrics, "ntp_reference_age_seconds",
                           "Time since the reference was updated: since the last measurement that set the clock.", {},
                           kSecondsFromNanoseconds)),
      m_lastOffset(gauge(metrics, "ntp_last_offset_seconds",
                         "Offset that the last update of the clock found; positive when the clock was fast.", {},
                         kSecondsFromNanoseconds)),
      m_rmsOffset(
          gauge(metrics, "ntp_rms_offset_seconds", "Long-term average of the offset.", {}, kSecondsFromNanoseconds)),
      m_residualFrequency(gauge(metrics, "ntp_residual_frequency_ppm",
                                "Frequency that the last measurements of the selected source indicate, minus the one "
                                "in use.",
                                {}, kPpmFromPpb)),
      m_skew(gauge(metrics, "ntp_frequency_skew_ppm", "Estimated error bound of the frequency.", {}, kPpmFromPpb)),
      m_updateInterval(gauge(metrics, "ntp_update_interval_seconds", "Time between the last two updates of the clock.",
                             {}, kSecondsFromNanoseconds)),
      m_chronyd(gauge(metrics, "ntp_chronyd_info",
                      "1, with the version of the chronyd executable in the label version.",
                      QStringLiteral("version"))) {}

void TrackingMetrics::show(const Observation& observation) {
    const auto& tracking = observation.tracking;
    Series leap;
    if (tracking && tracking->leap != time::LeapState::Unknown)
        leap[{{QStringLiteral("status"), toText(tracking->leap)}}] = 1;
    m_leap.update(leap);
    const bool isShown = tracking && hasReference(*tracking);
    const auto set = [&](Metric& metric, auto value) {
        metric.update(single(isShown ? std::optional<qint64>(value(*tracking)) : std::nullopt));
    };
    set(m_referenceAge, [&](const Tracking& t) { return referenceAge(t, observation.atUnixMs).count(); });
    set(m_lastOffset, [](const Tracking& t) { return t.lastOffset.count(); });
    set(m_rmsOffset, [](const Tracking& t) { return t.rmsOffset.count(); });
    set(m_residualFrequency, [](const Tracking& t) { return t.residualFrequencyPpb; });
    set(m_skew, [](const Tracking& t) { return t.skewPpb; });
    set(m_updateInterval, [](const Tracking& t) { return t.updateInterval.count(); });
}

void TrackingMetrics::showVersion(const QString& version) {
    constexpr qsizetype kLongestVersion = 40;
    m_chronyd.update({{{{QStringLiteral("version"), version.left(kLongestVersion)}}, 1}});
}

}  // namespace fos1::ntp
