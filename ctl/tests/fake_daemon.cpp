// SPDX-License-Identifier: GPL-2.0-or-later
#include "fake_daemon.h"

#include <QJsonDocument>
#include <QLocalSocket>

FakeDaemon::FakeDaemon() {
    connect(&m_server, &QLocalServer::newConnection, this, [this] {
        QLocalSocket* client = m_server.nextPendingConnection();
        connect(client, &QLocalSocket::disconnected, client, &QObject::deleteLater);
        connect(client, &QLocalSocket::readyRead, this, [this, client] { serve(client); });
    });
    if (!m_server.listen(socket())) qFatal("cannot listen on %s", qPrintable(socket()));
}

void FakeDaemon::refuse(const QString& method, int code, const QString& message, const QJsonObject& data) {
    QJsonObject error{{QStringLiteral("code"), code}, {QStringLiteral("message"), message}};
    if (!data.isEmpty()) error.insert(QStringLiteral("data"), data);
    m_answers[method] = {{QStringLiteral("error"), error}};
}

void FakeDaemon::serve(QLocalSocket* client) {
    while (client->canReadLine()) {
        const QJsonObject request = QJsonDocument::fromJson(client->readLine()).object();
        const QString method = request.value(u"method").toString();
        m_requests.push_back({method, request.value(u"params").toObject()});
        if (m_raw && m_raw->isEmpty()) return client->disconnectFromServer();
        const auto found = m_answers.find(method);
        QJsonObject answer =
            found != m_answers.end()
                ? found->second
                : QJsonObject{{QStringLiteral("error"),
                               QJsonObject{{QStringLiteral("code"), -32601}, {QStringLiteral("message"), method}}}};
        answer.insert(QStringLiteral("jsonrpc"), QStringLiteral("2.0"));
        answer.insert(QStringLiteral("id"), request.value(u"id"));
        client->write((m_raw ? *m_raw : QJsonDocument(answer).toJson(QJsonDocument::Compact)) + '\n');
    }
}
