// SPDX-License-Identifier: GPL-2.0-or-later
// The control socket: JSON-RPC lines over a Unix socket of mode 0660, with bounded input, output and connections and
// the peer's credentials checked. Must not know any method.
#pragma once

#include <QLocalServer>
#include <QObject>
#include <QTimer>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "control/json_rpc.h"
#include "fos1/result.h"

namespace fos1::host {

class LineSocket;

class ControlServer : public QObject {
    Q_OBJECT
   public:
    static constexpr qsizetype kMaxLineBytes = 1 << 20;
    static constexpr qint64 kMaxUnreadBytes = 8 << 20;   ///< of responses; above this no more requests are read
    static constexpr qint64 kMaxUnreadTotal = 32 << 20;  ///< of all connections; above this, one is closed
    static constexpr int kMaxUnanswered = 64;            ///< requests of one connection at a time
    static constexpr int kMaxConnections = 64;
    static constexpr int kReserved = 8;  ///< of them, for those who may act
    /// A connection may be closed for another one when it was idle for so long.
    static constexpr std::chrono::seconds kIdle{60};

    /// `dispatcher` must outlive the server.
    explicit ControlServer(const RpcDispatcher& dispatcher, QObject* parent = nullptr);
    ~ControlServer() override;

    /// Listens at `path` and replaces a socket left behind there (the caller holds the lock on the state directory).
    /// Members of `group`, if given, may connect and act.
    Result<void> listen(const QString& path, const QString& group);

   Q_SIGNALS:
    /// The socket was gone and is there again, for people.
    void reopened(const QString& why);

   private:
    struct Connection {
        LineSocket* socket = nullptr;  ///< a child of the server
        RpcCaller caller;
        std::chrono::steady_clock::time_point active = std::chrono::steady_clock::now();
    };
    /// Qt accepts; what it makes of a connection would be closed as soon as the peer has sent its end.
    class Listener final : public QLocalServer {
       public:
        explicit Listener(ControlServer& server) : m_server(server) {}

       protected:
        void incomingConnection(quintptr fd) override { m_server.accept(static_cast<int>(fd)); }

       private:
        ControlServer& m_server;
    };

    Result<void> open();
    void lookAfterSocket();
    void accept(int fd);
    [[nodiscard]] bool makeRoomFor(bool mayAct);
    void handle(LineSocket* socket, const QByteArray& line);
    void limitUnread();
    void drop(LineSocket* socket);
    [[nodiscard]] RpcCaller callerOf(int fd) const;

    const RpcDispatcher& m_dispatcher;
    std::vector<Connection> m_connections;
    Listener m_server{*this};
    std::optional<unsigned> m_group;
    QString m_path;
    std::pair<quint64, quint64> m_place;  ///< device and inode of the socket
    QTimer m_look;
    QString m_trouble;  ///< the last one; it is logged once
};

}  // namespace fos1::host
