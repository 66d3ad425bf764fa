// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/lease_formats.h"

#include <QByteArrayList>
#include <algorithm>

namespace fos1::ntp {

namespace {

void add(const QByteArray& word, std::vector<IpAddress>& servers) {
    const auto address = IpAddress::parse(QString::fromLatin1(word));
    if (!address || !canBeServer(*address) || servers.size() >= kMostLeasedServers) return;
    if (std::find(servers.begin(), servers.end(), *address) == servers.end()) servers.push_back(*address);
}

}  // namespace

std::vector<IpAddress> serversOfChronySources(const QByteArray& text) {
    std::vector<IpAddress> servers;
    for (const QByteArray& line : text.split('\n'))
        if (const QByteArrayList words = line.simplified().split(' '); words.size() > 1 && words.front() == "server")
            add(words.at(1), servers);
    return servers;
}

std::vector<IpAddress> serversOfNetworkdLease(const QByteArray& text) {
    std::vector<IpAddress> servers;
    for (const QByteArray& line : text.split('\n'))
        if (line.startsWith("NTP="))
            for (const QByteArray& word : line.mid(4).simplified().split(' ')) add(word, servers);
    return servers;
}

bool canBeServer(const IpAddress& address) {
    const auto& bytes = address.bytes;
    if (address.family == AddressFamily::Inet4)
        return bytes[0] != 0 && bytes[0] != 127 && bytes[0] < 224 && !(bytes[0] == 169 && bytes[1] == 254);
    const bool isSmall = std::all_of(bytes.begin(), bytes.end() - 1, [](quint8 byte) { return byte == 0; });
    return !(isSmall && bytes.back() <= 1) && bytes[0] != 0xff && !address.isLinkLocal6();
}

}  // namespace fos1::ntp
