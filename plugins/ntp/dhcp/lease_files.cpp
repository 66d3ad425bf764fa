// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/lease_files.h"

#include <net/if.h>

#include <QFile>
#include <algorithm>

#include "dhcp/lease_formats.h"
#include "security/private_file.h"

namespace fos1::ntp {

namespace {

QString chronyFile(const LeasePlaces& places, const QString& interface) {
    return places.chronySources + u'/' + interface + QStringLiteral(".sources");
}

/// Empty: there is no such interface.
QString networkdFile(const LeasePlaces& places, const QString& interface) {
    const unsigned index = ::if_nametoindex(QFile::encodeName(interface).constData());
    return index == 0 ? QString() : places.networkd + u'/' + QString::number(index);
}

/// Most of the files do not exist, and one that cannot be read is one of no lease.
QByteArray contentOf(const QString& path) {
    return path.isEmpty() ? QByteArray() : readSmallFile(path, Readers::Anyone).value_or(QByteArray());
}

}  // namespace

std::vector<LeasedServer> leasedServers(const LeasePlaces& places, const std::vector<QString>& interfaces,
                                        const std::vector<IpPrefix>& own) {
    std::vector<LeasedServer> servers;
    const auto add = [&](const std::vector<IpAddress>& addresses, const QString& interface) {
        for (const IpAddress& address : addresses) {
            const bool isOwn =
                std::any_of(own.begin(), own.end(), [&](const IpPrefix& each) { return each.address == address; });
            const bool isKnown = std::any_of(servers.begin(), servers.end(),
                                             [&](const LeasedServer& each) { return each.address == address; });
            if (!isOwn && !isKnown) servers.push_back({address, interface});
        }
    };
    for (const QString& interface : interfaces) {
        add(serversOfChronySources(contentOf(chronyFile(places, interface))), interface);
        add(serversOfNetworkdLease(contentOf(networkdFile(places, interface))), interface);
    }
    return servers;
}

QStringList leaseFiles(const LeasePlaces& places, const QString& interface) {
    QStringList files{chronyFile(places, interface), networkdFile(places, interface)};
    files.removeAll(QString());
    return files;
}

}  // namespace fos1::ntp
