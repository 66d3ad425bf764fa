// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/ip_prefix.h"

#include <arpa/inet.h>

namespace fos1::ntp {

std::optional<IpAddress> IpAddress::parse(const QString& text) {
    const QByteArray ascii = text.toLatin1();
    if (QString::fromLatin1(ascii) != text || ascii.contains('\0')) return std::nullopt;
    IpAddress address;
    if (inet_pton(AF_INET, ascii.constData(), address.bytes.data()) == 1) {
        address.family = AddressFamily::Inet4;
        return address;
    }
    if (inet_pton(AF_INET6, ascii.constData(), address.bytes.data()) == 1) {
        address.family = AddressFamily::Inet6;
        return address;
    }
    return std::nullopt;
}

QString IpAddress::text() const {
    char buffer[INET6_ADDRSTRLEN] = {};
    if (family != AddressFamily::Unknown)
        inet_ntop(family == AddressFamily::Inet4 ? AF_INET : AF_INET6, bytes.data(), buffer, sizeof buffer);
    return QString::fromLatin1(buffer);
}

std::optional<IpPrefix> IpPrefix::parse(const QString& text) {
    const qsizetype slash = text.indexOf(u'/');
    if (slash < 0) return std::nullopt;
    const std::optional<IpAddress> address = IpAddress::parse(text.left(slash));
    const QString digits = text.mid(slash + 1);
    const bool allDigits = std::all_of(digits.begin(), digits.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    if (!address || digits.isEmpty() || digits.size() > 3 || !allDigits) return std::nullopt;
    const int length = digits.toInt();
    if (length > address->bits()) return std::nullopt;
    return IpPrefix{*address, length};
}

QString IpPrefix::text() const { return address.text() + u'/' + QString::number(length); }

IpPrefix IpPrefix::network() const {
    IpPrefix result = *this;
    for (int bit = length; bit < address.bits(); ++bit)
        result.address.bytes[static_cast<std::size_t>(bit / 8)] &= static_cast<quint8>(~(0x80u >> (bit % 8)));
    return result;
}

IpAddress IpPrefix::last() const {
    IpAddress result = address;
    for (int bit = length; bit < address.bits(); ++bit)
        result.bytes[static_cast<std::size_t>(bit / 8)] |= static_cast<quint8>(0x80u >> (bit % 8));
    return result;
}

bool IpPrefix::contains(const IpAddress& other) const {
    return other.family == address.family && IpPrefix{other, length}.network() == network();
}

}  // namespace fos1::ntp
