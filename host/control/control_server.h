// SPDX-License-Identifier: GPL-2.0-or-later
// The control socket: JSON-RPC lines over a Unix socket of mode 0660, with bounded input, output and connections and
// the peer's credentials checked. Must not know any method.
#pragma once

#include <QLocalServer>
#include <QObject>
#include <optional>

#include "control/json_rpc.h"
#include "fos1/result.h"

class QLocalSocket;

namespace fos1::host {

class ControlServer : public QObject {
    Q_OBJECT
   public:
    static constexpr qsizetype kMaxLineBytes = 1 << 20;
    static constexpr qint64 kMaxUnreadBytes = 8 << 20;  ///< of responses; above this no more requests are read
    static constexpr int kMaxConnections = 64;

    /// `dispatcher` must outlive the server.
    explicit ControlServer(const RpcDispatcher& dispatcher, QObject* parent = nullptr);
    ~ControlServer() override;

    /// Listens at `path` and replaces a socket left behind there (the caller holds the lock on the state directory).
    /// Members of `group`, if given, may connect and act.
    Result<void> listen(const QString& path, const QString& group);

   private:
    struct Connection;
    void accept();
    void read(Connection& connection);
    [[nodiscard]] RpcCaller callerOf(const QLocalSocket& socket) const;

    const RpcDispatcher& m_dispatcher;
    QLocalServer m_server;
    std::optional<unsigned> m_group;
    int m_connections = 0;
};

}  // namespace fos1::host
