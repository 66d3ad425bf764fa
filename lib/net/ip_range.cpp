// SPDX-License-Identifier: GPL-2.0-or-later
#include "ip_range.h"

#include <algorithm>

namespace fos1::net {

namespace {

void append(std::vector<OwnedRange>& list, const OwnedRange& next) {
    if (!list.empty() && list.back().owner == next.owner && list.back().range.last.next() == next.range.first)
        list.back().range.last = next.range.last;
    else
        list.push_back(next);
}

}  // namespace

IpRange IpRange::of(const IpPrefix& prefix) { return {prefix.network().address, prefix.last()}; }

std::optional<IpRange> IpRange::parseNetwork(const QString& text) {
    const std::optional<IpPrefix> prefix = IpPrefix::parse(text);
    if (!prefix || prefix->network() != *prefix) return std::nullopt;
    return of(*prefix);
}

QString IpRange::text() const { return first == last ? first.text() : first.text() + u'-' + last.text(); }

std::vector<OwnedRange> disjoint(std::vector<OwnedRange> networks) {
    // A network precedes those that it contains, and its duplicates later in the list.
    std::stable_sort(networks.begin(), networks.end(), [](const OwnedRange& a, const OwnedRange& b) {
        if (a.range.first != b.range.first) return a.range.first < b.range.first;
        return a.range.last > b.range.last;
    });
    std::vector<OwnedRange> result;
    std::vector<OwnedRange> open;  // networks around the current address, the smallest last; `first` is the start of
                                   // the remaining part
    const auto closeLast = [&] {
        const OwnedRange done = open.back();
        open.pop_back();
        append(result, done);
        // Networks that end with this one have no remaining part.
        const auto after = done.range.last.next();
        while (!open.empty() && !(after && *after <= open.back().range.last)) open.pop_back();
        if (!open.empty()) open.back().range.first = *after;
    };
    std::optional<IpRange> before;
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

}  // namespace fos1::net
