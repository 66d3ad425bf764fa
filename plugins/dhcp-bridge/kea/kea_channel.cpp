// SPDX-License-Identifier: GPL-2.0-or-later
#include "kea/kea_channel.h"

#include <QFileInfo>

namespace fos1::dhcp {

namespace {

/// In one turn of the event loop.
constexpr qint64 kReadAtOnce = qint64{1024} * 1024;

/// As in chmod(1).
QString modeOf(const QFileInfo& info) {
    const int bits = static_cast<int>(info.permissions());
    const int mode = ((bits >> 12) & 7) << 6 | ((bits >> 4) & 7) << 3 | (bits & 7);
    return QStringLiteral("%1").arg(mode, 4, 8, QLatin1Char('0'));
}

}  // namespace

Error connectionError(const QString& path, QLocalSocket::LocalSocketError error, const QString& words) {
    using Socket = QLocalSocket;
    if (error == Socket::ServerNotFoundError)
        return {ErrorCode::NotFound,
                QStringLiteral("there is no such socket; start Kea, with this path as \"socket-name\" of its "
                               "\"control-socket\""),
                path};
    if (error == Socket::ConnectionRefusedError)
        return {ErrorCode::Io, QStringLiteral("nothing listens at this socket: Kea has stopped"), path};
    if (error == Socket::SocketAccessError) {
        const QFileInfo info(path);
        const QString rights =
            info.exists()
                ? QStringLiteral("it belongs to %1:%2 with mode %3").arg(info.owner(), info.group(), modeOf(info))
                : QStringLiteral("its directory may not be entered");
        return {ErrorCode::Refused,
                QStringLiteral("the socket may not be opened: %1; run the host as a user of that group").arg(rights),
                path};
    }
    return {ErrorCode::Io, words, path};
}

KeaChannel::~KeaChannel() {
    // Closing it must not call back.
    if (m_socket) m_socket->disconnect(this);
}

void KeaChannel::ask(const QByteArray& command, std::chrono::milliseconds patience, Answered answered) {
    Q_ASSERT(!m_answered);
    m_answered = std::move(answered);
    m_received.clear();
    m_socket = std::make_unique<QLocalSocket>();
    m_socket->setReadBufferSize(kReadAtOnce);
    QLocalSocket* const socket = m_socket.get();
    connect(socket, &QLocalSocket::readyRead, this, &KeaChannel::read);
    connect(socket, &QLocalSocket::disconnected, this, &KeaChannel::closed, Qt::QueuedConnection);
    connect(socket, &QLocalSocket::errorOccurred, this, &KeaChannel::failed, Qt::QueuedConnection);
    connect(socket, &QLocalSocket::connected, this, [socket, command] { socket->write(command); });
    for (const auto& [timer, time] : {std::pair(&m_quiet, patience), {&m_deadline, kMostPatience * patience}}) {
        timer->setSingleShot(true);
        timer->disconnect();
        connect(timer, &QTimer::timeout, this, [this, seconds = std::chrono::duration<double>(time).count()] {
            end(failure(ErrorCode::Timeout, QStringLiteral("no complete answer within %1 s").arg(seconds), m_path));
        });
        timer->start(time);
    }
    socket->connectToServer(m_path);
}

void KeaChannel::read() {
    if (!m_answered) return;
    m_received += m_socket->read(kReadAtOnce);
    m_quiet.start();
    if (m_received.size() > kMostBytes)
        end(failure(ErrorCode::Protocol, QStringLiteral("the answer is longer than %1 bytes").arg(kMostBytes), m_path));
}

void KeaChannel::closed() {
    if (!m_answered || sender() != m_socket.get()) return;
    while (m_answered && m_socket->bytesAvailable() > 0) read();
    if (m_answered) end(std::exchange(m_received, {}));
}

void KeaChannel::failed(QLocalSocket::LocalSocketError error) {
    if (!m_answered || sender() != m_socket.get()) return;
    // The end of an answer.
    if (error == QLocalSocket::PeerClosedError) return;
    end(tl::unexpected(connectionError(m_path, error, m_socket->errorString())));
}

void KeaChannel::end(const Result<QByteArray>& answer) {
    m_quiet.stop();
    m_deadline.stop();
    m_socket->disconnect(this);
    // Its own signal may be what called us.
    m_socket->abort();
    m_socket.release()->deleteLater();
    m_received = {};
    const Answered answered = std::exchange(m_answered, nullptr);
    answered(answer);
}

}  // namespace fos1::dhcp
