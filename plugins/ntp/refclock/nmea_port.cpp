// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/nmea_port.h"

#include <linux/serial.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <QFile>
#include <QFileInfo>
#include <algorithm>
#include <array>

#include "fos1/logging.h"
#include "refclock/device_holders.h"

namespace fos1::ntp {

namespace {

FOS1_LOG(lcPort, "ntp.refclock")

using std::chrono::steady_clock;

/// The likely ones first; a number beyond the end begins anew.
constexpr std::array kSpeeds{9600, 115200, 38400, 4800, 57600, 19200, 230400, 460800};
constexpr std::size_t kSpeedCount = kSpeeds.size() + 1;

int speedOf(std::size_t number, const std::optional<int>& preferred) {
    const std::size_t place = number % kSpeedCount;
    return place == 0 ? preferred.value_or(kSpeeds.front()) : kSpeeds[place - 1];
}

/// More than 460,800 baud carry in some collections.
constexpr std::size_t kMostAtOnce = 8192;

/// The modem lines stay as they are when the last one closes the port: receivers take a change for a reset.
void keepLinesOnClose(int file) {
    termios settings{};
    if (::tcgetattr(file, &settings) != 0) return;
    settings.c_cflag &= ~static_cast<tcflag_t>(HUPCL);
    ::tcsetattr(file, TCSANOW, &settings);
}

/// Where the driver can hand on bytes at once instead of when its buffer or a timer is full.
void askForLowLatency(int file) {
    serial_struct serial{};
    if (::ioctl(file, TIOCGSERIAL, &serial) != 0 || (serial.flags & ASYNC_LOW_LATENCY) != 0) return;
    serial.flags |= ASYNC_LOW_LATENCY;
    (void)::ioctl(file, TIOCSSERIAL, &serial);
}

}  // namespace

NmeaPort::NmeaPort(QString device, std::optional<int> baud, std::function<quint64()> accepted, QObject* parent)
    : QObject(parent), m_device(std::move(device)), m_baud(baud), m_accepted(std::move(accepted)) {
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &NmeaPort::open);
    connect(&m_look, &QTimer::timeout, this, &NmeaPort::look);
    m_collect.setSingleShot(true);
    connect(&m_collect, &QTimer::timeout, this, &NmeaPort::read);
    connect(&m_port, &QSerialPort::readyRead, this, &NmeaPort::firstByte);
    // With its buffer full, QSerialPort stays quiet until it is read.
    m_port.setReadBufferSize(1);
    connect(&m_port, &QSerialPort::errorOccurred, this, &NmeaPort::failed);
}

NmeaPort::~NmeaPort() {
    m_port.disconnect(this);
    close();
}

void NmeaPort::start() { m_retry.start(0); }

void NmeaPort::open() {
    if (!QFile::exists(m_device))
        return retryLater(PortTrouble::Absent,
                          QStringLiteral("%1 does not exist; it is used when it appears").arg(m_device));
    if (isConsole(m_device))
        return retryLater(PortTrouble::Console,
                          QStringLiteral("the kernel's console is on %1; remove it from the kernel's command line "
                                         "(console=)")
                              .arg(m_device));
    // Root may open what others have to themselves; then each would get half of the bytes.
    if (const QStringList holders = holdersOf(m_device); !holders.isEmpty())
        return retryLater(PortTrouble::Busy,
                          QStringLiteral("%1 is read by %2; stop it, or use it with gpsd: true if it is gpsd")
                              .arg(m_device, holders.join(QStringLiteral(", "))));
    m_port.setPortName(QFileInfo(m_device).canonicalFilePath());
    m_port.setBaudRate(speedOf(m_speed, m_baud));
    if (!m_port.open(m_mode)) {
        const QString why = m_port.errorString();
        if (::access(QFile::encodeName(m_device).constData(), R_OK | W_OK) != 0)
            return retryLater(PortTrouble::NoPermission,
                              QStringLiteral("%1 may not be opened by this user (%2); add the user to the group of the "
                                             "device, usually dialout")
                                  .arg(m_device, why));
        return retryLater(PortTrouble::Failed, QStringLiteral("%1 cannot be opened: %2").arg(m_device, why));
    }
    (void)::flock(m_port.handle(), LOCK_EX | LOCK_NB);  // for those who ask; TIOCEXCL is set by QSerialPort
    keepLinesOnClose(m_port.handle());
    askForLowLatency(m_port.handle());
    if (m_setDiscipline) {
        const auto attached = attachPulses(m_port.handle(), m_device, m_setDiscipline);
        m_pulseTrouble = attached ? QString() : attached.error().message;
    }
    m_port.clear(QSerialPort::Input);  // what came earlier came at an unknown time
    m_sentences = m_accepted();
    m_bytes = 0;
    m_isSpeedFound = false;
    m_byteAt = m_sentenceAt = steady_clock::now();
    m_look.start(kLook);
    qCInfo(lcPort).noquote() << QStringLiteral("opened, device=%1 baud=%2").arg(m_device).arg(m_port.baudRate());
    show(PortTrouble::None, {});
}

void NmeaPort::close() {
    m_look.stop();
    m_collect.stop();
    if (!m_port.isOpen()) return;
    if (m_setDiscipline && m_pulseTrouble.isEmpty()) detachPulses(m_port.handle(), m_setDiscipline);
    m_pulseTrouble.clear();
    // QSerialPort puts back how the line was set before, hang-up on close included: the copy is closed last.
    const int copy = ::dup(m_port.handle());
    m_port.close();
    if (copy < 0) return;
    keepLinesOnClose(copy);
    ::close(copy);
}

void NmeaPort::retryLater(PortTrouble trouble, const QString& words) {
    close();
    m_retry.start(m_wait);
    m_wait = std::min(m_wait * 2, kLongestWait);
    show(trouble, words);
}

/// After a hang-up QSerialPort reports errors without end.
void NmeaPort::failed(QSerialPort::SerialPortError error) {
    if (error == QSerialPort::NoError || !m_port.isOpen()) return;
    if (error != QSerialPort::ReadError && error != QSerialPort::ResourceError) return;
    const QString why = m_port.errorString();
    Q_EMIT interrupted();
    m_wait = kShortestWait;
    retryLater(QFile::exists(m_device) ? PortTrouble::Failed : PortTrouble::Absent,
               QStringLiteral("%1 was unplugged or hung up (%2)").arg(m_device, why));
}

void NmeaPort::firstByte() {
    if (m_collect.isActive()) return;
    m_firstAt = arrivalNow();
    m_collect.start(kCollect);
}

void NmeaPort::read() {
    if (!m_port.isOpen()) return;
    std::array<char, kMostAtOnce> more{};
    const QByteArray first = m_port.readAll();
    const Arrival until = arrivalNow();
    const ssize_t length = ::read(m_port.handle(), more.data(), more.size());
    const QByteArray bytes = first + QByteArray(more.data(), std::max<ssize_t>(length, 0));
    if (bytes.isEmpty()) return;
    m_byteAt = steady_clock::now();
    m_bytes += static_cast<quint64>(bytes.size());
    Q_EMIT received(bytes, m_firstAt, until);
}

/// A line that takes nothing, as with flow control, gets no more.
void NmeaPort::request(const QByteArray& bytes) {
    if (m_port.isOpen() && m_port.bytesToWrite() == 0 && m_mode == QIODevice::ReadWrite) m_port.write(bytes);
}

void NmeaPort::look() {
    const auto now = steady_clock::now();
    if (const quint64 sentences = m_accepted(); sentences > m_sentences) {
        m_sentences = sentences;
        m_sentenceAt = now;
        m_bytes = 0;
        m_wait = kShortestWait;
        m_isSpeedFound = true;
        return show(PortTrouble::None, {});
    }
    if (now - m_byteAt > kSentencePatience)
        show(PortTrouble::Silent,
             QStringLiteral("%1 is open and nothing comes; check power and wiring of the receiver").arg(m_device));
    const auto patience = m_isSpeedFound ? kSentencePatience : kSpeedPatience;
    if (now - m_sentenceAt > patience && (m_bytes > 0 || now - m_byteAt > kSentencePatience)) tryNextSpeed();
}

void NmeaPort::tryNextSpeed() {
    const bool hasBytes = m_bytes > 0;
    const int before = speedOf(m_speed, m_baud);
    do {
        ++m_speed;
    } while (speedOf(m_speed, m_baud) == before);
    const int baud = speedOf(m_speed, m_baud);
    if (hasBytes)
        show(PortTrouble::NoSentences,
             QStringLiteral("bytes come from %1 but no sentences at %2 baud; other speeds are tried")
                 .arg(m_device)
                 .arg(before));
    m_isSpeedFound = false;
    m_bytes = 0;
    m_sentenceAt = steady_clock::now();
    Q_EMIT interrupted();
    if (m_port.setBaudRate(baud)) m_port.clear(QSerialPort::Input);
}

void NmeaPort::show(PortTrouble trouble, const QString& words) {
    const PortState state{trouble, words, m_port.isOpen() ? m_port.baudRate() : 0};
    if (state == m_state) return;
    if (state.trouble != m_state.trouble && !words.isEmpty()) qCWarning(lcPort).noquote() << words;
    m_state = state;
    Q_EMIT stateChanged();
}

}  // namespace fos1::ntp
