// SPDX-License-Identifier: GPL-2.0-or-later
#include "serving/time_questions.h"

#include <QNetworkDatagram>
#include <QRandomGenerator>
#include <QtEndian>

namespace fos1::ntp {

namespace {

constexpr qsizetype kHeader = 48;
constexpr quint8 kVersion4Client = 4 << 3 | 3;
constexpr int kServerMode = 4;
constexpr qint64 kNtpToUnix = 2'208'988'800;
constexpr qsizetype kOriginate = 24;
constexpr qsizetype kTransmit = 40;

/// Seconds since 1900, 32 bits, and a fraction (RFC 5905, section 6); before the year 2104.
qint64 nanosecondsOf(quint64 timestamp) {
    if (timestamp == 0) return 0;
    const qint64 era = (timestamp >> 63) == 0 ? qint64{1} << 32 : 0;
    const qint64 seconds = static_cast<qint64>(timestamp >> 32) + era - kNtpToUnix;
    return seconds * 1'000'000'000 + static_cast<qint64>(((timestamp & 0xffffffff) * 1'000'000'000) >> 32);
}

QHostAddress hostAddress(const IpAddress& address) {
    if (address.family == AddressFamily::Inet4) return QHostAddress(qFromBigEndian<quint32>(address.bytes.data()));
    return QHostAddress(address.bytes.data());
}

std::optional<IpAddress> ipAddress(const QHostAddress& address) {
    if (address.protocol() == QAbstractSocket::IPv4Protocol) {
        const quint32 bytes = qToBigEndian(address.toIPv4Address());
        return IpAddress::fromBytes(&bytes, sizeof bytes);
    }
    const Q_IPV6ADDR bytes = address.toIPv6Address();
    return IpAddress::fromBytes(bytes.c, sizeof bytes.c);
}

}  // namespace

std::optional<TimeReference> readAnswer(const QByteArray& packet, quint64 nonce) {
    if (packet.size() < kHeader || (packet[0] & 7) != kServerMode) return {};
    const auto* bytes = reinterpret_cast<const uchar*>(packet.constData());
    if (qFromBigEndian<quint64>(bytes + kOriginate) != nonce) return {};
    return TimeReference{bytes[0] >> 6, bytes[1], qFromBigEndian<quint32>(bytes + 12),
                         nanosecondsOf(qFromBigEndian<quint64>(bytes + 16))};
}

TimeQuestions::TimeQuestions(QObject* parent) : QObject(parent) {
    m_patience.setSingleShot(true);
    m_patience.setInterval(kPatience);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        const auto silent = std::exchange(m_asked, {});
        for (const auto& [address, nonce] : silent) Q_EMIT unanswered(address, QStringLiteral("does not answer"));
        Q_EMIT finished();
    });
}

TimeQuestions::~TimeQuestions() = default;

void TimeQuestions::ask(const std::vector<IpAddress>& addresses, quint16 port) {
    m_port = port;
    std::map<IpAddress, QString> unsent;
    for (const IpAddress& address : addresses) {
        const quint64 nonce = QRandomGenerator::system()->generate64() | 1;
        QByteArray request(kHeader, '\0');
        request[0] = static_cast<char>(kVersion4Client);
        qToBigEndian(nonce, request.data() + kTransmit);
        QUdpSocket& socket = socketOf(address.family);
        if (socket.writeDatagram(request, hostAddress(address), port) == request.size())
            m_asked[address] = nonce;
        else
            unsent[address] = QStringLiteral("cannot be asked: %1").arg(socket.errorString());
    }
    m_patience.start();
    for (const auto& [address, why] : unsent) Q_EMIT unanswered(address, why);
    finishIfDone();
}

void TimeQuestions::cancel() {
    m_asked.clear();
    m_patience.stop();
}

QUdpSocket& TimeQuestions::socketOf(AddressFamily family) {
    std::unique_ptr<QUdpSocket>& socket = family == AddressFamily::Inet4 ? m_inet4 : m_inet6;
    if (!socket) {
        socket = std::make_unique<QUdpSocket>();
        socket->bind(family == AddressFamily::Inet4 ? QHostAddress::AnyIPv4 : QHostAddress::AnyIPv6);
        connect(socket.get(), &QUdpSocket::readyRead, this, [this, raw = socket.get()] { read(*raw); });
    }
    return *socket;
}

void TimeQuestions::read(QUdpSocket& socket) {
    for (int most = 256; most > 0 && socket.hasPendingDatagrams(); --most) {
        const QNetworkDatagram datagram = socket.receiveDatagram(kHeader * 4);
        const auto address = ipAddress(datagram.senderAddress());
        const auto asked = address ? m_asked.find(*address) : m_asked.end();
        if (asked == m_asked.end() || datagram.senderPort() != m_port) continue;
        const auto reference = readAnswer(datagram.data(), asked->second);
        if (!reference) continue;
        m_asked.erase(asked);
        Q_EMIT answered(*address, *reference);
    }
    finishIfDone();
}

void TimeQuestions::finishIfDone() {
    if (!m_asked.empty() || !m_patience.isActive()) return;
    m_patience.stop();
    QTimer::singleShot(0, this, &TimeQuestions::finished);
}

}  // namespace fos1::ntp
