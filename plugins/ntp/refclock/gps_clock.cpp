// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/gps_clock.h"

#include "core/plain_text.h"
#include "refclock/receiver_words.h"
#include "refclock/ubx_message.h"

namespace fos1::ntp {

namespace {

constexpr std::chrono::milliseconds kLook{500};
constexpr qint64 kRoomForAnswers = 550'000'000;  ///< since the burst began; after that none is asked for
constexpr quint64 kSlowRequests = 5;             ///< what changes slowly is asked for once in so many seconds
constexpr quint64 kPatience = 5;

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
            spec.needsChecksum ? Checksum::Required : Checksum::Optional,
            spec.asksUbx};
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
    connect(&m_settle, &QTimer::timeout, this, [this] {
        m_receiver.settle();
        askUbx();
    });
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
    if (spec.hasPulse) m_port.takePulses();
    if (spec.asksUbx) m_port.allowRequests();
    m_port.start();
}

/// The answers must not come into the next burst, whose first byte tells the time.
void GpsClock::askUbx() {
    if (!m_spec.asksUbx || m_receiver.parser().accepted() == m_sentencesWhenAsked) return;
    if (arrivalNow().rawNs - m_receiver.burstRawNs() > kRoomForAnswers) return;
    m_sentencesWhenAsked = m_receiver.parser().accepted();
    QByteArray requests = ubxFrame(UbxKind::TimTp);
    if (m_asked++ % kSlowRequests == 0) requests += ubxFrame(UbxKind::NavTimels) + ubxFrame(UbxKind::NavSat);
    m_port.request(requests);
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
    if (m_asked >= kPatience && m_receiver.ubx().frames() == 0)
        facts.message += QStringLiteral(" It does not answer requests for UBX messages.");
    if (const QString& why = m_port.pulseTrouble(); !why.isEmpty())
        facts.message += u' ' + why.left(1).toUpper() + why.mid(1) + u'.';
    return facts;
}

}  // namespace fos1::ntp
