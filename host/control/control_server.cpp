// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/control_server.h"

#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <QLocalSocket>
#include <QPointer>
#include <vector>

#include "fos1/logging.h"

namespace fos1::host {

namespace {
FOS1_LOG(lcControl, "host.control")
}

ControlServer::ControlServer(const RpcDispatcher& dispatcher, QObject* parent)
    : QObject(parent), m_dispatcher(dispatcher) {
    // Qt then makes the socket under another name, sets its mode and renames it: no moment with a wider mode.
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
            qCWarning(lcControl) << "too many connections on the control socket; one is refused";
            delete socket;
            continue;
        }
        ++m_connections;
        const RpcCaller caller = callerOf(*socket);
        socket->setReadBufferSize(kMaxLineBytes + 1);
        connect(socket, &QObject::destroyed, this, [this] { --m_connections; });
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        connect(socket, &QLocalSocket::readyRead, this, [this, socket, caller] { read(socket, caller); });
        connect(socket, &QLocalSocket::bytesWritten, this, [this, socket, caller] { read(socket, caller); });
        read(socket, caller);
    }
}

void ControlServer::read(QLocalSocket* socket, const RpcCaller& caller) {
    const QPointer<QLocalSocket> alive(socket);
    while (alive && socket->bytesToWrite() < kMaxUnreadBytes && socket->canReadLine()) {
        const QByteArray line = socket->readLine(kMaxLineBytes + 1).trimmed();
        if (line.isEmpty()) continue;
        m_dispatcher.handle(line, caller, [alive](const QByteArray& response) {
            if (!alive) return;
            alive->write(response);
            alive->write("\n");
        });
    }
    if (alive && !socket->canReadLine() && socket->bytesAvailable() > kMaxLineBytes) {
        qCWarning(lcControl) << "a request on the control socket is longer than 1 MiB; the connection is closed";
        socket->write(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"request longer than 1 MiB"}})"
                      "\n");
        socket->readAll();
        socket->disconnectFromServer();
    }
}

}  // namespace fos1::host
