// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp_client.h"

#include <QDir>
#include <QFile>

namespace fos1::lab {

DhcpClient::DhcpClient(const Lab& lab, const QString& ns, IpFamily family) {
    const bool isV6 = family == IpFamily::V6;
    const QString name = ns + (isV6 ? QStringLiteral("-dhcp6") : QStringLiteral("-dhcp4"));
    const QString dir = lab.path(name);
    QDir().mkpath(dir);
    m_told = dir + QStringLiteral("/told");
    const QString script = dir + QStringLiteral("/script");
    // udhcpc passes the event as its argument, dhclient in `reason`. Only answers contain values.
    writeFile(script, "#!/bin/sh\ncase \"$1$reason\" in bound|renew|BOUND6|RENEW6) env >'" + m_told.toUtf8() +
                          ".new' && mv '" + m_told.toUtf8() + ".new' '" + m_told.toUtf8() + "' ;; esac\n");
    QFile::setPermissions(script, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    if (!isV6) {
        m_process = lab.startIn(
            ns, name, QStringLiteral("udhcpc"),
            {"-f", "-i", "v-cl", "-s", script, "-O", "ntpsrv", "-t", "3", "-T", "1", "-A", "1", "-p", dir + "/pid"});
        return;
    }
    writeFile(dir + QStringLiteral("/dhclient.conf"),
              "option dhcp6.ntp-server code 56 = string;\nalso request dhcp6.sntp-servers, dhcp6.ntp-server;\n");
    m_process = lab.startIn(ns, name, QStringLiteral("dhclient"),
                            {"-6", "-S", "-d", "-sf", script, "-cf", dir + "/dhclient.conf", "-lf", dir + "/leases",
                             "-pf", dir + "/pid", "v-cl"});
}

QMap<QString, QString> DhcpClient::options() const {
    QMap<QString, QString> options;
    QFile file(m_told);
    if (!file.open(QIODevice::ReadOnly)) return options;
    const QList<QByteArray> lines = file.readAll().split('\n');
    for (const QByteArray& line : lines) {
        const qsizetype mark = line.indexOf('=');
        if (mark > 0) options.insert(QString::fromUtf8(line.left(mark)), QString::fromUtf8(line.mid(mark + 1)));
    }
    return options;
}

}  // namespace fos1::lab
