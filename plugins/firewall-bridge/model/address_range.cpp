// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/address_range.h"

#include <arpa/inet.h>

#include <algorithm>

namespace fos1::firewall {

namespace {

/// Adds or takes one, from the last byte on; false when it goes over the edge.
bool step(Address& address, int by) {
    for (int i = address.bits() / 8 - 1; i >= 0; --i) {
        quint8& byte = address.bytes[static_cast<std::size_t>(i)];
        byte = static_cast<quint8>(byte + by);
        if (byte != (by > 0 ? 0 : 0xff)) return true;
    }
    return false;
}

/// Sets each bit from `length` on; false when `setTo` is 0 and one was set already.
bool fill(Address& address, int length, bool isOne) {
    bool wasClear = true;
    for (int bit = length; bit < address.bits(); ++bit) {
        quint8& byte = address.bytes[static_cast<std::size_t>(bit / 8)];
        const auto mask = static_cast<quint8>(0x80 >> (bit % 8));
        if ((byte & mask) != 0) wasClear = false;
        byte = static_cast<quint8>(isOne ? byte | mask : byte & ~mask);
    }
    return wasClear;
}

void append(std::vector<OwnedRange>& list, const OwnedRange& next) {
    if (!list.empty() && list.back().owner == next.owner && list.back().range.last.next() == next.range.first)
        list.back().range.last = next.range.last;
    else
        list.push_back(next);
}

}  // namespace

QString Address::text() const {
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    ::inet_ntop(isV6 ? AF_INET6 : AF_INET, bytes.data(), buffer.data(), buffer.size());
    return QString::fromLatin1(buffer.data());
}

std::optional<Address> Address::next() const {
    Address other = *this;
    return step(other, 1) ? std::optional(other) : std::nullopt;
}

std::optional<Address> Address::previous() const {
    Address other = *this;
    return step(other, -1) ? std::optional(other) : std::nullopt;
}

std::optional<AddressRange> AddressRange::parse(const QString& network) {
    const qsizetype slash = network.indexOf(u'/');
    if (slash <= 0) return std::nullopt;
    const QByteArray text = network.left(slash).toLatin1();
    const QString digits = network.mid(slash + 1);
    Address address;
    address.isV6 = text.contains(':');
    if (::inet_pton(address.isV6 ? AF_INET6 : AF_INET, text.constData(), address.bytes.data()) != 1)
        return std::nullopt;
    const bool hasOnlyDigits =
        std::all_of(digits.begin(), digits.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    bool isNumber = false;
    const int length = digits.toInt(&isNumber);
    if (!isNumber || !hasOnlyDigits || length > address.bits()) return std::nullopt;
    AddressRange range{address, address};
    if (!fill(range.first, length, false)) return std::nullopt;
    fill(range.last, length, true);
    return range;
}

QString AddressRange::text() const { return first == last ? first.text() : first.text() + u'-' + last.text(); }

std::vector<OwnedRange> disjoint(std::vector<OwnedRange> networks) {
    // A network comes before those within it, and before its doubles later in the list.
    std::stable_sort(networks.begin(), networks.end(), [](const OwnedRange& a, const OwnedRange& b) {
        if (a.range.first != b.range.first) return a.range.first < b.range.first;
        return a.range.last > b.range.last;
    });
    std::vector<OwnedRange> result;
    std::vector<OwnedRange> open;  // around the place where we are, the smallest last; `first` is what is left
    const auto closeLast = [&] {
        const OwnedRange done = open.back();
        open.pop_back();
        append(result, done);
        // Networks that end with this one have nothing left.
        const auto after = done.range.last.next();
        while (!open.empty() && !(after && *after <= open.back().range.last)) open.pop_back();
        if (!open.empty()) open.back().range.first = *after;
    };
    std::optional<AddressRange> before;
    for (const OwnedRange& network : networks) {
        if (before == network.range) continue;
        before = network.range;
        while (!open.empty() && open.back().range.last < network.range.first) closeLast();
        if (!open.empty() && open.back().range.first < network.range.first)
            append(result, {{open.back().range.first, *network.range.first.previous()}, open.back().owner});
        open.push_back(network);
    }
    while (!open.empty()) closeLast();
    return result;
}

}  // namespace fos1::firewall
