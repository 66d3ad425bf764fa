// SPDX-License-Identifier: GPL-2.0-or-later
#include "update/dns_client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <QRandomGenerator>
#include <QtEndian>
#include <array>

namespace fos1::dns {

namespace {

constexpr std::array<qint64, 3> kUdpPatience{800, 1200, 2000};  // ms
constexpr qint64 kTcpPatience = 15'000;
constexpr qint64 kDoubtPatience = 400;
constexpr qint64 kTick = 50;
constexpr qint64 kIdle = 2000;
constexpr int kMostMessagesATurn = 200;
constexpr qint64 kReadAtOnce = qint64{256} * 1024;
constexpr qsizetype kLengthBytes = 2;

quint16 idOf(const QByteArray& message) { return qFromBigEndian<quint16>(message.constData()); }

}  // namespace

DnsClient::DnsClient() {
    m_clock.start();
    m_tick.setInterval(kTick);
    connect(&m_tick, &QTimer::timeout, this, &DnsClient::tick);
}

DnsClient::~DnsClient() {
    // Closing them must not call back.
    if (m_udp) m_udp->disconnect(this);
    if (m_tcp) m_tcp->disconnect(this);
}

void DnsClient::setServer(const QHostAddress& address, quint16 port) {
    if (address == m_address && port == m_port) return;
    cancel();
    m_address = address;
    m_port = port;
}

QString DnsClient::serverText() const {
    const QString port = QString::number(m_port);
    return m_address.protocol() == QAbstractSocket::IPv6Protocol
               ? u'[' + m_address.toString() + QStringLiteral("]:") + port
               : m_address.toString() + u':' + port;
}

quint16 DnsClient::freeId() const {
    for (;;) {
        const auto id = static_cast<quint16>(QRandomGenerator::system()->bounded(0x10000));
        if (!m_waiting.contains(id)) return id;
    }
}

void DnsClient::ask(const QByteArray& message, Transport transport, Answered answered, Doubts doubts) {
    const quint16 id = idOf(message);
    Q_ASSERT(!m_waiting.contains(id));
    Waiting waiting;
    waiting.message = message;
    waiting.transport = transport;
    waiting.answered = std::move(answered);
    waiting.doubts = std::move(doubts);
    if (const auto own = parseAnswer(message)) {
        waiting.question = own->question.value_or(Question());
        waiting.opcode = own->opcode;
    }
    const auto [at, isNew] = m_waiting.emplace(id, std::move(waiting));
    send(id, at->second);
    m_tick.start();
}

void DnsClient::cancel() {
    m_waiting.clear();
    if (m_udp) m_udp->disconnect(this);
    if (m_udp) m_udp.release()->deleteLater();
    closeTcp();
    m_tick.stop();
}

void DnsClient::send(quint16 /*id*/, Waiting& waiting) {
    ++waiting.sent;
    if (waiting.transport == Transport::Tcp)
        sendTcp(waiting);
    else
        sendUdp(waiting);
}

void DnsClient::sendUdp(Waiting& waiting) {
    waiting.dueAt = m_clock.elapsed() + kUdpPatience.at(static_cast<std::size_t>(waiting.sent - 1));
    if (!m_udp) {
        // A connected socket has a random port of its own, and receives from this server alone.
        m_udp = std::make_unique<QUdpSocket>();
        connect(m_udp.get(), &QUdpSocket::readyRead, this, &DnsClient::readUdp);
        connect(m_udp.get(), &QUdpSocket::errorOccurred, this, &DnsClient::udpRefused, Qt::QueuedConnection);
        m_udp->connectToHost(m_address, m_port);
    }
    m_udp->write(waiting.message);
}

void DnsClient::sendTcp(Waiting& waiting) {
    waiting.dueAt = m_clock.elapsed() + kTcpPatience;
    QByteArray framed(kLengthBytes, '\0');
    qToBigEndian(static_cast<quint16>(waiting.message.size()), framed.data());
    framed += waiting.message;
    if (!m_tcp) {
        m_isTcpUsed = false;
        m_received.clear();
        m_tcp = std::make_unique<QTcpSocket>();
        m_tcp->setReadBufferSize(kReadAtOnce);
        connect(m_tcp.get(), &QTcpSocket::readyRead, this, &DnsClient::readTcp);
        connect(
            m_tcp.get(), &QTcpSocket::errorOccurred, this,
            [this, socket = m_tcp.get()] {
                if (socket == m_tcp.get()) tcpFailed(socket->errorString());
            },
            Qt::QueuedConnection);
        connect(m_tcp.get(), &QTcpSocket::connected, this, [this] {
            // All messages that wait were asked for before the connection was there.
            m_tcp->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        });
        m_tcp->connectToHost(m_address, m_port);
    }
    m_tcp->write(framed);
}

void DnsClient::readUdp() {
    for (int i = 0; i < kMostMessagesATurn && m_udp && m_udp->hasPendingDatagrams(); ++i) {
        QByteArray message(static_cast<qsizetype>(std::max<qint64>(m_udp->pendingDatagramSize(), 0)), '\0');
        const qint64 size = m_udp->readDatagram(message.data(), message.size());
        if (size < 0) return;
        take(message.left(size), Transport::Udp);
    }
}

/// A server that leaves Nagle's algorithm on holds its next answer back until this one is acknowledged, which the
/// kernel would do 40 ms later. The option holds until the next data: tcp(7).
void DnsClient::acknowledge() {
    const int on = 1;
    (void)::setsockopt(static_cast<int>(m_tcp->socketDescriptor()), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

void DnsClient::readTcp() {
    if (!m_tcp) return;
    m_received += m_tcp->read(kReadAtOnce);
    acknowledge();
    qsizetype at = 0;
    for (int i = 0; m_tcp && m_received.size() - at >= kLengthBytes; ++i) {
        if (i == kMostMessagesATurn) {
            QMetaObject::invokeMethod(this, &DnsClient::readTcp, Qt::QueuedConnection);
            break;
        }
        const auto length = static_cast<qsizetype>(qFromBigEndian<quint16>(m_received.constData() + at));
        if (m_received.size() - at < kLengthBytes + length) break;
        const QByteArray message = m_received.mid(at + kLengthBytes, length);
        at += kLengthBytes + length;
        m_isTcpUsed = true;
        take(message, Transport::Tcp);
    }
    m_received.remove(0, std::min(at, m_received.size()));
}

/// Anything that does not answer a message under way is ignored, but its kind is remembered.
void DnsClient::take(const QByteArray& message, Transport transport) {
    if (message.size() < kHeaderBytes) return;
    const auto at = m_waiting.find(idOf(message));
    if (at == m_waiting.end() || at->second.transport != transport) return;
    Waiting& waiting = at->second;
    auto answer = parseAnswer(message);
    if (!answer) {
        waiting.rubbish = answer.error().message;
        return;
    }
    // Servers leave the question out of some refusals.
    const bool isToThis = answer->isResponse && answer->opcode == waiting.opcode &&
                          (!answer->question || *answer->question == waiting.question) &&
                          (answer->question || answer->rcode != 0);
    if (!isToThis) {
        waiting.rubbish = QStringLiteral("the answer is to another question");
        return;
    }
    if (answer->isTruncated && transport == Transport::Udp) {
        waiting.transport = Transport::Tcp;
        sendTcp(waiting);
        return;
    }
    const bool isDoubted = waiting.doubts && waiting.doubts(message, *answer);
    Reply reply{message, std::move(*answer), isDoubted};
    if (isDoubted && transport == Transport::Udp) {
        waiting.doubted = std::move(reply);
        waiting.dueAt = std::min(waiting.dueAt, m_clock.elapsed() + kDoubtPatience);
        return;
    }
    end(at->first, reply);
}

void DnsClient::end(quint16 id, const Result<Reply>& reply) {
    const auto node = m_waiting.extract(id);
    if (m_waiting.empty()) m_idleSince = m_clock.elapsed();
    node.mapped().answered(reply);
}

void DnsClient::tick() {
    const qint64 now = m_clock.elapsed();
    std::vector<quint16> due;
    for (const auto& [id, waiting] : m_waiting)
        if (waiting.dueAt <= now) due.push_back(id);
    for (const quint16 id : due) {
        const auto at = m_waiting.find(id);
        if (at == m_waiting.end()) continue;
        Waiting& waiting = at->second;
        if (waiting.doubted) {
            const Reply reply = *waiting.doubted;
            end(id, reply);
        } else if (waiting.transport == Transport::Udp && waiting.sent < static_cast<int>(kUdpPatience.size())) {
            send(id, waiting);
        } else if (!waiting.rubbish.isEmpty()) {
            end(id, failure(ErrorCode::Protocol, QStringLiteral("no usable answer: %1").arg(waiting.rubbish),
                            serverText()));
        } else {
            const bool isTcp = waiting.transport == Transport::Tcp;
            if (isTcp) closeTcp();
            end(id,
                failure(ErrorCode::Timeout,
                        QStringLiteral("no answer to %1 within %2 s")
                            .arg(isTcp ? QStringLiteral("a message over TCP") : QStringLiteral("3 messages over UDP"))
                            .arg(isTcp ? 15 : 4),
                        serverText()));
        }
    }
    if (!m_waiting.empty()) return;
    if (m_udp) m_udp->disconnect(this);
    if (m_udp) m_udp.release()->deleteLater();
    if (!m_tcp)
        m_tick.stop();
    else if (now - m_idleSince > kIdle)
        closeTcp();
}

void DnsClient::closeTcp() {
    if (!m_tcp) return;
    m_tcp->disconnect(this);
    m_tcp->abort();
    m_tcp.release()->deleteLater();
    m_received.clear();
}

/// A server closes a connection that was idle, which says nothing of the messages that were sent since.
void DnsClient::tcpFailed(const QString& words) {
    const bool isWorthAnother = m_isTcpUsed;
    closeTcp();
    std::vector<quint16> ids;
    for (const auto& [id, waiting] : m_waiting)
        if (waiting.transport == Transport::Tcp) ids.push_back(id);
    for (const quint16 id : ids) {
        const auto at = m_waiting.find(id);
        if (at == m_waiting.end()) continue;
        constexpr int kMostAttempts = 2;
        if (isWorthAnother && at->second.sent < kMostAttempts)
            send(id, at->second);
        else
            end(id, failure(ErrorCode::Io, QStringLiteral("TCP: %1").arg(words), serverText()));
    }
}

/// ICMP says that nobody listens; the messages are sent again in their time, since a server may be starting.
void DnsClient::udpRefused() {
    for (auto& [id, waiting] : m_waiting)
        if (waiting.transport == Transport::Udp && waiting.sent == static_cast<int>(kUdpPatience.size()))
            waiting.dueAt = m_clock.elapsed();
}

}  // namespace fos1::dns
