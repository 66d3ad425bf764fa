// SPDX-License-Identifier: GPL-2.0-or-later
// The names of addresses in reverse zones (RFC 1035, 3.5; RFC 3596, 2.5), also in parts of a /24 that are delegated
// (RFC 2317). Pure.
#pragma once

#include <optional>

#include "ip_prefix.h"
#include "model/dns_name.h"
#include "model/zone.h"

namespace fos1::dns {

/// "1.0.10.10.in-addr.arpa." or the name below ip6.arpa.
[[nodiscard]] DnsName reverseName(const net::IpAddress& address);

/// Whether the zone holds names of addresses: it has a `network`, or it is below in-addr.arpa or ip6.arpa.
[[nodiscard]] bool isReverse(const ZoneSpec& zone);

/// The addresses whose names the zone holds: its `network`, or what its name says: "10.in-addr.arpa",
/// "0-127.2.0.192.in-addr.arpa", "0/25.2.0.192.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa". Nothing when the name does
/// not say.
[[nodiscard]] std::optional<net::IpPrefix> networkOf(const ZoneSpec& zone);

/// The name of the address in the zone; nothing when the zone does not hold it, or the name would not fit.
[[nodiscard]] std::optional<DnsName> reverseName(const net::IpAddress& address, const ZoneSpec& zone);

}  // namespace fos1::dns
