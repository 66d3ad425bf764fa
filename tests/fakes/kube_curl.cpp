// SPDX-License-Identifier: GPL-2.0-or-later
#include "kube_curl.h"

#include <QJsonDocument>

#include "lab.h"

namespace fos1::fakes {

HttpAnswer HttpAnswer::parse(QByteArray text) {
    text.replace('\r', "");
    HttpAnswer answer;
    const qsizetype end = text.contains("\n\n") ? text.indexOf("\n\n") : text.size();
    const QList<QByteArray> lines = text.left(end).split('\n');
    answer.status = lines.front().trimmed();
    for (const QByteArray& line : lines.mid(1))
        answer.headers[line.left(line.indexOf(':'))] = line.mid(line.indexOf(':') + 1).trimmed();
    answer.body = text.mid(end + 2).trimmed();
    return answer;
}

QJsonObject HttpAnswer::json() const { return QJsonDocument::fromJson(body).object(); }

QStringList KubeCurl::words(const QString& method, const QString& target, const QByteArray& body,
                            const QString& contentType) const {
    QStringList words{"-sSiN", "--cacert", m_server.caFile(), "-X", method, m_server.url() + target};
    if (!token.isEmpty()) words += {"-H", QStringLiteral("Authorization: Bearer ") + token};
    if (!body.isEmpty())
        words += {"-H", QStringLiteral("Content-Type: ") + contentType, "--data-binary", QString::fromUtf8(body)};
    return words + options;
}

HttpAnswer KubeCurl::ask(const QString& method, const QString& target, const QByteArray& body,
                         const QString& contentType) const {
    const lab::CommandResult result =
        lab::run(QStringLiteral("curl"), words(method, target, body, contentType), 30'000);
    HttpAnswer answer = HttpAnswer::parse(result.output);
    answer.exitCode = result.exitCode;
    return answer;
}

}  // namespace fos1::fakes
