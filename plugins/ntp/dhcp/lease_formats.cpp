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

/// A server that sends a host name in option 42 sends bytes of which a client makes addresses, four by four.
/// "ntp1.lan" becomes 110.116.112.49 and 46.108.97.110. Of real pairs of addresses one in five million looks like that;
/// a single one may.
bool isName(const std::vector<IpAddress>& servers) {
    QByteArray text;
    for (const IpAddress& each : servers) {
        if (each.family != AddressFamily::Inet4) return false;
        text.append(reinterpret_cast<const char*>(each.bytes.data()), 4);
    }
    const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto isOfName = [&](char c) { return isLetter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-'; };
    return servers.size() > 1 && std::all_of(text.begin(), text.end(), isOfName) &&
           std::any_of(text.begin(), text.end(), isLetter) && !text.contains("..");
}

std::vector<IpAddress> unlessName(std::vector<IpAddress> servers) {
    return isName(servers) ? std::vector<IpAddress>() : std::move(servers);
}

}  // namespace

std::vector<IpAddress> serversOfChronySources(const QByteArray& text) {
    std::vector<IpAddress> servers;
    for (const QByteArray& line : text.split('\n'))
        if (const QByteArrayList words = line.simplified().split(' '); words.size() > 1 && words.front() == "server")
            add(words.at(1), servers);
    return unlessName(std::move(servers));
}

std::vector<IpAddress> serversOfNetworkdLease(const QByteArray& text) {
    std::vector<IpAddress> servers;
    for (const QByteArray& line : text.split('\n'))
        if (line.startsWith("NTP="))
            for (const QByteArray& word : line.mid(4).simplified().split(' ')) add(word, servers);
    return unlessName(std::move(servers));
}

bool canBeServer(const IpAddress& address) {
    const auto& bytes = address.bytes;
    if (address.family == AddressFamily::Inet4)
        return bytes[0] != 0 && bytes[0] != 127 && bytes[0] < 224 && !(bytes[0] == 169 && bytes[1] == 254);
    const bool isSmall = std::all_of(bytes.begin(), bytes.end() - 1, [](quint8 byte) { return byte == 0; });
    return !(isSmall && bytes.back() <= 1) && bytes[0] != 0xff && !address.isLinkLocal6();
}

}  // namespace fos1::ntp
