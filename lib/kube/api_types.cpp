// SPDX-License-Identifier: GPL-2.0-or-later
#include "api_types.h"

#include <QByteArrayList>
#include <QJsonDocument>

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

QString problemOf(int status, const QByteArray& body) {
    constexpr qsizetype kMaxText = 1000;
    QString text = QJsonDocument::fromJson(body).object().value(QStringLiteral("message")).toString();
    if (text.isEmpty()) text = QString::fromUtf8(body.split('\n').first());
    text = text.left(kMaxText).simplified();
    return text.isEmpty() ? QStringLiteral("HTTP status %1").arg(status)
                          : QStringLiteral("%1 (HTTP status %2)").arg(text).arg(status);
}

}  // namespace fos1::kube
