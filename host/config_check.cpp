// SPDX-License-Identifier: GPL-2.0-or-later
#include "config_check.h"

#include <grp.h>
#include <pwd.h>

#include <QHostAddress>
#include <QNetworkInterface>

namespace fos1::host {

namespace {

QString addressProblem(const QString& text) {
    const QHostAddress address(text);
    if (address.isNull()) return QStringLiteral("\"%1\" is not an IP address").arg(text);
    if (address.isMulticast() || address.isBroadcast())
        return QStringLiteral("a server cannot listen on the multicast or broadcast address %1").arg(text);
    const bool isAny = text == QStringLiteral("0.0.0.0") || address == QHostAddress::AnyIPv6;
    if (!isAny && !address.isLoopback() && !QNetworkInterface::allAddresses().contains(address))
        return QStringLiteral("no interface of this machine has the address %1 now").arg(text);
    return {};
}

}  // namespace

Errors checkAgainstMachine(const HostConfig& config) {
    Errors errors;
    const auto add = [&](const QString& path, const QString& message) {
        errors.push_back(
            {ErrorCode::InvalidInput, path + QStringLiteral(": ") + message, config.document.locate(path)});
    };
    if (!config.controlGroup.isEmpty() && !::getgrnam(config.controlGroup.toLocal8Bit().constData()))
        add(QStringLiteral("control.group"),
            QStringLiteral("no group \"%1\" on this machine").arg(config.controlGroup));
    if (config.httpEnabled)
        if (const QString problem = addressProblem(config.httpAddress); !problem.isEmpty())
            add(QStringLiteral("http.address"), problem);
    for (const auto& [id, isolation] : config.isolation) {
        if (const QString& user = isolation.granted.user;
            !user.isEmpty() && !::getpwnam(user.toLocal8Bit().constData()))
            add(QStringLiteral("isolation.%1.user").arg(id),
                QStringLiteral("no user \"%1\" on this machine").arg(user));
        for (const QString& group : isolation.granted.groups)
            if (!::getgrnam(group.toLocal8Bit().constData()))
                add(QStringLiteral("isolation.%1.groups").arg(id),
                    QStringLiteral("no group \"%1\" on this machine").arg(group));
    }
    return errors;
}

}  // namespace fos1::host
