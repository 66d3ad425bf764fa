// SPDX-License-Identifier: GPL-2.0-or-later
// Addresses, prefixes and networks as text, one per line, from any source; and the networks as ranges.
#include <QList>
#include <QString>
#include <vector>

#include "fuzz.h"
#include "ip_address.h"
#include "ip_prefix.h"
#include "ip_range.h"

namespace fos1::fuzz {

namespace {

using net::IpAddress;
using net::IpPrefix;
using net::IpRange;
using net::OwnedRange;

/// Canonical text is parsed to the same value.
template <typename Value>
void checkText(const Value& value) {
    const auto again = Value::parse(value.text());
    FUZZ_CLAIM(again && *again == value);
}

void checkAddress(const IpAddress& address) {
    checkText(address);
    if (const auto next = address.next()) FUZZ_CLAIM(address < *next && next->previous() == address);
    if (const auto previous = address.previous()) FUZZ_CLAIM(*previous < address && previous->next() == address);
}

void checkPrefix(const IpPrefix& prefix) {
    checkText(prefix);
    const IpRange range = IpRange::of(prefix);
    FUZZ_CLAIM(range.first <= range.last && range == IpRange::of(prefix.network()));
    FUZZ_CLAIM(prefix.contains(prefix.address) && prefix.contains(range.first) && prefix.contains(range.last));
    if (const auto before = range.first.previous()) FUZZ_CLAIM(!prefix.contains(*before));
    if (const auto after = range.last.next()) FUZZ_CLAIM(!prefix.contains(*after));
}

void checkDisjoint(const std::vector<OwnedRange>& networks) {
    const std::vector<OwnedRange> ranges = net::disjoint(networks);
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        FUZZ_CLAIM(ranges[i].range.first <= ranges[i].range.last);
        FUZZ_CLAIM(i == 0 || ranges[i - 1].range.last < ranges[i].range.first);
        FUZZ_CLAIM(networks.at(ranges[i].owner).range.contains(ranges[i].range));
    }
    FUZZ_CLAIM(ranges.empty() == networks.empty());
}

}  // namespace

void runOne(const QByteArray& input) {
    std::vector<OwnedRange> networks;
    for (const QByteArray& line : input.split('\n')) {
        const QString text = QString::fromUtf8(line);
        const auto address = IpAddress::parse(text);
        const auto prefix = IpPrefix::parse(text);
        const auto network = IpRange::parseNetwork(text);
        FUZZ_CLAIM(!address || !prefix);
        FUZZ_CLAIM(network.has_value() == (prefix && prefix->network() == *prefix));
        if (address) checkAddress(*address);
        if (prefix) checkPrefix(*prefix);
        if (network) networks.push_back({*network, networks.size()});
    }
    checkDisjoint(networks);
}

}  // namespace fos1::fuzz
