// SPDX-License-Identifier: GPL-2.0-or-later
#include "metrics/source_metrics.h"

#include <algorithm>
#include <bit>

#include "core/source_verdict.h"
#include "metrics/metric_declarations.h"

namespace fos1::ntp {

namespace {

constexpr int kEighths = 3;
constexpr int kOneEighth = 125;

const QString kLabels = QStringLiteral("source,address");

Metric::Labels labelsOf(const SourceReport& source) {
    return {{QStringLiteral("source"), displayName(source)}, {QStringLiteral("address"), numericAddress(source)}};
}

Metric::Labels with(Metric::Labels labels, const QString& name, const QString& value) {
    labels.emplace(name, value);
    return labels;
}

}  // namespace

SourceMetrics::SourceMetrics(IMetrics& metrics)
    : m_offset(gauge(metrics, "ntp_source_offset_milliseconds",
                     "System clock minus source at the last measurement, less the corrections since then.", kLabels,
                     kMillisecondsFromNanoseconds)),
      m_jitter(gauge(metrics, "ntp_source_jitter_milliseconds", "Standard deviation of the samples of the source.",
                     kLabels, kMillisecondsFromNanoseconds)),
      m_delay(gauge(metrics, "ntp_source_delay_milliseconds", "Round trip of the last good answer of the source.",
                    kLabels, kMillisecondsFromNanoseconds)),
      m_stratum(gauge(metrics, "ntp_source_stratum", "Stratum of the source.", kLabels)),
      m_reachability(gauge(metrics, "ntp_source_reachability",
                           "Fraction of the last eight polls that the source answered: the set bits of NTP's "
                           "reachability register, divided by eight.",
                           kLabels, kEighths)),
      m_selection(gauge(metrics, "ntp_source_selection",
                        "1, with the outcome of the last selection for the source in the label state.",
                        kLabels + QStringLiteral(",state"))),
      m_authentication(gauge(metrics, "ntp_source_authentication",
                             "1, with the authentication of the source in the label mode: none, key or nts.",
                             kLabels + QStringLiteral(",mode"))),
      m_cookies(gauge(metrics, "ntp_source_nts_cookies", "NTS cookies in store for the source; 8 when all is well.",
                      kLabels)),
      m_nak(gauge(metrics, "ntp_source_nts_nak",
                  "1 when the source rejected our NTS cookie since the last request to it, else 0.", kLabels)),
      m_keyExchangeTries(gauge(metrics, "ntp_source_nts_key_exchange_tries",
                               "NTS key exchange attempts with the source since the last that succeeded.", kLabels)),
      m_lastSampleAge(gauge(metrics, "ntp_source_last_sample_age_seconds",
                            "Time since the last sample of the source; absent before the first.", kLabels)),
      m_samples(
          gauge(metrics, "ntp_source_samples", "Samples of the source that its statistics are made of.", kLabels)),
      m_residualFrequency(gauge(metrics, "ntp_source_residual_frequency_ppm",
                                "Frequency of the system clock relative to the source, less the correction in use.",
                                kLabels, kPpmFromPpb)),
      m_skew(gauge(metrics, "ntp_source_frequency_skew_ppm", "Estimated error bound of that frequency.", kLabels,
                   kPpmFromPpb)) {}

void SourceMetrics::show(const std::vector<SourceReport>& sources, const std::vector<SourceStatistics>& statistics) {
    Series offsets, delays, strata, reachabilities, jitters, selections, authentications, cookies, naks, tries;
    Series ages, samples, frequencies, skews;
    for (const SourceReport& source : sources) {
        const Metric::Labels labels = labelsOf(source);
        reachabilities[labels] = std::popcount(source.reachability) * kOneEighth;
        if (source.selection)
            selections[with(labels, QStringLiteral("state"), selectionText(source.selection->state))] = 1;
        if (source.authentication) {
            const Authentication& facts = *source.authentication;
            const QString mode = authenticationText(facts.mode);
            if (!mode.isEmpty()) authentications[with(labels, QStringLiteral("mode"), mode)] = 1;
            if (facts.mode == AuthenticationMode::Nts) {
                cookies[labels] = facts.cookies;
                naks[labels] = facts.naks;
                tries[labels] = facts.keyExchangeTries;
            }
        }
        if (!source.sinceSample) continue;
        ages[labels] = source.sinceSample->count();
        strata[labels] = source.stratum;
        offsets[labels] = source.offset.count();
        if (source.delay) delays[labels] = source.delay->count();
    }
    for (const SourceStatistics& each : statistics) {
        const auto source = std::find_if(sources.begin(), sources.end(),
                                         [&each](const SourceReport& report) { return isAbout(each, report); });
        if (source == sources.end()) continue;
        const Metric::Labels labels = labelsOf(*source);
        samples[labels] = each.samples;
        if (each.samples == 0) continue;
        jitters[labels] = each.deviation.count();
        frequencies[labels] = each.residualFrequencyPpb;
        skews[labels] = each.skewPpb;
    }
    m_offset.update(offsets);
    m_jitter.update(jitters);
    m_delay.update(delays);
    m_stratum.update(strata);
    m_reachability.update(reachabilities);
    m_selection.update(selections);
    m_authentication.update(authentications);
    m_cookies.update(cookies);
    m_nak.update(naks);
    m_keyExchangeTries.update(tries);
    m_lastSampleAge.update(ages);
    m_samples.update(samples);
    m_residualFrequency.update(frequencies);
    m_skew.update(skews);
}

}  // namespace fos1::ntp
