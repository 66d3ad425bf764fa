// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/gps_clock.h"

#include "core/plain_text.h"
#include "refclock/receiver_words.h"

namespace fos1::ntp {

namespace {

constexpr std::chrono::milliseconds kLook{500};

quint32 timeSentencesOf(const std::vector<QString>& names) {
    quint32 kinds = 0;
    for (const QString& name : names)
        kinds |= name == u"RMC"   ? bitOf(SentenceKind::Rmc)
                 : name == u"GGA" ? bitOf(SentenceKind::Gga)
                 : name == u"ZDA" ? bitOf(SentenceKind::Zda)
                                  : bitOf(SentenceKind::Gll);
    return kinds;
}

ReceiverPolicy policyOf(const GpsSpec& spec, std::chrono::nanoseconds delay) {
    return {{spec.options.offset.value_or(std::chrono::nanoseconds(0)).count(), delay.count() / 2,
             spec.onDisagreement == OnDisagreement::Distrust},
            timeSentencesOf(spec.sentences),
            spec.pivotUnix,
            spec.needsChecksum ? Checksum::Required : Checksum::Optional};
}

const char* reasonOf(PortTrouble trouble) {
    switch (trouble) {
        case PortTrouble::Absent: return "HardwareMissing";
        case PortTrouble::NoPermission: return "NoPermission";
        case PortTrouble::Busy: return "DeviceBusy";
        case PortTrouble::Console: return "ConsoleOnDevice";
        case PortTrouble::Silent: return "NoData";
        case PortTrouble::NoSentences: return "NoSentences";
        case PortTrouble::Failed:
        case PortTrouble::None:
        case PortTrouble::Unknown: break;
    }
    return "DeviceFailed";
}

}  // namespace

GpsClock::GpsClock(const GpsSpec& spec, const QString& socket, std::chrono::nanoseconds delay, LeapTable leaps)
    : m_spec(spec),
      m_receiver(policyOf(spec, delay), std::move(leaps), [this](const ReceiverSample& sample) { give(sample); }),
      m_port(spec.device, spec.baud, [this] { return m_receiver.parser().accepted(); }) {
    if (!socket.isEmpty()) m_feeder.emplace(socket);
    m_settle.setSingleShot(true);
    m_settle.setTimerType(Qt::CoarseTimer);
    connect(&m_settle, &QTimer::timeout, this, [this] { m_receiver.settle(); });
    connect(&m_port, &NmeaPort::received, this, [this](const QByteArray& bytes, const Arrival& at) {
        m_receiver.feed(bytes, at);
        m_settle.start(
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(NmeaReceiver::kBurstEndNs)));
    });
    connect(&m_port, &NmeaPort::interrupted, this, [this] { m_receiver.interrupted(); });
    connect(&m_port, &NmeaPort::stateChanged, this, &GpsClock::look);
    connect(&m_look, &QTimer::timeout, this, &GpsClock::look);
    m_look.start(kLook);
    m_port.start();
}

void GpsClock::give(const ReceiverSample& sample) {
    if (!m_feeder) return;
    const Result<void> sent = m_feeder->send(sample.unixNs, sample.arrival);
    m_feedError = sent ? QString() : sent.error().message;
    if (!sent) return;
    ++m_samples;
    m_sampleRawNs = sample.arrival.rawNs;
}

void GpsClock::look() {
    const QString reason = facts().reason;
    if (reason == m_shown) return;
    m_shown = reason;
    Q_EMIT changed();
}

RefclockFacts GpsClock::facts() const {
    const qint64 rawNs = arrivalNow().rawNs;
    RefclockFacts facts;
    facts.name = m_spec.options.refid;
    facts.kind = ClockKind::Gps;
    facts.device = m_spec.device;
    facts.isPresent = m_port.isOpen();
    GnssFacts gnss = m_receiver.gnss().facts(rawNs);
    gnss.baud = m_port.state().baud;
    gnss.sentences = m_receiver.parser().accepted();
    for (std::size_t i = 1; i < kRejectionNames.size(); ++i)
        if (const quint64 count = m_receiver.parser().rejected(static_cast<Rejection>(i)); count > 0)
            gnss.rejected.emplace(QLatin1String(kRejectionNames[i]), count);
    facts.gnss = std::move(gnss);
    const auto& counts = m_receiver.state().counts;
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (const auto verdict = static_cast<InstantVerdict>(i); counts[i] > 0 && verdict != InstantVerdict::Good)
            facts.unused.emplace(toText(verdict), counts[i]);
    facts.samples = m_samples;
    if (m_sampleRawNs != 0)
        facts.sinceSample = std::chrono::floor<std::chrono::seconds>(std::chrono::nanoseconds(rawNs - m_sampleRawNs));
    if (const auto deviation = m_receiver.judge().deviation()) facts.deviation = std::chrono::nanoseconds(*deviation);
    describe(facts, rawNs);
    return facts;
}

void GpsClock::describe(RefclockFacts& facts, qint64 rawNs) const {
    const PortState& port = m_port.state();
    if (port.trouble == PortTrouble::Unknown) {
        facts.reason = QStringLiteral("Starting");
        facts.message = QStringLiteral("The device is being opened.");
        return;
    }
    if (port.trouble != PortTrouble::None) {
        facts.reason = QLatin1String(reasonOf(port.trouble));
        facts.message = port.words + u'.';
        return;
    }
    ReceiverWords words = wordsFor(m_receiver, *facts.gnss, rawNs);
    facts.isHealthy = words.isHealthy && m_feedError.isEmpty();
    facts.reason = words.isHealthy && !m_feedError.isEmpty() ? QStringLiteral("NotFed") : words.reason;
    facts.message = std::move(words.message);
    if (!m_feedError.isEmpty()) facts.message += QStringLiteral(" The last sample was lost: %1.").arg(m_feedError);
    if (m_spec.baud && port.baud != 0 && port.baud != *m_spec.baud)
        facts.message += QStringLiteral(" It speaks at %1 baud, the spec says %2.").arg(port.baud).arg(*m_spec.baud);
}

}  // namespace fos1::ntp
