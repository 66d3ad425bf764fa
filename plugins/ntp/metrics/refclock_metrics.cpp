// SPDX-License-Identifier: GPL-2.0-or-later
#include "metrics/refclock_metrics.h"

#include "metrics/metric_declarations.h"

namespace fos1::ntp {

namespace {

constexpr int kHundredths = 2;

const QString kClock = QStringLiteral("clock,kind");

Metric::Labels clockLabels(const RefclockFacts& clock) {
    return {{QStringLiteral("clock"), clock.name}, {QStringLiteral("kind"), toText(clock.kind)}};
}

Metric::Labels labelled(Metric::Labels labels, const char* name, const QString& value) {
    labels.emplace(QLatin1String(name), value);
    return labels;
}

void setIf(Series& series, const Metric::Labels& labels, const std::optional<int>& value) {
    if (value) series[labels] = *value;
}

}  // namespace

RefclockMetrics::RefclockMetrics(IMetrics& metrics)
    : m_healthy(
          gauge(metrics, "ntp_refclock_healthy", "1 when the attached clock works as it should, else 0.", kClock)),
      m_present(gauge(metrics, "ntp_refclock_present", "1 when the device of the clock is there, else 0.", kClock)),
      m_sampleAge(gauge(metrics, "ntp_refclock_sample_age_seconds",
                        "Time since the last sample that was given to chronyd; absent before the first.", kClock)),
      m_samples(counter(metrics, "ntp_refclock_samples_total", "Samples that were given to chronyd.", kClock)),
      m_unused(counter(metrics, "ntp_refclock_unused_total",
                       "Instants that the receiver reported and that became no sample, by reason.",
                       kClock + QStringLiteral(",reason"))),
      m_deviation(gauge(metrics, "ntp_refclock_network_offset_milliseconds",
                        "The clock minus the time that the sources in the network agree on; absent without these.",
                        kClock, kMillisecondsFromNanoseconds)),
      m_fix(gauge(metrics, "ntp_refclock_fix_dimensions", "Fix of the receiver: 1 none, 2 or 3 dimensions.", kClock)),
      m_used(gauge(metrics, "ntp_refclock_satellites_used", "Satellites in the solution.", kClock)),
      m_inView(gauge(metrics, "ntp_refclock_satellites_in_view", "Satellites in view.", kClock)),
      m_hdop(gauge(metrics, "ntp_refclock_hdop", "Horizontal dilution of precision.", kClock, kHundredths)),
      m_leapSeconds(
          gauge(metrics, "ntp_refclock_leap_seconds", "GPS time minus UTC, as the receiver reports it.", kClock)),
      m_quantization(gauge(metrics, "ntp_refclock_pulse_quantization_picoseconds",
                           "By how much the next pulse will be off, as the receiver reports it (spec ubx).", kClock)),
      m_antenna(gauge(metrics, "ntp_refclock_antenna", "1, with the state of the antenna in the label state.",
                      kClock + QStringLiteral(",state"))),
      m_sentences(
          counter(metrics, "ntp_refclock_sentences_total", "Sentences of the receiver that were accepted.", kClock)),
      m_rejected(counter(metrics, "ntp_refclock_rejected_sentences_total",
                         "Sentences of the receiver that were not accepted, by reason.",
                         kClock + QStringLiteral(",reason"))),
      m_info(gauge(metrics, "ntp_refclock_receiver_info", "1, with model and firmware that the receiver reports.",
                   kClock + QStringLiteral(",model,firmware"))),
      m_jitter(gauge(metrics, "ntp_refclock_pulse_jitter_milliseconds",
                     "Standard deviation of the distance between pulses.", kClock, kMillisecondsFromNanoseconds)),
      m_missed(counter(metrics, "ntp_refclock_pulses_missed_total", "Pulses that did not come.", kClock)),
      m_extra(counter(metrics, "ntp_refclock_pulses_extra_total", "Pulses too many.", kClock)) {}

void RefclockMetrics::show(const std::vector<RefclockFacts>& clocks) {
    Series healthy, present, ages, samples, unused, deviations, fixes, used, inView, hdops, leaps, antennas, sentences;
    Series quantizations, rejected, infos, jitters, missed, extra;
    for (const RefclockFacts& clock : clocks) {
        const Metric::Labels labels = clockLabels(clock);
        healthy[labels] = clock.isHealthy ? 1 : 0;
        present[labels] = clock.isPresent ? 1 : 0;
        if (clock.sinceSample) ages[labels] = clock.sinceSample->count();
        if (clock.deviation) deviations[labels] = clock.deviation->count();
        if (clock.pulse) {
            if (clock.pulse->jitter) jitters[labels] = clock.pulse->jitter->count();
            missed[labels] = static_cast<qint64>(clock.pulse->missed);
            extra[labels] = static_cast<qint64>(clock.pulse->extra);
        }
        if (!clock.gnss) continue;
        const GnssFacts& gnss = *clock.gnss;
        samples[labels] = static_cast<qint64>(clock.samples);
        sentences[labels] = static_cast<qint64>(gnss.sentences);
        for (const auto& [reason, count] : clock.unused)
            unused[labelled(labels, "reason", reason)] = static_cast<qint64>(count);
        for (const auto& [reason, count] : gnss.rejected)
            rejected[labelled(labels, "reason", reason)] = static_cast<qint64>(count);
        setIf(fixes, labels, gnss.dimensions);
        setIf(used, labels, gnss.used);
        setIf(inView, labels, gnss.inView);
        setIf(hdops, labels, gnss.hdopHundredths);
        setIf(leaps, labels, gnss.leapSeconds);
        setIf(quantizations, labels, gnss.quantizationPs);
        if (!gnss.antenna.isEmpty()) antennas[labelled(labels, "state", gnss.antenna)] = 1;
        if (!gnss.model.isEmpty() || !gnss.firmware.isEmpty())
            infos[labelled(labelled(labels, "model", gnss.model), "firmware", gnss.firmware)] = 1;
    }
    m_healthy.update(healthy);
    m_present.update(present);
    m_sampleAge.update(ages);
    m_samples.update(samples);
    m_unused.update(unused);
    m_deviation.update(deviations);
    m_fix.update(fixes);
    m_used.update(used);
    m_inView.update(inView);
    m_hdop.update(hdops);
    m_leapSeconds.update(leaps);
    m_quantization.update(quantizations);
    m_antenna.update(antennas);
    m_sentences.update(sentences);
    m_rejected.update(rejected);
    m_info.update(infos);
    m_jitter.update(jitters);
    m_missed.update(missed);
    m_extra.update(extra);
}

}  // namespace fos1::ntp
