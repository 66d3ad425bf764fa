// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/reverse_names.h"

#include <QRegularExpression>
#include <QStringList>

namespace fos1::dns {

namespace {

const QString kInet4 = QStringLiteral("in-addr.arpa");
const QString kInet6 = QStringLiteral("ip6.arpa");

DnsName nameOf(const QString& text) { return DnsName::parse(text).value_or(DnsName()); }

/// The labels before in-addr.arpa or ip6.arpa, the most significant first; nothing for other names.
std::optional<QStringList> partsBefore(const DnsName& domain, const QString& suffix) {
    if (!domain.isWithin(nameOf(suffix))) return std::nullopt;
    const QString before = domain.relativeTo(nameOf(suffix));
    QStringList parts = before.isEmpty() ? QStringList() : before.split(u'.');
    std::reverse(parts.begin(), parts.end());
    return parts;
}

std::optional<net::IpPrefix> network4(const QStringList& parts) {
    QStringList octets = parts;
    int length = static_cast<int>(octets.size()) * 8;
    // The forms of RFC 2317: a range, or the first address with the length.
    if (octets.size() == 4) {
        static const QRegularExpression kPart(QStringLiteral("^([0-9]{1,3})([-/])([0-9]{1,3})$"));
        if (const auto match = kPart.match(octets[3]); match.hasMatch()) {
            const int first = match.captured(1).toInt();
            const int second = match.captured(3).toInt();
            octets[3] = match.captured(1);
            if (match.captured(2) == u"/") {
                length = second;
            } else {
                const int size = second - first + 1;
                if (size < 1 || (size & (size - 1)) != 0) return std::nullopt;
                for (length = 32; 1 << (32 - length) < size;) --length;
            }
            if (length < 24 || length > 32) return std::nullopt;
        }
    }
    while (octets.size() < 4) octets.append(QStringLiteral("0"));
    const auto prefix = net::IpPrefix::parse(octets.join(u'.') + u'/' + QString::number(length));
    if (!prefix || prefix->network() != *prefix) return std::nullopt;
    return prefix;
}

std::optional<net::IpPrefix> network6(const QStringList& parts) {
    constexpr qsizetype kNibbles = 32;
    if (parts.size() > kNibbles) return std::nullopt;
    QString digits;
    for (const QString& each : parts) {
        if (each.size() != 1) return std::nullopt;
        digits += each;
    }
    digits = digits.leftJustified(kNibbles, u'0');
    QStringList groups;
    for (qsizetype at = 0; at < kNibbles; at += 4) groups.append(digits.mid(at, 4));
    return net::IpPrefix::parse(groups.join(u':') + u'/' + QString::number(parts.size() * 4));
}

QStringList octetsOf(const net::IpAddress& address) {
    QStringList all;
    for (std::size_t i = 4; i-- > 0;) all.append(QString::number(address.bytes[i]));
    return all;
}

}  // namespace

DnsName reverseName(const net::IpAddress& address) {
    if (address.family == net::AddressFamily::Inet4) return nameOf(octetsOf(address).join(u'.') + u'.' + kInet4);
    QStringList nibbles;
    for (std::size_t i = address.bytes.size(); i-- > 0;) {
        nibbles.append(QString::number(address.bytes[i] & 0x0f, 16));
        nibbles.append(QString::number(address.bytes[i] >> 4, 16));
    }
    return nameOf(nibbles.join(u'.') + u'.' + kInet6);
}

bool isReverse(const ZoneSpec& zone) {
    return zone.network || zone.domain.isWithin(nameOf(kInet4)) || zone.domain.isWithin(nameOf(kInet6));
}

std::optional<net::IpPrefix> networkOf(const ZoneSpec& zone) {
    if (zone.network) return zone.network->network();
    if (const auto parts = partsBefore(zone.domain, kInet4)) return parts->size() > 4 ? std::nullopt : network4(*parts);
    if (const auto parts = partsBefore(zone.domain, kInet6)) return network6(*parts);
    return std::nullopt;
}

std::optional<DnsName> reverseName(const net::IpAddress& address, const ZoneSpec& zone) {
    const auto network = networkOf(zone);
    if (!network || !network->contains(address)) return std::nullopt;
    const DnsName plain = reverseName(address);
    if (plain.isWithin(zone.domain)) return plain;
    // A delegated part (RFC 2317): its names have the last octet alone. A longer part of the address below another
    // name, such as that of a wider network, has the octets that the network leaves open.
    if (address.family != net::AddressFamily::Inet4) return std::nullopt;
    const int open = std::max(1, (32 - network->length + 7) / 8);
    const auto name = zone.domain.child(octetsOf(address).mid(0, open).join(u'.'));
    return name ? std::optional(*name) : std::nullopt;
}

}  // namespace fos1::dns
