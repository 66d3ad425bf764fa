// SPDX-License-Identifier: GPL-2.0-or-later
// A control socket whose answers a test decides, for what no real Kea does on request: half answers, silence, wrong
// types, and a configuration that changes between two commands.
#pragma once

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocalServer>
#include <QLocalSocket>
#include <QTemporaryDir>
#include <functional>

#include "kea/json_span.h"

namespace fos1::dhcp {

class ScriptedKea final : public QObject {
   public:
    /// The answer to a command; null: none, and the connection stays open.
    using Answer = std::function<QByteArray(const QString& command, const QByteArray& request)>;

    explicit ScriptedKea(Answer answer) : m_answer(std::move(answer)) {
        if (!m_server.listen(path())) qFatal("%s", qPrintable(m_server.errorString()));
        connect(&m_server, &QLocalServer::newConnection, this, [this] {
            QLocalSocket* const socket = m_server.nextPendingConnection();
            connect(socket, &QLocalSocket::readyRead, this, [this, socket] { serve(*socket); });
        });
    }

    [[nodiscard]] QString path() const { return m_dir.filePath(QStringLiteral("control")); }
    [[nodiscard]] const QStringList& commands() const { return m_commands; }

   private:
    void serve(QLocalSocket& socket) {
        m_received += socket.readAll();
        if (!parseJson(m_received)) return;
        const QByteArray request = std::exchange(m_received, {});
        const QString command = QJsonDocument::fromJson(request)[u"command"].toString();
        m_commands.append(command);
        const QByteArray answer = m_answer(command, request);
        if (answer.isNull()) return;
        socket.write(answer);
        socket.disconnectFromServer();
    }

    Answer m_answer;
    QTemporaryDir m_dir;
    QLocalServer m_server;
    QByteArray m_received;
    QStringList m_commands;
};

}  // namespace fos1::dhcp
