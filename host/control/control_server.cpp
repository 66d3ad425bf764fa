// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/control_server.h"

#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <QLocalSocket>
#include <QPointer>
#include <memory>
#include <utility>
#include <vector>

#include "fos1/logging.h"

namespace fos1::host {

namespace {
FOS1_LOG(lcControl, "host.control")
}

struct ControlServer::Connection {
    QPointer<QLocalSocket> socket;
    RpcCaller caller;
    bool isSkipping = false;  ///< inside a line that exceeds the limit
};

ControlServer::ControlServer(const RpcDispatcher& dispatcher, QObject* parent)
    : QObject(parent), m_dispatcher(dispatcher) {
    // With these options Qt creates the socket under a temporary name, sets its mode and renames it, so the socket
    // never has a wider mode.
    m_server.setSocketOptions(QLocalServer::UserAccessOption | QLocalServer::GroupAccessOption);
    connect(&m_server, &QLocalServer::newConnection, this, &ControlServer::accept);
}

ControlServer::~ControlServer() { m_server.close(); }

Result<void> ControlServer::listen(const QString& path, const QString& group) {
    if (!group.isEmpty()) {
        const ::group* entry = ::getgrnam(group.toLocal8Bit().constData());
        if (!entry)
            return failure(ErrorCode::NotFound, QStringLiteral("no group \"%1\" on this machine").arg(group),
                           QStringLiteral("control.group"));
        m_group = entry->gr_gid;
    }
    QLocalServer::removeServer(path);
    if (!m_server.listen(path)) return failure(ErrorCode::Io, m_server.errorString(), path);
    const QByteArray native = QFile::encodeName(path);
    const bool isGroupSet = !m_group || ::chown(native.constData(), static_cast<uid_t>(-1), *m_group) == 0;
    if (!isGroupSet || ::chmod(native.constData(), 0660) != 0)
        return failure(ErrorCode::Io, QStringLiteral("cannot set the mode of the control socket"), path);
    return {};
}

RpcCaller ControlServer::callerOf(const QLocalSocket& socket) const {
    const int fd = static_cast<int>(socket.socketDescriptor());
    ucred peer{};
    socklen_t length = sizeof peer;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return {};
    if (peer.uid == 0 || peer.uid == ::geteuid()) return {true};
    if (!m_group) return {};
    if (peer.gid == *m_group) return {true};
    std::vector<gid_t> groups(1024);
    length = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &length) != 0) return {};
    groups.resize(length / sizeof(gid_t));
    return {std::find(groups.begin(), groups.end(), *m_group) != groups.end()};
}

void ControlServer::accept() {
    while (QLocalSocket* socket = m_server.nextPendingConnection()) {
        if (m_connections >= kMaxConnections) {
            qCWarning(lcControl) << "too many connections on the control socket; refused a new one";
            delete socket;
            continue;
        }
        ++m_connections;
        const auto connection = std::make_shared<Connection>(Connection{socket, callerOf(*socket)});
        socket->setReadBufferSize(kMaxLineBytes + 1);
        connect(socket, &QObject::destroyed, this, [this] { --m_connections; });
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        connect(socket, &QLocalSocket::readyRead, this, [this, connection] { read(*connection); });
        connect(socket, &QLocalSocket::bytesWritten, this, [this, connection] { read(*connection); });
        read(*connection);
    }
}

void ControlServer::read(Connection& connection) {
    const QPointer<QLocalSocket> socket = connection.socket;
    const auto send = [socket](const QByteArray& response) {
        if (!socket) return;
        socket->write(response);
        socket->write("\n");
    };
    while (socket && socket->bytesToWrite() < kMaxUnreadBytes) {
        if (!socket->canReadLine()) {
            if (socket->bytesAvailable() <= kMaxLineBytes) return;
            // The line is too long: discard input up to the newline, then reply with an error.
            socket->readAll();
            connection.isSkipping = true;
            continue;
        }
        const QByteArray line = socket->readLine().trimmed();
        if (std::exchange(connection.isSkipping, false))
            send(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"the request is longer than 1 MiB"}})");
        else if (!line.isEmpty())
            m_dispatcher.handle(line, connection.caller, send);
    }
}

}  // namespace fos1::host
