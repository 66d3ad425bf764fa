// SPDX-License-Identifier: GPL-2.0-or-later
#include "ip_prefix.h"

#include <QStringView>
#include <algorithm>
#include <cstddef>

namespace fos1::net {

namespace {

/// Parses a decimal number without sign, spaces or leading zeros; nothing when it exceeds `highest`.
std::optional<int> parseLength(QStringView digits, int highest) {
    constexpr qsizetype kMostDigits = 3;
    if (digits.isEmpty() || digits.size() > kMostDigits) return std::nullopt;
    if (digits.size() > 1 && digits.front() == u'0') return std::nullopt;
    if (!std::all_of(digits.begin(), digits.end(), [](QChar c) { return c >= u'0' && c <= u'9'; })) return std::nullopt;
    const int length = digits.toInt();
    return length <= highest ? std::optional(length) : std::nullopt;
}

quint8 maskOf(int bit) { return static_cast<quint8>(0x80u >> (bit % 8)); }

}  // namespace

std::optional<IpPrefix> IpPrefix::parse(const QString& text) {
    const qsizetype slash = text.indexOf(u'/');
    if (slash < 0) return std::nullopt;
    const std::optional<IpAddress> address = IpAddress::parse(text.left(slash));
    if (!address) return std::nullopt;
    const std::optional<int> length = parseLength(QStringView(text).mid(slash + 1), address->bits());
    if (!length) return std::nullopt;
    return IpPrefix{*address, *length};
}

QString IpPrefix::text() const { return address.text() + u'/' + QString::number(length); }

IpPrefix IpPrefix::network() const {
    Q_ASSERT(length >= 0);
    IpPrefix result = *this;
    for (int bit = length; bit < address.bits(); ++bit)
        result.address.bytes[static_cast<std::size_t>(bit / 8)] &= static_cast<quint8>(~maskOf(bit));
    return result;
}

IpAddress IpPrefix::last() const {
    Q_ASSERT(length >= 0);
    IpAddress result = address;
    for (int bit = length; bit < address.bits(); ++bit) result.bytes[static_cast<std::size_t>(bit / 8)] |= maskOf(bit);
    return result;
}

bool IpPrefix::contains(const IpAddress& other) const {
    return other.family == address.family && IpPrefix{other, length}.network() == network();
}

}  // namespace fos1::net
