// SPDX-License-Identifier: GPL-2.0-or-later
#include "proxy.h"

#include <QHostAddress>
#include <QProcessEnvironment>

namespace fos1::kube {

namespace {

QString either(const std::map<QString, QString>& environment, const QString& name) {
    for (const QString& spelling : {name, name.toLower()})
        if (const auto it = environment.find(spelling); it != environment.end() && !it->second.isEmpty())
            return it->second;
    return {};
}

/// One entry of NO_PROXY: "*", an address, a network, or a domain with or without a leading dot.
bool isExempt(const QString& host, const QString& entry) {
    if (entry == QStringLiteral("*") || entry.compare(host, Qt::CaseInsensitive) == 0) return true;
    const QHostAddress address(host);
    if (!address.isNull()) {
        const auto [network, length] = QHostAddress::parseSubnet(entry);
        return length >= 0 && address.isInSubnet(network, length);
    }
    const QString suffix = entry.startsWith(u'.') ? entry : u'.' + entry;
    return host.endsWith(suffix, Qt::CaseInsensitive);
}

bool isExempt(const QUrl& server, const QString& list) {
    const QString host = server.host();
    if (host == QStringLiteral("localhost") || QHostAddress(host).isLoopback()) return true;
    for (const QString& entry : list.split(u',', Qt::SkipEmptyParts))
        if (isExempt(host, entry.trimmed())) return true;
    return false;
}

}  // namespace

Result<QNetworkProxy> proxyFor(const ClusterAccess& access, const std::map<QString, QString>& environment) {
    QUrl url = access.proxy;
    if (url.isEmpty()) {
        if (isExempt(access.server, either(environment, QStringLiteral("NO_PROXY"))))
            return QNetworkProxy(QNetworkProxy::NoProxy);
        const bool isTls = access.server.scheme() == QStringLiteral("https");
        const QString text = either(environment, isTls ? QStringLiteral("HTTPS_PROXY") : QStringLiteral("HTTP_PROXY"));
        if (text.isEmpty()) return QNetworkProxy(QNetworkProxy::NoProxy);
        url = QUrl(text.contains(QStringLiteral("://")) ? text : QStringLiteral("http://") + text);
    }
    const QString scheme = url.scheme();
    const bool isSocks = scheme == QStringLiteral("socks5") || scheme == QStringLiteral("socks5h");
    if (url.host().isEmpty() || !(isSocks || scheme == QStringLiteral("http") || scheme == QStringLiteral("https")))
        return failure(ErrorCode::InvalidInput, QStringLiteral("must be an http or socks5 URL"),
                       QStringLiteral("proxy ") + url.toString(QUrl::RemoveUserInfo));
    const int port = url.port(isSocks ? 1080 : (scheme == QStringLiteral("https") ? 443 : 80));
    return QNetworkProxy(isSocks ? QNetworkProxy::Socks5Proxy : QNetworkProxy::HttpProxy, url.host(),
                         static_cast<quint16>(port), url.userName(), url.password());
}

std::map<QString, QString> ownEnvironment() {
    const QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    std::map<QString, QString> all;
    for (const QString& name : environment.keys()) all[name] = environment.value(name);
    return all;
}

}  // namespace fos1::kube
