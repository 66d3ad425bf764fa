// SPDX-License-Identifier: GPL-2.0-or-later
#include "metrics/ntp_metrics.h"

#include "metrics/metric_declarations.h"

namespace fos1::ntp {

NtpMetrics::NtpMetrics(IMetrics& metrics)
    : m_offset(gauge(metrics, "ntp_offset_milliseconds",
                     "System clock minus reference; positive when the clock is fast.", {},
                     kMillisecondsFromNanoseconds)),
      m_jitter(gauge(metrics, "ntp_jitter_milliseconds", "Standard deviation of the samples of the selected source.",
                     {}, kMillisecondsFromNanoseconds)),
      m_stratum(gauge(metrics, "ntp_stratum", "Stratum of this node; 0 when unknown.")),
      m_sync(gauge(metrics, "ntp_sync", "1 when the clock follows a source that answers, else 0.")),
      m_drift(gauge(metrics, "ntp_frequency_drift_ppm",
                    "Frequency error of the system clock without correction; positive when it gains.", {},
                    kPpmFromPpb)),
      m_errorBound(
          gauge(metrics, "ntp_error_bound_milliseconds",
                "How far the served time may be off at most: root dispersion + root delay / 2, or more where a "
                "source contradicts that.",
                {}, kMillisecondsFromNanoseconds)),
      m_clockErrorBound(gauge(metrics, "ntp_system_clock_error_bound_milliseconds",
                              "How far the machine's clock may be off at most: |offset| + error bound.", {},
                              kMillisecondsFromNanoseconds)),
      m_servedOffset(gauge(metrics, "ntp_served_offset_milliseconds",
                           "Served time minus the followed source, as last measured; positive when it is fast.", {},
                           kMillisecondsFromNanoseconds)),
      m_advertised(gauge(metrics, "ntp_advertised", "1 when the service is fit to be advertised to clients, else 0.")),
      m_holdover(gauge(metrics, "ntp_holdover", "1 when no source is usable and the clock still keeps time, else 0.")),
      m_rootDelay(gauge(metrics, "ntp_root_delay_milliseconds", "Round trip to the reference clock at stratum 1.", {},
                        kMillisecondsFromNanoseconds)),
      m_rootDispersion(gauge(metrics, "ntp_root_dispersion_milliseconds",
                             "Error accumulated on the path from the reference clock and since the last update.", {},
                             kMillisecondsFromNanoseconds)),
      m_sourceCount(gauge(metrics, "ntp_sources", "Number of sources.")),
      m_sourcesReachable(gauge(metrics, "ntp_sources_reachable",
                               "Number of sources that answered at least one of their last eight polls.")),
      m_warningLimit(gauge(metrics, "ntp_offset_warning_milliseconds",
                           "Offset at which the spec requires a warning; absent without monitoring.", {},
                           kMillisecondsFromNanoseconds)),
      m_criticalLimit(gauge(metrics, "ntp_offset_critical_milliseconds",
                            "Offset that the spec declares critical; absent without monitoring.", {},
                            kMillisecondsFromNanoseconds)),
      m_sourcesMinimum(gauge(metrics, "ntp_sources_minimum",
                             "Number of sources that should answer according to the spec; absent without monitoring.")),
      m_restarts(
          counter(metrics, "ntp_chronyd_restarts_total", "How often chronyd exited unexpectedly and was restarted.")),
      m_gap(gauge(metrics, "ntp_restart_gap_milliseconds",
                  "How long the last restart of chronyd left clients without synchronized time; absent before the "
                  "first restart.")),
      m_certificateExpiry(gauge(metrics, "ntp_nts_certificate_expiry_timestamp_seconds",
                                "When the certificate that NTS is served with expires, in seconds since 1970.")),
      m_tracking(metrics),
      m_sources(metrics),
      m_server(metrics),
      m_refclocks(metrics),
      m_reconciles(metrics) {
    showRestarts(0);
    clear();
}

void NtpMetrics::show(const time::SyncState& state, const std::vector<SourceReport>& sources,
                      const std::vector<SourceStatistics>& statistics) {
    const bool isMeasured = state.synchronised || state.holdover;
    const auto whenMeasured = [isMeasured](qint64 value) {
        return single(isMeasured ? std::optional(value) : std::nullopt);
    };
    m_sync.set(state.synchronised ? 1 : 0);
    m_stratum.set(state.stratum);
    m_offset.update(whenMeasured(state.offset.count()));
    m_jitter.update(whenMeasured(state.jitter.count()));
    m_drift.update(whenMeasured(state.frequencyPpb));
    m_errorBound.update(whenMeasured(state.errorBound.count()));
    m_clockErrorBound.update(whenMeasured(state.clockErrorBound.count()));
    m_servedOffset.update(single(state.synchronised ? std::optional(state.servedOffset.count()) : std::nullopt));
    m_advertised.set(state.fitToAdvertise ? 1 : 0);
    m_holdover.set(state.holdover ? 1 : 0);
    m_rootDelay.update(whenMeasured(state.rootDelay.count()));
    m_rootDispersion.update(whenMeasured(state.rootDispersion.count()));
    m_sourceCount.set(state.sources.total);
    m_sourcesReachable.set(state.sources.reachable);
    m_sources.show(sources, statistics);
}

void NtpMetrics::showLimits(const MonitoringSpec& limits) {
    const auto whenOn = [&limits](qint64 value) {
        return single(limits.enabled ? std::optional(value) : std::nullopt);
    };
    m_warningLimit.update(whenOn(limits.warningThreshold.count()));
    m_criticalLimit.update(whenOn(limits.criticalThreshold.count()));
    m_sourcesMinimum.update(whenOn(limits.sourcesMinimum));
}

void NtpMetrics::showCertificate(const std::optional<NtsFacts>& nts) {
    m_certificateExpiry.update(single(nts && nts->problem.isEmpty() ? std::optional(nts->notAfterUnix) : std::nullopt));
}

void NtpMetrics::showRestarts(quint64 count) { m_restarts.set(static_cast<qint64>(count)); }

void NtpMetrics::clear() {
    MonitoringSpec none;
    none.enabled = false;
    show({}, {}, {});
    showLimits(none);
    m_tracking.clear();
    m_server.clear();
    m_refclocks.show({});
}

}  // namespace fos1::ntp
