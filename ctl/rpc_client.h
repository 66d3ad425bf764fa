// SPDX-License-Identifier: GPL-2.0-or-later
// JSON-RPC 2.0 over the daemon's control socket, one request at a time, blocking: this is a command-line tool. Knows no
// method.
#pragma once

#include <QJsonObject>
#include <QLocalSocket>
#include <QString>

#include "fos1/result.h"

namespace fos1::ctl {

struct RpcFailure {
    // The daemon's codes.
    static constexpr int kNotFound = -32004;
    static constexpr int kInvalidObject = -32010;
    // Our own.
    static constexpr int kNoDaemon = 1;
    static constexpr int kBroken = 2;  ///< the connection, or what came over it

    int code = kBroken;
    QString message;
    Errors errors;                       ///< data.errors: what is wrong with an object
    std::vector<qsizetype> places = {};  ///< beside `errors`: which of several objects
};

class RpcClient {
   public:
    /// `socket` empty: the default places.
    explicit RpcClient(QString socket) : m_path(std::move(socket)) {}

    /// The result of `method`; connects when needed. Waits 20 s at most: starting a plugin may take more than 10.
    tl::expected<QJsonObject, RpcFailure> call(const QString& method, const QJsonObject& params);

   private:
    [[nodiscard]] std::optional<RpcFailure> connect();

    QString m_path;
    QLocalSocket m_socket;
    qint64 m_lastId = 0;
};

}  // namespace fos1::ctl
