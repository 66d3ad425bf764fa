// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/ip_address.h"

#include <arpa/inet.h>

#include <cstring>

namespace fos1::vlan {

namespace {

constexpr std::size_t kInet4Bytes = 4;
constexpr std::size_t kInet6Bytes = 16;

int nativeFamily(AddressFamily family) { return family == AddressFamily::Inet4 ? AF_INET : AF_INET6; }

}  // namespace

std::optional<IpAddress> IpAddress::fromBytes(const void* data, std::size_t size) {
    if (size != kInet4Bytes && size != kInet6Bytes) return std::nullopt;
    IpAddress address;
    address.family = size == kInet4Bytes ? AddressFamily::Inet4 : AddressFamily::Inet6;
    std::memcpy(address.bytes.data(), data, size);
    return address;
}

std::optional<IpAddress> IpAddress::parse(const QString& text) {
    const QByteArray plain = text.toUtf8();
    if (plain.contains('\0')) return std::nullopt;
    for (const AddressFamily family : {AddressFamily::Inet4, AddressFamily::Inet6}) {
        IpAddress address;
        address.family = family;
        if (::inet_pton(nativeFamily(family), plain.constData(), address.bytes.data()) == 1) return address;
    }
    return std::nullopt;
}

QString IpAddress::text() const {
    if (family == AddressFamily::Unknown) return {};
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    ::inet_ntop(nativeFamily(family), bytes.data(), buffer.data(), buffer.size());
    return QString::fromLatin1(buffer.data());
}

bool IpAddress::isLinkLocal6() const {
    return family == AddressFamily::Inet6 && bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

std::optional<InterfaceAddress> InterfaceAddress::parse(const QString& text) {
    const qsizetype slash = text.indexOf(u'/');
    if (slash < 0) return std::nullopt;
    const auto address = IpAddress::parse(text.left(slash));
    const QString digits = text.mid(slash + 1);
    bool isNumber = false;
    const int length = digits.toInt(&isNumber);
    if (!address || !isNumber || QString::number(length) != digits || length < 0) return std::nullopt;
    if (length > (address->family == AddressFamily::Inet4 ? 32 : 128)) return std::nullopt;
    return InterfaceAddress{*address, length};
}

QString InterfaceAddress::text() const { return address.text() + u'/' + QString::number(prefixLength); }

}  // namespace fos1::vlan
