// SPDX-License-Identifier: GPL-2.0-or-later
#include "load_balancer.h"

#include <QHostAddress>
#include <utility>

namespace fos1::fakes {

LoadBalancer::LoadBalancer(std::vector<quint16> servers) : m_servers(std::move(servers)) {
    connect(&m_listener, &QTcpServer::newConnection, this, &LoadBalancer::accept);
    if (!m_listener.listen(QHostAddress::LocalHost)) qFatal("no port");
}

void LoadBalancer::accept() {
    while (QTcpSocket* client = m_listener.nextPendingConnection()) {
        connect(client, &QTcpSocket::disconnected, client, &QObject::deleteLater);
        connectNext(client, 0);
    }
}

void LoadBalancer::connectNext(QTcpSocket* client, std::size_t attempt) {
    if (attempt == m_servers.size()) return client->abort();
    const quint16 port = m_servers[m_next++ % m_servers.size()];
    auto* server = new QTcpSocket(client);
    connect(server, &QTcpSocket::connected, client, [this, client, server, port] {
        ++m_connections[port];
        join(client, server);
    });
    connect(server, &QTcpSocket::errorOccurred, client, [this, client, server, attempt] {
        if (server->property("isJoined").toBool()) return client->abort();
        server->deleteLater();
        connectNext(client, attempt + 1);
    });
    server->connectToHost(QHostAddress(QHostAddress::LocalHost), port);
}

void LoadBalancer::join(QTcpSocket* client, QTcpSocket* server) {
    server->setProperty("isJoined", true);
    for (const auto& [from, to] : {std::pair(client, server), std::pair(server, client)}) {
        from->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        connect(from, &QTcpSocket::readyRead, to, [from = from, to = to] { to->write(from->readAll()); });
    }
    connect(server, &QTcpSocket::disconnected, client, [client] { client->abort(); });
    if (client->bytesAvailable() > 0) server->write(client->readAll());
}

void LoadBalancer::rebalance() {
    const QList<QTcpSocket*> clients = m_listener.findChildren<QTcpSocket*>(Qt::FindDirectChildrenOnly);
    for (QTcpSocket* client : clients) client->abort();
}

}  // namespace fos1::fakes
