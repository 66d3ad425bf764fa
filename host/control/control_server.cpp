// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/control_server.h"

#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <QLocalSocket>
#include <QPointer>
#include <algorithm>
#include <tuple>

#include "fos1/logging.h"

namespace fos1::host {

namespace {

FOS1_LOG(lcControl, "host.control")

std::pair<quint64, quint64> placeOf(const QString& path) {
    struct stat info {};
    if (::lstat(QFile::encodeName(path).constData(), &info) != 0) return {};
    return {info.st_dev, info.st_ino};
}

}  // namespace

struct ControlServer::Connection {
    QPointer<QLocalSocket> socket;
    RpcCaller caller;
    std::chrono::steady_clock::time_point active = std::chrono::steady_clock::now();
    bool isSkipping = false;  ///< inside a line that exceeds the limit
};

ControlServer::ControlServer(const RpcDispatcher& dispatcher, QObject* parent)
    : QObject(parent), m_dispatcher(dispatcher) {
    // With these options Qt creates the socket under a temporary name, sets its mode and renames it, so the socket
    // never has a wider mode.
    m_server.setSocketOptions(QLocalServer::UserAccessOption | QLocalServer::GroupAccessOption);
    connect(&m_server, &QLocalServer::newConnection, this, &ControlServer::accept);
    connect(&m_look, &QTimer::timeout, this, &ControlServer::lookAfterSocket);
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
    m_path = path;
    auto opened = open();
    if (opened) m_look.start(std::chrono::seconds(2));
    return opened;
}

Result<void> ControlServer::open() {
    QLocalServer::removeServer(m_path);
    if (!m_server.listen(m_path)) return failure(ErrorCode::Io, m_server.errorString(), m_path);
    const QByteArray native = QFile::encodeName(m_path);
    const bool isGroupSet = !m_group || ::chown(native.constData(), static_cast<uid_t>(-1), *m_group) == 0;
    if (!isGroupSet || ::chmod(native.constData(), 0660) != 0)
        return failure(ErrorCode::Io, QStringLiteral("cannot set the mode of the control socket"), m_path);
    m_place = placeOf(m_path);
    return {};
}

/// Somebody may remove the socket, and without a free descriptor Qt closes a server that should accept.
void ControlServer::lookAfterSocket() {
    const bool isThere = placeOf(m_path) == m_place;
    if (m_server.isListening() && isThere) return;
    const QString why = isThere ? QStringLiteral("a connection could not be accepted: ") + m_server.errorString()
                                : QStringLiteral("somebody removed it");
    m_server.close();
    if (const auto opened = open(); !opened) {
        if (std::exchange(m_trouble, opened.error().text()) != opened.error().text())
            qCWarning(lcControl).noquote() << "the control socket cannot be opened again:" << opened.error().text();
        return;
    }
    m_trouble.clear();
    qCWarning(lcControl).noquote() << "the control socket is open again:" << why;
    Q_EMIT reopened(why);
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

/// Whether there is room. Those who may only read cannot keep out those who may act, and a connection that is idle
/// makes room for a new one.
bool ControlServer::makeRoomFor(bool mayAct) {
    const auto most = static_cast<std::size_t>(kMaxConnections - (mayAct ? 0 : kReserved));
    if (m_connections.size() < most) return true;
    const auto idlest =
        std::min_element(m_connections.begin(), m_connections.end(), [](const auto& left, const auto& right) {
            return std::tuple(left->caller.mayAct, left->active) < std::tuple(right->caller.mayAct, right->active);
        });
    const auto now = std::chrono::steady_clock::now();
    if (idlest == m_connections.end() || now - (*idlest)->active < kIdle || ((*idlest)->caller.mayAct && !mayAct))
        return false;
    const QPointer<QLocalSocket> socket = (*idlest)->socket;
    m_connections.erase(idlest);
    if (socket) socket->abort();
    return true;
}

void ControlServer::accept() {
    while (QLocalSocket* socket = m_server.nextPendingConnection()) {
        const RpcCaller caller = callerOf(*socket);
        if (!makeRoomFor(caller.mayAct)) {
            qCWarning(lcControl) << "too many connections on the control socket; refused a new one";
            delete socket;
            continue;
        }
        const auto connection = m_connections.emplace_back(std::make_shared<Connection>(Connection{socket, caller}));
        socket->setReadBufferSize(kMaxLineBytes + 1);
        connect(socket, &QObject::destroyed, this, [this, connection] { std::erase(m_connections, connection); });
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        connect(socket, &QLocalSocket::readyRead, this, [this, connection] { read(*connection); });
        connect(socket, &QLocalSocket::bytesWritten, this, [this, connection] { read(*connection); });
        read(*connection);
    }
}

void ControlServer::read(Connection& connection) {
    connection.active = std::chrono::steady_clock::now();
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
