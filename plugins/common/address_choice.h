// SPDX-License-Identifier: GPL-2.0-or-later
// Chooses which of a node's addresses in a VLAN its clients are pointed at, by DHCP or DNS. Pure; knows neither the
// service nor how clients are told.
#pragma once

#include <optional>
#include <vector>

#include "ip_address.h"

namespace fos1::bridge {

struct OwnAddress {
    net::IpAddress address;
    int prefixLength = 0;
    /// Temporary (RFC 8981) or deprecated (RFC 4862, 5.5.4), where that is known: never chosen.
    bool isPassing = false;
};

struct AddressQuestion {
    std::vector<OwnAddress> addresses;      ///< in any order
    bool isServed = false;                  ///< clients are answered there; else there is nothing to point at
    std::optional<net::IpAddress> present;  ///< the last answer
};

/// Which is better of two that are as stable. Neither is for ever; a unique local one (RFC 4193) outlives a change of
/// provider.
enum class Inet6Order { Unknown = 0, UniqueLocalFirst, GlobalFirst };
/// A link-local IPv6 address (RFC 4291, 2.5.6) is good on the link alone, and of little use without a zone (RFC 4007).
enum class LinkLocal { Unknown = 0, Never, LastResort };

struct AddressWish {
    net::AddressFamily family = net::AddressFamily::Unknown;
    Inet6Order inet6 = Inet6Order::UniqueLocalFirst;
    LinkLocal linkLocal = LinkLocal::Never;
};

/// Nothing when no address will do. The present one stays as long as it does: a change costs each client a lease. Only
/// a last resort gives way to a better one. Otherwise an address with its network comes before one alone (/32, /128),
/// which may be another node's tomorrow; then by the wish; then the smallest, whatever the order of the question.
[[nodiscard]] std::optional<net::IpAddress> chooseAddress(const AddressQuestion& question, const AddressWish& wish);

/// Whether clients of others can be pointed at it: a unicast address that is the node's own beyond the link. For IPv4
/// none of RFC 6890's "this host", loopback, link-local (RFC 3927) and reserved blocks, nor multicast; for IPv6 none
/// that is unspecified, loopback, IPv4-mapped, link-local, site-local (RFC 3879) or multicast (RFC 4291).
[[nodiscard]] bool isPointable(const net::IpAddress& address);

}  // namespace fos1::bridge
