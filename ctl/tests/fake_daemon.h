// SPDX-License-Identifier: GPL-2.0-or-later
// A control socket that returns configured answers and records the requests.
#pragma once

#include <QJsonObject>
#include <QLocalServer>
#include <QTemporaryDir>
#include <map>
#include <vector>

class FakeDaemon : public QObject {
    Q_OBJECT
   public:
    struct Request {
        QString method;
        QJsonObject params;
    };

    FakeDaemon();

    [[nodiscard]] QString socket() const { return m_directory.filePath(QStringLiteral("control.sock")); }
    void answer(const QString& method, const QJsonObject& result) {
        m_answers[method] = {{QStringLiteral("result"), result}};
    }
    void refuse(const QString& method, int code, const QString& message, const QJsonObject& data = {});
    /// Sends `line` in answer to any request; an empty line closes the connection instead.
    void answerRaw(const QByteArray& line) { m_raw = line; }

    [[nodiscard]] const std::vector<Request>& requests() const { return m_requests; }

   private:
    void serve(QLocalSocket* client);

    QTemporaryDir m_directory;
    QLocalServer m_server;
    std::map<QString, QJsonObject> m_answers;
    std::optional<QByteArray> m_raw;
    std::vector<Request> m_requests;
};
