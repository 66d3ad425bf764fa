// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/gpsd_clock.h"

#include <QHostAddress>

#include "refclock/receiver_words.h"

namespace fos1::ntp {

namespace {

constexpr std::chrono::milliseconds kGpsdLook{500};
constexpr std::chrono::seconds kRetry{2};
constexpr qint64 kLongestLine = 64 * 1024;
constexpr int kMostLinesAtOnce = 256;
constexpr qint64 kFixLifetime = 5 * kNsPerSecond;
constexpr qint64 kReportPatience = 10 * kNsPerSecond;
constexpr int kFix2D = 2;

}  // namespace

GpsdClock::GpsdClock(const GpsSpec& spec, const QString& socket, std::chrono::nanoseconds delay, quint16 port)
    : m_spec(spec),
      m_port(port),
      m_samples(socket),
      m_judge(JudgePolicy{spec.options.offset.value_or(std::chrono::nanoseconds(0)).count(), delay.count() / 2,
                          spec.onDisagreement == OnDisagreement::Distrust}) {
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &GpsdClock::connectAgain);
    connect(&m_look, &QTimer::timeout, this, &GpsdClock::look);
    connect(&m_socket, &QTcpSocket::readyRead, this, &GpsdClock::read);
    connect(&m_socket, &QTcpSocket::connected, this, [this] {
        m_error.clear();
        m_reportRawNs = arrivalNow().rawNs;
        m_socket.write("?WATCH={\"enable\":true,\"json\":true,\"pps\":true};\n");
    });
    connect(&m_socket, &QTcpSocket::errorOccurred, this, [this] {
        m_error = m_socket.errorString();
        m_socket.abort();
        m_judge.interrupted();
        m_retry.start(kRetry);
    });
    m_socket.setReadBufferSize(kLongestLine);
    m_look.start(kGpsdLook);
    m_retry.start(0);
}

GpsdClock::~GpsdClock() { m_socket.disconnect(this); }

void GpsdClock::connectAgain() { m_socket.connectToHost(QHostAddress(QHostAddress::LocalHost), m_port); }

void GpsdClock::read() {
    for (int i = 0; m_socket.canReadLine(); ++i) {
        if (i == kMostLinesAtOnce) {
            QMetaObject::invokeMethod(this, &GpsdClock::read, Qt::QueuedConnection);
            return;
        }
        take(gpsdReport(m_socket.readLine(kLongestLine)));
    }
    // A line that fills the buffer does not end.
    if (m_socket.bytesAvailable() >= kLongestLine) (void)m_socket.readAll();
}

void GpsdClock::take(const GpsdReport& report) {
    // With several receivers, the one that the spec names.
    if (!m_spec.device.isEmpty() && !report.device.isEmpty() && report.device != m_spec.device) return;
    const Arrival now = arrivalNow();
    m_reportRawNs = now.rawNs;
    switch (report.kind) {
        case GpsdReport::Kind::Fix:
            if (!report.device.isEmpty()) m_device = report.device;
            if (report.leapSeconds) m_gnss.leapSeconds = report.leapSeconds;
            m_gnss.dimensions = report.mode > 0 ? std::optional(report.mode) : std::nullopt;
            if (report.mode >= kFix2D) {
                m_fixRawNs = now.rawNs;
                m_state.noFixSinceUnixNs = 0;
                return;
            }
            m_fixRawNs = 0;
            m_judge.interrupted();
            if (m_state.noFixSinceUnixNs == 0) m_state.noFixSinceUnixNs = now.realNs;
            return m_state.note(InstantVerdict::NoFix, now);
        case GpsdReport::Kind::Sky:
            if (report.used) m_gnss.used = report.used;
            if (report.inView) m_gnss.inView = report.inView;
            if (report.hdopHundredths) m_gnss.hdopHundredths = report.hdopHundredths;
            return;
        case GpsdReport::Kind::Time: return takeTime(report);
        case GpsdReport::Kind::Device:
            if (!report.device.isEmpty()) m_device = report.device;
            if (!report.driver.isEmpty()) m_gnss.model = report.driver;
            return;
        case GpsdReport::Kind::Error:
        case GpsdReport::Kind::Unknown: return;
    }
}

void GpsdClock::takeTime(const GpsdReport& report) {
    const Arrival now = arrivalNow();
    const Arrival arrival{report.clockNs, now.rawNs - (now.realNs - report.clockNs)};
    if (m_fixRawNs == 0 || now.rawNs - m_fixRawNs > kFixLifetime) {
        const bool isKnown = m_state.noFixSinceUnixNs != 0;
        return m_state.note(isKnown ? InstantVerdict::NoFix : InstantVerdict::FixUnknown, arrival);
    }
    qint64 unixNs = report.realNs;
    m_state.reportedUnixNs = unixNs;
    m_state.rollovers = 0;
    for (; unixNs < m_spec.pivotUnix * kNsPerSecond; unixNs += kRolloverSeconds * kNsPerSecond) ++m_state.rollovers;
    const InstantVerdict verdict = m_judge.judge({unixNs, arrival, false, false});
    if (verdict != InstantVerdict::Frozen) m_state.lastInstantRawNs = arrival.rawNs;
    m_state.note(verdict, arrival);
    if (verdict == InstantVerdict::Good) m_samples.give({unixNs, arrival});
}

void GpsdClock::look() {
    const QString reason = facts().reason;
    if (reason == m_shown) return;
    m_shown = reason;
    Q_EMIT changed();
}

RefclockFacts GpsdClock::facts() const {
    const qint64 rawNs = arrivalNow().rawNs;
    RefclockFacts facts;
    facts.name = m_spec.options.refid;
    facts.kind = ClockKind::Gps;
    facts.device = m_device.isEmpty() ? QStringLiteral("gpsd") : QStringLiteral("gpsd, %1").arg(m_device);
    const bool isConnected = m_socket.state() == QAbstractSocket::ConnectedState;
    facts.isPresent = isConnected;
    addReceiver({m_judge, m_state, m_gnss}, rawNs, facts);
    m_samples.addTo(facts, rawNs);
    const auto trouble = [&facts](const char* reason, const QString& message) {
        facts.isHealthy = false;
        facts.reason = QLatin1String(reason);
        facts.message = message;
    };
    if (!isConnected)
        trouble("NoGpsd", QStringLiteral("gpsd does not answer on port %1 (%2); is it running?")
                              .arg(m_port)
                              .arg(m_error.isEmpty() ? QStringLiteral("not tried yet") : m_error));
    else if (rawNs - m_reportRawNs > kReportPatience)
        trouble("NoData", QStringLiteral("gpsd reports nothing of a receiver; does it have one (gpsd DEVICES)?"));
    else if (facts.reason == u"NoTime")
        trouble("NoTime", QStringLiteral("gpsd reports no time of its receiver (TOFF), as for one behind a "
                                         "pseudo-terminal; use the receiver without gpsd."));
    return facts;
}

}  // namespace fos1::ntp
