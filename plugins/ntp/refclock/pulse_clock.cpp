// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/pulse_clock.h"

#include <QFile>

#include "core/plain_text.h"

namespace fos1::ntp {

namespace {

constexpr int kLooksBetweenOpens = 8;

struct PulseWords {
    const char* reason = nullptr;
    QString message;
};

PulseWords wordsOf(PulseTrouble trouble, const PulseSource& source, const PulseTrain& train) {
    const char* const edge = source.isClearEdge ? "clear" : "assert";
    const char* const other = source.isClearEdge ? "assert" : "clear";
    switch (trouble) {
        case PulseTrouble::Starting: return {"Starting", QStringLiteral("The first pulse is awaited.")};
        case PulseTrouble::NoPulse:
            return {
                "NoPulse",
                QStringLiteral("No pulse has come for 3 s; the receiver may have no fix, or the line is not wired.")};
        case PulseTrouble::TooMany:
            return {"TooManyPulses",
                    QStringLiteral("%1 pulses come in a second instead of %2; set rate, or look for a second source of "
                                   "pulses on the line.")
                        .arg(train.ratePerSecond(), 0, 'f', 1)
                        .arg(source.rate)};
        case PulseTrouble::Missing: return {"PulsesMissing", QStringLiteral("Pulses are missing again and again.")};
        case PulseTrouble::OtherEdge:
            return {"OtherEdge",
                    QStringLiteral("The pulses come on the edge \"%1\", and the spec names \"%2\"; set edge.")
                        .arg(QLatin1String(other), QLatin1String(edge))};
        case PulseTrouble::None:
        case PulseTrouble::Unknown: break;
    }
    const auto jitter = train.facts().jitter;
    return {kHealthyClock,
            QStringLiteral("Pulses come%1%2.")
                .arg(jitter ? QStringLiteral(", with a jitter of ") + plainDuration(*jitter) : QString(),
                     source.lock.isEmpty() ? QStringLiteral("; the seconds are numbered by other sources")
                                           : QStringLiteral("; %1 numbers the seconds").arg(source.lock))};
}

}  // namespace

PulseClock::PulseClock(PulseSource source, Open open)
    : m_source(std::move(source)), m_open(std::move(open)), m_train(m_source.rate, m_source.isClearEdge) {
    connect(&m_timer, &QTimer::timeout, this, &PulseClock::look);
    m_timer.start(kLook);
    this->open();
}

void PulseClock::open() {
    m_looksToOpen = kLooksBetweenOpens;
    auto opened = m_open(m_source.device);
    if (!opened) {
        m_error = opened.error().message;
        return;
    }
    m_error.clear();
    m_device = std::move(*opened);
    m_madeBy = m_device->sourceName();
}

void PulseClock::look() {
    if (!m_device && --m_looksToOpen <= 0) open();
    if (m_device) {
        // The node of a device that was removed stays readable for those who have it open.
        const auto reading = m_device->read();
        if (reading)
            m_train.look(*reading, arrivalNow().rawNs);
        else {
            m_error = reading.error().message;
            m_device.reset();
        }
    }
    const QString reason = facts().reason;
    if (reason == m_shown) return;
    m_shown = reason;
    Q_EMIT changed();
}

RefclockFacts PulseClock::facts() const {
    RefclockFacts facts;
    facts.name = m_source.name;
    facts.kind = m_source.kind;
    facts.device = m_source.device;
    facts.isPresent = m_device != nullptr;
    facts.pulse = m_train.facts();
    if (!m_device) {
        facts.reason = QStringLiteral("HardwareMissing");
        facts.message = QStringLiteral("%1; chronyd uses it when it appears.").arg(m_error);
        return facts;
    }
    if (m_madeBy == u"ktimer") {
        facts.isMisleading = true;
        facts.reason = QStringLiteral("NoClock");
        facts.message = QStringLiteral("Its pulses are made by a timer of the kernel (pps-ktimer), not by a clock.");
        return facts;
    }
    const PulseTrouble trouble = m_train.trouble(arrivalNow().rawNs);
    const PulseWords words = wordsOf(trouble, m_source, m_train);
    facts.isHealthy = trouble == PulseTrouble::None;
    facts.isMisleading = trouble == PulseTrouble::TooMany;
    facts.reason = QLatin1String(words.reason);
    facts.message = words.message;
    return facts;
}

}  // namespace fos1::ntp
