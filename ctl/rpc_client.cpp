// SPDX-License-Identifier: GPL-2.0-or-later
#include "rpc_client.h"

#include <QDeadlineTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QStringList>
#include <chrono>

#include "socket_paths.h"

namespace fos1::ctl {
namespace {

using std::chrono::seconds;

constexpr seconds kTimeout{20};
constexpr qint64 kMaxAnswer = 64 * 1024 * 1024;

RpcFailure broken(const QString& message) { return {RpcFailure::kBroken, message, {}}; }

/// Why no socket in `tried` led to a daemon.
RpcFailure noDaemon(const QStringList& tried, const QStringList& forbidden) {
    if (!forbidden.isEmpty())
        return broken(QStringLiteral("no permission to use %1; root may use it, and so may the members of "
                                     "the group that control.group of host.yaml names")
                          .arg(forbidden.join(QStringLiteral(", "))));
    return {
        RpcFailure::kNoDaemon,
        QStringLiteral("no fos1-hostd answers; tried:\n  %1\nStart one with `fos1-hostd --config FILE` (`make run` in "
                       "the source tree), or name its socket with --socket.")
            .arg(tried.join(QStringLiteral("\n  "))),
        {}};
}

RpcFailure failureOf(const QJsonObject& error) {
    RpcFailure failure{error.value(u"code").toInt(), error.value(u"message").toString(), {}, {}};
    for (const QJsonValue item : error.value(u"data").toObject().value(u"errors").toArray()) {
        failure.errors.push_back({ErrorCode::InvalidInput, item.toObject().value(u"message").toString(),
                                  item.toObject().value(u"path").toString()});
        failure.places.push_back(item.toObject().value(u"index").toInt());
    }
    return failure;
}

}  // namespace

std::optional<RpcFailure> RpcClient::connect() {
    if (m_socket.state() == QLocalSocket::ConnectedState) return std::nullopt;
    QStringList tried;
    QStringList forbidden;
    for (const QString& path : socketCandidates(m_path)) {
        m_socket.connectToServer(path);
        if (m_socket.waitForConnected(static_cast<int>(std::chrono::milliseconds(kTimeout).count())))
            return std::nullopt;
        const bool isAbsent = m_socket.error() == QLocalSocket::ServerNotFoundError;
        if (m_socket.error() == QLocalSocket::SocketAccessError) forbidden << path;
        tried << path + (isAbsent ? QStringLiteral(" (does not exist)") : QStringLiteral(" (nothing is listening)"));
        m_socket.abort();
    }
    return noDaemon(tried, forbidden);
}

tl::expected<QJsonObject, RpcFailure> RpcClient::call(const QString& method, const QJsonObject& params) {
    if (const auto failure = connect()) return tl::unexpected(*failure);
    const qint64 id = ++m_lastId;
    const QJsonObject request{{QStringLiteral("jsonrpc"), QStringLiteral("2.0")},
                              {QStringLiteral("id"), id},
                              {QStringLiteral("method"), method},
                              {QStringLiteral("params"), params}};
    m_socket.write(QJsonDocument(request).toJson(QJsonDocument::Compact) + '\n');

    const QDeadlineTimer deadline(kTimeout);
    while (!m_socket.canReadLine()) {
        if (m_socket.bytesAvailable() > kMaxAnswer)
            return tl::unexpected(broken(QStringLiteral("the answer is too large")));
        if (m_socket.waitForReadyRead(static_cast<int>(deadline.remainingTime()))) continue;
        return tl::unexpected(broken(deadline.hasExpired() ? QStringLiteral("the daemon did not answer within 20 s")
                                                           : QStringLiteral("the daemon closed the connection")));
    }
    const QJsonObject answer = QJsonDocument::fromJson(m_socket.readLine()).object();
    if (answer.value(u"error").isObject()) return tl::unexpected(failureOf(answer.value(u"error").toObject()));
    if (answer.value(u"id").toInteger() != id || !answer.value(u"result").isObject())
        return tl::unexpected(broken(QStringLiteral("the daemon's answer is not JSON-RPC")));
    return answer.value(u"result").toObject();
}

}  // namespace fos1::ctl
