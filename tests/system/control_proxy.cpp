// SPDX-License-Identifier: GPL-2.0-or-later
#include "control_proxy.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <memory>

namespace fos1::system {

ControlProxy::ControlProxy(const QString& path, QString server, Watch watch)
    : m_serverPath(std::move(server)), m_watch(std::move(watch)) {
    connect(&m_server, &QLocalServer::newConnection, this, &ControlProxy::accept);
    if (!m_server.listen(path)) qFatal("%s", qPrintable(m_server.errorString()));
}

void ControlProxy::accept() {
    QLocalSocket* const client = m_server.nextPendingConnection();
    connect(client, &QLocalSocket::disconnected, client, &QObject::deleteLater);
    const auto received = std::make_shared<QByteArray>();
    connect(client, &QLocalSocket::readyRead, this, [this, client, received] {
        *received += client->readAll();
        const QString command = QJsonDocument::fromJson(*received)[u"command"].toString();
        if (command.isEmpty()) return;
        const QByteArray request = std::exchange(*received, {});
        m_commands.append(command);
        forward(client, request, command);
    });
}

void ControlProxy::forward(QLocalSocket* client, const QByteArray& request, const QString& command) {
    const int number = static_cast<int>(m_commands.size());
    m_watch(number, command, Moment::Before);
    auto* const server = new QLocalSocket(client);
    const auto answer = std::make_shared<QByteArray>();
    connect(server, &QLocalSocket::readyRead, client, [server, answer] { *answer += server->readAll(); });
    const auto end = [this, client, answer, number, command] {
        if (!answer->isEmpty()) m_watch(number, command, Moment::After);
        client->write(*answer);
        client->disconnectFromServer();
    };
    connect(server, &QLocalSocket::disconnected, client, end);
    connect(server, &QLocalSocket::errorOccurred, client, [server, end](QLocalSocket::LocalSocketError error) {
        if (error != QLocalSocket::PeerClosedError && server->state() != QLocalSocket::ConnectedState) end();
    });
    connect(server, &QLocalSocket::connected, server, [server, request] { server->write(request); });
    server->connectToServer(m_serverPath);
}

}  // namespace fos1::system
