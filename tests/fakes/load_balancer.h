// SPDX-License-Identifier: GPL-2.0-or-later
// A TCP proxy in front of several servers, as cloud providers put one in front of API servers: each new connection goes
// to the next server that accepts it. It runs on the event loop of the test.
#pragma once

#include <QTcpServer>
#include <QTcpSocket>
#include <map>
#include <vector>

namespace fos1::fakes {

class LoadBalancer : public QObject {
    Q_OBJECT
   public:
    /// Ports on 127.0.0.1.
    explicit LoadBalancer(std::vector<quint16> servers);

    [[nodiscard]] quint16 port() const { return m_listener.serverPort(); }
    /// Ends all connections without a word (RST), so that each client comes anew and gets the next server.
    void rebalance();
    /// How many connections each server has had, by its port.
    [[nodiscard]] const std::map<quint16, int>& connections() const { return m_connections; }

   private:
    void accept();
    /// Tries each server once.
    void connectNext(QTcpSocket* client, std::size_t attempt);
    void join(QTcpSocket* client, QTcpSocket* server);

    std::vector<quint16> m_servers;
    std::size_t m_next = 0;
    QTcpServer m_listener;
    std::map<quint16, int> m_connections;
};

}  // namespace fos1::fakes
