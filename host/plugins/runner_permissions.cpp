// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/runner_permissions.h"

#include <QCryptographicHash>
#include <QDir>
#include <QtEndian>
#include <algorithm>

namespace fos1::host {

namespace {

/// Whether `path` equals `above` or lies below it. Compares names only: links are not resolved.
bool isWithin(const QString& path, const QString& above) {
    const QString inner = QDir::cleanPath(path);
    const QString outer = QDir::cleanPath(above);
    return inner == outer || outer == QLatin1String("/") || inner.startsWith(outer + u'/');
}

QStringList grantedNames(const QStringList& asked, const QStringList& granted) {
    QStringList result;
    for (const QString& name : asked)
        if (granted.contains(name)) result.append(name);
    return result;
}

QStringList grantedPaths(const QStringList& asked, const QStringList& granted) {
    QStringList result;
    for (const QString& path : asked)
        if (std::any_of(granted.begin(), granted.end(), [&](const QString& above) { return isWithin(path, above); }))
            result.append(path);
    return result;
}

}  // namespace

RunnerPermissions permissionsOf(const QString& id, const RunnerRights& asked, const RunnerRights& granted) {
    RunnerPermissions permissions;
    RunnerRights& given = permissions.given;
    const auto refuse = [&](const QString& what, const char* setting) {
        permissions.refused.append(QStringLiteral("%1, which isolation.%2.%3 in host.yaml does not grant")
                                       .arg(what, id, QLatin1String(setting)));
    };
    const auto refuseMissing = [&](const QStringList& wanted, const QStringList& got, const QString& what,
                                   const char* setting) {
        for (const QString& one : wanted)
            if (!got.contains(one)) refuse(what + one, setting);
    };

    // The operator may choose a user that the plugin does not request.
    given.user = granted.user;
    if (!asked.user.isEmpty() && asked.user != granted.user)
        refuse(QStringLiteral("running as user ") + asked.user, "user");
    given.groups = grantedNames(asked.groups, granted.groups);
    given.capabilities = grantedNames(asked.capabilities, granted.capabilities);
    given.read = grantedPaths(asked.read, granted.read + granted.write);
    given.write = grantedPaths(asked.write, granted.write);
    given.execute = grantedPaths(asked.execute, granted.execute);
    refuseMissing(asked.groups, given.groups, QStringLiteral("membership in group "), "groups");
    refuseMissing(asked.capabilities, given.capabilities, {}, "capabilities");
    refuseMissing(asked.read, given.read, QStringLiteral("reading "), "read");
    refuseMissing(asked.write, given.write, QStringLiteral("writing "), "write");
    refuseMissing(asked.execute, given.execute, QStringLiteral("executing "), "execute");

    given.memoryMiB = granted.memoryMiB > 0 ? granted.memoryMiB : kDefaultMemoryMiB;
    given.cpuPercent = granted.cpuPercent > 0 ? granted.cpuPercent : kDefaultCpuPercent;
    if (asked.memoryMiB > given.memoryMiB) refuse(QStringLiteral("%1 MiB of memory").arg(asked.memoryMiB), "memoryMiB");
    if (asked.cpuPercent > given.cpuPercent)
        refuse(QStringLiteral("%1 % of a core").arg(asked.cpuPercent), "cpuPercent");
    // A request is also a promise: a plugin that requests less than the limit gets what it requests.
    if (asked.memoryMiB > 0) given.memoryMiB = std::min(given.memoryMiB, asked.memoryMiB);
    if (asked.cpuPercent > 0) given.cpuPercent = std::min(given.cpuPercent, asked.cpuPercent);
    return permissions;
}

unsigned dynamicUserId(const QString& pluginId, unsigned attempt) {
    constexpr unsigned kFirst = 61'184;
    constexpr unsigned kLast = 65'519;
    const QByteArray hash = QCryptographicHash::hash(pluginId.toUtf8(), QCryptographicHash::Sha256);
    return kFirst + (qFromBigEndian<quint32>(hash.constData()) + attempt) % (kLast - kFirst + 1);
}

}  // namespace fos1::host
