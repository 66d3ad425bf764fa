// SPDX-License-Identifier: GPL-2.0-or-later
#include "ntp_metrics.h"

#include <bit>

namespace fos1::ntp {

namespace {

using Series = std::map<Metric::Labels, qint64>;

constexpr int kMillisecondsFromNanoseconds = 6;
constexpr int kPpmFromPpb = 3;
constexpr int kEighths = 3;
constexpr int kOneEighth = 125;

const QString kSourceLabels = QStringLiteral("source,address");

Metric gauge(IMetrics& metrics, const char* name, const char* help, const QString& labels, int decimals) {
    return {metrics, MetricType::Gauge, QLatin1String(name), QLatin1String(help), labels, decimals};
}

}  // namespace

NtpMetrics::NtpMetrics(IMetrics& metrics)
    : m_offset(gauge(metrics, "ntp_offset_milliseconds",
                     "System clock minus reference; positive when the clock is fast.", {},
                     kMillisecondsFromNanoseconds)),
      m_jitter(gauge(metrics, "ntp_jitter_milliseconds", "Standard deviation of the samples of the selected source.",
                     {}, kMillisecondsFromNanoseconds)),
      m_stratum(gauge(metrics, "ntp_stratum", "Stratum of this node; 0 when not known.", {}, 0)),
      m_sync(gauge(metrics, "ntp_sync", "1 when the clock follows a source that answers, else 0.", {}, 0)),
      m_drift(gauge(metrics, "ntp_frequency_drift_ppm",
                    "Frequency error of the system clock without correction; positive when it gains.", {},
                    kPpmFromPpb)),
      m_sourceOffset(gauge(metrics, "ntp_source_offset_milliseconds",
                           "System clock minus source at the last measurement, less what was corrected since.",
                           kSourceLabels, kMillisecondsFromNanoseconds)),
      m_sourceJitter(gauge(metrics, "ntp_source_jitter_milliseconds",
                           "Standard deviation of the samples of the source.", kSourceLabels,
                           kMillisecondsFromNanoseconds)),
      m_sourceDelay(gauge(metrics, "ntp_source_delay_milliseconds", "Round trip of the last good answer of the source.",
                          kSourceLabels, kMillisecondsFromNanoseconds)),
      m_sourceStratum(gauge(metrics, "ntp_source_stratum", "Stratum of the source.", kSourceLabels, 0)),
      m_sourceReachability(gauge(metrics, "ntp_source_reachability",
                                 "Fraction of the last eight polls that the source answered: the set bits of NTP's "
                                 "reachability register, divided by eight.",
                                 kSourceLabels, kEighths)),
      m_restarts(metrics, MetricType::Counter, QStringLiteral("ntp_chronyd_restarts_total"),
                 QStringLiteral("How often chronyd ended by itself and was started again.")) {
    showRestarts(0);
    clear();
}

void NtpMetrics::show(const time::SyncState& state, const std::vector<SourceReport>& sources,
                      const std::vector<SourceStatistics>& statistics) {
    const auto whenMeasured = [&state](qint64 value) {
        return state.synchronised || state.holdover ? Series{{{}, value}} : Series{};
    };
    m_sync.set(state.synchronised ? 1 : 0);
    m_stratum.set(state.stratum);
    m_offset.update(whenMeasured(state.offset.count()));
    m_jitter.update(whenMeasured(state.jitter.count()));
    m_drift.update(whenMeasured(state.frequencyPpb));

    std::map<SourceAddress, Metric::Labels> labelsOf;
    Series offsets, delays, strata, reachabilities, jitters;
    for (const SourceReport& source : sources) {
        const Metric::Labels labels{{QStringLiteral("source"), displayName(source)},
                                    {QStringLiteral("address"), numericAddress(source)}};
        labelsOf[source.address] = labels;
        reachabilities[labels] = std::popcount(source.reachability) * kOneEighth;
        if (!source.sinceSample) continue;
        strata[labels] = source.stratum;
        offsets[labels] = source.offset.count();
        if (source.delay) delays[labels] = source.delay->count();
    }
    for (const SourceStatistics& each : statistics)
        if (const auto labels = labelsOf.find(each.address); labels != labelsOf.end() && each.samples > 0)
            jitters[labels->second] = each.deviation.count();
    m_sourceOffset.update(offsets);
    m_sourceJitter.update(jitters);
    m_sourceDelay.update(delays);
    m_sourceStratum.update(strata);
    m_sourceReachability.update(reachabilities);
}

void NtpMetrics::showRestarts(quint64 count) { m_restarts.set(static_cast<qint64>(count)); }

}  // namespace fos1::ntp
