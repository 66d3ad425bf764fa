// SPDX-License-Identifier: GPL-2.0-or-later
#include "kea/kea_socket.h"

#include <QFileInfo>

namespace fos1::dhcp {

namespace {

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

KeaSocket::~KeaSocket() {
    // Closing it must not call back.
    if (m_socket) m_socket->disconnect(this);
}

void KeaSocket::send(const QByteArray& command) {
    m_socket = std::make_unique<QLocalSocket>();
    m_socket->setReadBufferSize(kReadAtOnce);
    QLocalSocket* const socket = m_socket.get();
    connect(socket, &QLocalSocket::readyRead, this, &KeaSocket::read);
    connect(socket, &QLocalSocket::disconnected, this, &KeaSocket::closed, Qt::QueuedConnection);
    connect(socket, &QLocalSocket::errorOccurred, this, &KeaSocket::failed, Qt::QueuedConnection);
    connect(socket, &QLocalSocket::connected, this, [socket, command] { socket->write(command); });
    socket->connectToServer(place());
}

void KeaSocket::drop() {
    m_socket->disconnect(this);
    // Its own signal may be what called us.
    m_socket->abort();
    m_socket.release()->deleteLater();
}

void KeaSocket::read() {
    if (isWaiting()) received(m_socket->read(kReadAtOnce));
}

void KeaSocket::closed() {
    const QLocalSocket* const socket = m_socket.get();
    if (!isWaiting() || sender() != socket) return;
    while (m_socket.get() == socket && socket->bytesAvailable() > 0) read();
    if (m_socket.get() == socket) complete();
}

void KeaSocket::failed(QLocalSocket::LocalSocketError error) {
    if (!isWaiting() || sender() != m_socket.get()) return;
    // The end of an answer.
    if (error == QLocalSocket::PeerClosedError) return;
    const Error problem = connectionError(place(), error, m_socket->errorString());
    fail(problem.code, problem.message);
}

}  // namespace fos1::dhcp
