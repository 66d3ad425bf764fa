// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/control_server.h"

#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <QPointer>
#include <algorithm>
#include <tuple>

#include "control/line_socket.h"
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

ControlServer::ControlServer(const RpcDispatcher& dispatcher, QObject* parent)
    : QObject(parent), m_dispatcher(dispatcher) {
    // With these options Qt creates the socket under a temporary name, sets its mode and renames it, so the socket
    // never has a wider mode.
    m_server.setSocketOptions(QLocalServer::UserAccessOption | QLocalServer::GroupAccessOption);
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

RpcCaller ControlServer::callerOf(int fd) const {
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
            return std::tuple(left.caller.mayAct, left.active) < std::tuple(right.caller.mayAct, right.active);
        });
    const auto now = std::chrono::steady_clock::now();
    if (idlest == m_connections.end() || now - idlest->active < kIdle || (idlest->caller.mayAct && !mayAct))
        return false;
    drop(idlest->socket);
    return true;
}

void ControlServer::accept(int fd) {
    const RpcCaller caller = callerOf(fd);
    if (!makeRoomFor(caller.mayAct)) {
        qCWarning(lcControl) << "too many connections on the control socket; refused a new one";
        ::close(fd);
        return;
    }
    auto* socket = new LineSocket(fd, {kMaxLineBytes, kMaxUnreadBytes, kMaxUnanswered}, this);
    m_connections.push_back({socket, caller});
    connect(socket, &LineSocket::line, this, [this, socket](const QByteArray& line) { handle(socket, line); });
    connect(socket, &LineSocket::tooLong, socket, [socket] {
        socket->send(
            R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"the request is longer than 1 MiB"}})");
    });
    connect(socket, &LineSocket::closed, this, [this, socket] { drop(socket); });
}

void ControlServer::handle(LineSocket* socket, const QByteArray& line) {
    const auto connection = std::find_if(m_connections.begin(), m_connections.end(),
                                         [socket](const Connection& each) { return each.socket == socket; });
    if (connection == m_connections.end()) return;
    connection->active = std::chrono::steady_clock::now();
    const QByteArray request = line.trimmed();
    if (request.isEmpty()) return;
    const auto send = [this, peer = QPointer<LineSocket>(socket),
                       waits = socket->expectAnswer()](const QByteArray& response) {
        if (!peer) return;
        limitUnread();
        peer->send(response);
    };
    const RpcCaller caller = connection->caller;
    m_dispatcher.handle(request, caller, send);
}

/// Before an answer is added, so that one that is larger than the limit is sent too.
void ControlServer::limitUnread() {
    qint64 total = 0;
    for (const Connection& each : m_connections) total += each.socket->unread();
    if (total <= kMaxUnreadTotal) return;
    const auto worst = std::max_element(
        m_connections.begin(), m_connections.end(),
        [](const auto& left, const auto& right) { return left.socket->unread() < right.socket->unread(); });
    qCWarning(lcControl) << "closed a connection to the control socket that does not read its answers";
    drop(worst->socket);
}

void ControlServer::drop(LineSocket* socket) {
    std::erase_if(m_connections, [socket](const Connection& each) { return each.socket == socket; });
    socket->disconnect(this);
    socket->deleteLater();
}

}  // namespace fos1::host
