// SPDX-License-Identifier: GPL-2.0-or-later
#include "lan_daemons.h"

#include <QDir>

namespace fos1::lab {

namespace {

/// Creates the daemon's own directory with its configuration file.
QString prepare(const Lab& lab, const QString& name, const QString& file, const QByteArray& config) {
    const QString dir = lab.path(name);
    QDir().mkpath(dir);
    return writeFile(dir + u'/' + file, config) ? dir : QString();
}

}  // namespace

std::unique_ptr<Daemon> startDnsmasq(const Lab& lab, const QString& ns, const QString& name, const QByteArray& config) {
    const QString dir = prepare(lab, name, QStringLiteral("dnsmasq.conf"), config);
    if (dir.isEmpty()) return nullptr;
    // In a user namespace it could not drop its groups, and in the foreground it does not try.
    return lab.startIn(
        ns, name, QStringLiteral("dnsmasq"),
        {"--no-daemon", "--bind-dynamic", "--no-hosts", "--no-resolv", "--conf-file=" + dir + "/dnsmasq.conf",
         "--pid-file=" + dir + "/pid", "--dhcp-leasefile=" + dir + "/leases"});
}

std::unique_ptr<Daemon> startKea(const Lab& lab, const QString& ns, const QString& name, IpFamily family,
                                 QByteArray config) {
    const QString dir =
        prepare(lab, name, QStringLiteral("kea.json"), config.replace("DIRECTORY", lab.path(name).toUtf8()));
    if (dir.isEmpty()) return nullptr;
    return lab.startIn(ns, name, family == IpFamily::V6 ? QStringLiteral("kea-dhcp6") : QStringLiteral("kea-dhcp4"),
                       {"-c", dir + "/kea.json"}, {"KEA_PIDFILE_DIR=" + dir, "KEA_LOCKFILE_DIR=none"});
}

std::unique_ptr<Daemon> startNamed(const Lab& lab, const QString& ns, const QString& name, const QByteArray& options,
                                   const QByteArray& statements) {
    const QByteArray dirOfOptions = lab.path(name).toUtf8();
    const QByteArray own = "options {\ndirectory \"" + dirOfOptions +
                           "\"; recursion no; dnssec-validation no; pid-file \"pid\"; session-keyfile \"session.key\"; "
                           "managed-keys-directory \".\";\n" +
                           options + "};\ncontrols { };\n" + statements;
    const QString dir = prepare(lab, name, QStringLiteral("named.conf"), own);
    if (dir.isEmpty()) return nullptr;
    return lab.startIn(ns, name, QStringLiteral("named"), {"-g", "-n", "1", "-c", dir + "/named.conf"});
}

}  // namespace fos1::lab
