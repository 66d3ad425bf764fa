// SPDX-License-Identifier: GPL-2.0-or-later
// JSON-RPC 2.0 over the daemon's control socket. One request at a time, blocking, because this is a command-line tool.
// Must not know any method.
#pragma once

#include <QJsonObject>
#include <QLocalSocket>
#include <QString>

#include "fos1/result.h"

namespace fos1::ctl {

struct RpcFailure {
    // Codes of the daemon.
    static constexpr int kNotFound = -32004;
    static constexpr int kInvalidObject = -32010;
    // Codes of this client.
    static constexpr int kNoDaemon = 1;
    static constexpr int kBroken = 2;  ///< the connection failed, or it carried an invalid response

    int code = kBroken;
    QString message;
    Errors errors;                       ///< data.errors: what is wrong with an object
    std::vector<qsizetype> places = {};  ///< matches `errors`: the index of the object
};

class RpcClient {
   public:
    /// `socket` empty: the default paths.
    explicit RpcClient(QString socket) : m_path(std::move(socket)) {}

    /// The result of `method`. Connects when needed. Waits at most 20 s, because starting a plugin may take more than
    /// 10.
    tl::expected<QJsonObject, RpcFailure> call(const QString& method, const QJsonObject& params);

   private:
    [[nodiscard]] std::optional<RpcFailure> connect();

    QString m_path;
    QLocalSocket m_socket;
    qint64 m_lastId = 0;
};

}  // namespace fos1::ctl
