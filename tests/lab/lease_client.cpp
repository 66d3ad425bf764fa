// SPDX-License-Identifier: GPL-2.0-or-later
#include "lease_client.h"

#include <QDir>
#include <QFile>
#include <QHostAddress>

namespace fos1::lab {

namespace {

// udhcpc passes the event as its argument, the others in `reason`. Only answers contain values.
const QByteArray kScript = R"(#!/bin/sh
event=$1$reason
case "$event" in
    bound|renew|BOUND|RENEW|REBIND|REBOOT|INFORM) family=4 address=${ip:-$new_ip_address} link=v-cl ;;
    BOUND6|RENEW6|REBIND6|REBOOT6) family=6 address=$new_ip6_address link=v-cl ;;
    *) exit 0 ;;
esac
if [ -z "$if_configured" ] && [ -n "$address" ]; then
    if [ $family = 4 ]; then
        ip addr replace "$address/24" dev $link
    else
        ip -6 addr replace "$address/128" dev $link nodad
    fi
fi
env >'DIRECTORY/told.new' && mv 'DIRECTORY/told.new' "DIRECTORY/told$family"
echo "$event" >>"DIRECTORY/answers$family"
)";

QByteArray contents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString fileOf(const QString& name, IpFamily family) {
    return name + (family == IpFamily::V6 ? QStringLiteral("6") : QStringLiteral("4"));
}

/// Option 56 as dhclient writes bytes: "0:1:0:10:fd:20:…".
QString addressInBytes(const QString& text) {
    QByteArray bytes;
    const QStringList parts = text.split(u':');
    for (const QString& each : parts) bytes.append(static_cast<char>(each.toInt(nullptr, 16)));
    constexpr int kHead = 4;
    if (bytes.size() != kHead + 16 || !bytes.startsWith(QByteArray("\x00\x01\x00\x10", kHead))) return {};
    return QHostAddress(reinterpret_cast<const quint8*>(bytes.constData() + kHead)).toString();
}

}  // namespace

LeaseClient::LeaseClient(const Lab& lab, const QString& ns, LeaseProgram program, const QStringList& more) {
    static const QMap<LeaseProgram, QString> kNames{{LeaseProgram::Udhcpc, QStringLiteral("udhcpc")},
                                                    {LeaseProgram::Dhclient4, QStringLiteral("dhclient4")},
                                                    {LeaseProgram::Dhclient6, QStringLiteral("dhclient6")},
                                                    {LeaseProgram::Dhcpcd, QStringLiteral("dhcpcd")}};
    const QString name = ns + u'-' + kNames.value(program);
    m_dir = lab.path(name);
    QDir(m_dir).removeRecursively();
    QDir().mkpath(m_dir);
    const QString script = m_dir + QStringLiteral("/script");
    QByteArray text = kScript;
    text.replace("DIRECTORY", m_dir.toUtf8());
    writeFile(script, text);
    QFile::setPermissions(script, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    const QString config = m_dir + QStringLiteral("/config");
    switch (program) {
        case LeaseProgram::Udhcpc:
            m_process = lab.startIn(ns, name, QStringLiteral("udhcpc"),
                                    QStringList{"-f", "-i", "v-cl", "-s", script, "-O", "ntpsrv", "-t", "3", "-T", "1",
                                                "-A", "1", "-p", m_dir + "/pid"} +
                                        more);
            return;
        case LeaseProgram::Dhclient4:
        case LeaseProgram::Dhclient6: {
            const bool isV6 = program == LeaseProgram::Dhclient6;
            writeFile(config,
                      isV6
                          ? QByteArray("option dhcp6.ntp-server code 56 = string;\n"
                                       "also request dhcp6.sntp-servers, dhcp6.ntp-server;\n")
                          : QByteArray("request subnet-mask, broadcast-address, routers, ntp-servers;\ntimeout 20;\n"));
            m_process = lab.startIn(ns, name, QStringLiteral("dhclient"),
                                    QStringList{isV6 ? "-6" : "-4", "-d", "-sf", script, "-cf", config, "-lf",
                                                m_dir + "/leases", "-pf", m_dir + "/pid"} +
                                        more + QStringList{"v-cl"});
            return;
        }
        case LeaseProgram::Dhcpcd:
            writeFile(config,
                      "option ntp_servers\noption dhcp6_sntp_servers\noption dhcp6_ntp_server\nnoipv4ll\nnoarp\n"
                      "noipv6rs\nia_na 1\n");
            m_process = lab.startIn(ns, name, QStringLiteral("dhcpcd"),
                                    QStringList{"-B", "-f", config, "-c", script} + more + QStringList{"v-cl"});
            return;
        case LeaseProgram::Unknown: break;
    }
    qFatal("no such client");
}

QMap<QString, QString> LeaseClient::options(IpFamily family) const {
    QMap<QString, QString> options;
    const QList<QByteArray> lines = contents(fileOf(m_dir + QStringLiteral("/told"), family)).split('\n');
    for (const QByteArray& line : lines) {
        const qsizetype mark = line.indexOf('=');
        if (mark > 0) options.insert(QString::fromUtf8(line.left(mark)), QString::fromUtf8(line.mid(mark + 1)));
    }
    return options;
}

QStringList LeaseClient::timeServers(IpFamily family) const {
    const QMap<QString, QString> all = options(family);
    QStringList found;
    for (const char* name : {"ntpsrv", "new_ntp_servers", "new_dhcp6_sntp_servers", "new_dhcp6_ntp_server_addr"})
        found += all.value(QLatin1String(name)).split(u' ', Qt::SkipEmptyParts);
    if (const QString bytes = all.value(QStringLiteral("new_dhcp6_ntp_server")); bytes.contains(u':'))
        found += addressInBytes(bytes);
    return found;
}

QString LeaseClient::address(IpFamily family) const {
    const QMap<QString, QString> all = options(family);
    for (const char* name : {"ip", "new_ip_address", "new_ip6_address", "new_dhcp6_ia_na1_ia_addr1"})
        if (const QString address = all.value(QLatin1String(name)); !address.isEmpty()) return address;
    return {};
}

int LeaseClient::answers(IpFamily family) const {
    return static_cast<int>(contents(fileOf(m_dir + QStringLiteral("/answers"), family)).count('\n'));
}

}  // namespace fos1::lab
