// SPDX-License-Identifier: GPL-2.0-or-later
#include "api_types.h"

#include <QByteArrayList>
#include <QJsonDocument>

#include "transfer.h"

namespace fos1::kube {

QString ResourceType::path(const QString& ns, const QString& name, const QString& subresource) const {
    const bool isCore = !apiVersion.contains(u'/');
    QString path = (isCore ? QStringLiteral("/api/") : QStringLiteral("/apis/")) + apiVersion;
    if (isNamespaced && !ns.isEmpty()) path += QStringLiteral("/namespaces/") + ns;
    path += u'/' + plural;
    if (!name.isEmpty()) path += u'/' + name;
    if (!subresource.isEmpty()) path += u'/' + subresource;
    return path;
}

QJsonObject ApiReply::json() const { return QJsonDocument::fromJson(body).object(); }

ApiReply replyOf(const HttpEnd& end, const QByteArray& body) {
    ApiReply reply{end.status, body, end.retryAfter, {}, false};
    if (end.status == 0)
        reply.problem = end.problem;
    else if (end.status < 200 || end.status >= 300)
        reply.problem = problemOf(end.status, body);
    else if (!end.problem.isEmpty())
        reply.problem = QStringLiteral("the answer was cut off: ") + end.problem;
    return reply;
}

QString problemOf(int status, const QByteArray& body) {
    constexpr qsizetype kMaxText = 1000;
    QString text = QJsonDocument::fromJson(body).object().value(QStringLiteral("message")).toString();
    if (text.isEmpty()) text = QString::fromUtf8(body.split('\n').first());
    text = text.left(kMaxText).simplified();
    return text.isEmpty() ? QStringLiteral("HTTP status %1").arg(status)
                          : QStringLiteral("%1 (HTTP status %2)").arg(text).arg(status);
}

}  // namespace fos1::kube
