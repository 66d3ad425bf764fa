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
        case PortTrouble::None: break;
        case PortTrouble::Unknown: return "Starting";
    }
    return "DeviceFailed";
}

}  // namespace

GpsClock::GpsClock(const GpsSpec& spec, const QString& socket, std::chrono::nanoseconds delay, LeapTable leaps)
    : m_spec(spec),
      m_samples(socket),
      m_receiver(policyOf(spec, delay), std::move(leaps),
                 [this](const ReceiverSample& sample) { m_samples.give(sample); }),
      m_port(spec.device, spec.baud, [this] { return m_receiver.parser().accepted(); }) {
    m_settle.setSingleShot(true);
    m_settle.setTimerType(Qt::CoarseTimer);
    connect(&m_settle, &QTimer::timeout, this, [this] { m_receiver.settle(); });
    connect(&m_port, &NmeaPort::received, this,
            [this](const QByteArray& bytes, const Arrival& at, const Arrival& until) {
                m_receiver.feed(bytes, at, until);
                m_settle.start(std::chrono::duration_cast<std::chrono::milliseconds>(
                    std::chrono::nanoseconds(NmeaReceiver::kBurstEndNs)));
            });
    connect(&m_port, &NmeaPort::interrupted, this, [this] { m_receiver.interrupted(); });
    connect(&m_port, &NmeaPort::stateChanged, this, &GpsClock::look);
    connect(&m_look, &QTimer::timeout, this, &GpsClock::look);
    m_look.start(kLook);
    m_port.start();
}

void GpsClock::look() {
    const QString reason = facts().reason;
    if (reason == m_shown) return;
    m_shown = reason;
    Q_EMIT changed();
}

RefclockFacts GpsClock::facts() const {
    const qint64 rawNs = arrivalNow().rawNs;
    const PortState& port = m_port.state();
    GnssFacts gnss = m_receiver.gnss().facts(rawNs);
    gnss.baud = port.baud;
    gnss.sentences = m_receiver.parser().accepted();
    for (std::size_t i = 1; i < kRejectionNames.size(); ++i)
        if (const quint64 count = m_receiver.parser().rejected(static_cast<Rejection>(i)); count > 0)
            gnss.rejected.emplace(QLatin1String(kRejectionNames[i]), count);
    RefclockFacts facts;
    facts.name = m_spec.options.refid;
    facts.kind = ClockKind::Gps;
    facts.device = m_spec.device;
    facts.isPresent = m_port.isOpen();
    addReceiver({m_receiver.judge(), m_receiver.state(), gnss}, rawNs, facts);
    m_samples.addTo(facts, rawNs);
    if (port.trouble != PortTrouble::None) {
        facts.isHealthy = false;
        facts.reason = QLatin1String(reasonOf(port.trouble));
        facts.message =
            port.trouble == PortTrouble::Unknown ? QStringLiteral("The device is being opened.") : port.words + u'.';
    } else if (m_spec.baud && port.baud != 0 && port.baud != *m_spec.baud) {
        facts.message += QStringLiteral(" It speaks at %1 baud, the spec says %2.").arg(port.baud).arg(*m_spec.baud);
    }
    return facts;
}

}  // namespace fos1::ntp
