// SPDX-License-Identifier: GPL-2.0-or-later
// curl(1) as a client of the fake API server, to check answers as they are on the wire.
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QMap>
#include <QStringList>

#include "kube_server.h"

namespace fos1::fakes {

/// The parsed output of `curl -i`.
struct HttpAnswer {
    QByteArray status;  ///< "HTTP/2 200"
    QMap<QByteArray, QByteArray> headers;
    QByteArray body;   ///< without trailing white space
    int exitCode = 0;  ///< curl's

    static HttpAnswer parse(QByteArray text);
    [[nodiscard]] int code() const { return status.split(' ').value(1).toInt(); }
    [[nodiscard]] QJsonObject json() const;
};

class KubeCurl {
   public:
    explicit KubeCurl(const KubeServer& server) : token(server.token()), m_server(server) {}

    /// Sends a request and waits for the complete answer.
    HttpAnswer ask(const QString& method, const QString& target, const QByteArray& body = {},
                   const QString& contentType = QStringLiteral("application/json")) const;
    /// The command line for it, without "curl".
    [[nodiscard]] QStringList words(const QString& method, const QString& target, const QByteArray& body = {},
                                    const QString& contentType = {}) const;

    QString token;        ///< empty: no Authorization header
    QStringList options;  ///< additional options

   private:
    const KubeServer& m_server;
};

}  // namespace fos1::fakes
