// SPDX-License-Identifier: GPL-2.0-or-later
#include "ip_address.h"

#include <arpa/inet.h>

#include <QByteArray>
#include <cstring>

namespace fos1::net {

namespace {

constexpr std::size_t kInet4Bytes = 4;
constexpr std::size_t kInet6Bytes = 16;

int nativeFamily(AddressFamily family) { return family == AddressFamily::Inet4 ? AF_INET : AF_INET6; }

/// Adds or subtracts one, from the last byte on; false on overflow.
bool step(IpAddress& address, int by) {
    for (int i = address.bits() / 8 - 1; i >= 0; --i) {
        quint8& byte = address.bytes[static_cast<std::size_t>(i)];
        byte = static_cast<quint8>(byte + by);
        if (byte != (by > 0 ? 0 : 0xff)) return true;
    }
    return false;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(const QString& text) {
    const QByteArray plain = text.toUtf8();
    // inet_pton(3) would read only up to the NUL.
    if (plain.contains('\0')) return std::nullopt;
    for (const AddressFamily family : {AddressFamily::Inet4, AddressFamily::Inet6}) {
        IpAddress address;
        address.family = family;
        if (::inet_pton(nativeFamily(family), plain.constData(), address.bytes.data()) == 1) return address;
    }
    return std::nullopt;
}

std::optional<IpAddress> IpAddress::fromBytes(const void* data, std::size_t size) {
    if (size != kInet4Bytes && size != kInet6Bytes) return std::nullopt;
    IpAddress address;
    address.family = size == kInet4Bytes ? AddressFamily::Inet4 : AddressFamily::Inet6;
    std::memcpy(address.bytes.data(), data, size);
    return address;
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

std::optional<IpAddress> IpAddress::next() const {
    IpAddress other = *this;
    return step(other, 1) ? std::optional(other) : std::nullopt;
}

std::optional<IpAddress> IpAddress::previous() const {
    IpAddress other = *this;
    return step(other, -1) ? std::optional(other) : std::nullopt;
}

}  // namespace fos1::net
