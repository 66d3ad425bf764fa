// SPDX-License-Identifier: GPL-2.0-or-later
// Chooses which address of a node in a VLAN its clients are pointed to, by DHCP or DNS. Pure. Must not know the service
// or how it is advertised.
#pragma once

#include <optional>
#include <vector>

#include "ip_address.h"

namespace fos1::bridge {

struct OwnAddress {
    net::IpAddress address;
    int prefixLength = 0;
    /// Temporary (RFC 8981) or deprecated (RFC 4862, 5.5.4), if known. Such an address is never chosen.
    bool isPassing = false;

    bool operator==(const OwnAddress&) const = default;
};

struct AddressQuestion {
    std::vector<OwnAddress> addresses;      ///< in any order
    bool isServed = false;                  ///< clients are answered at it; otherwise there is nothing to advertise
    std::optional<net::IpAddress> present;  ///< the last answer
};

/// Which of two equally stable addresses is preferred. Neither is permanent, but a unique local address (RFC 4193)
/// survives a change of provider.
enum class Inet6Order { Unknown = 0, UniqueLocalFirst, GlobalFirst };
/// A link-local IPv6 address (RFC 4291, 2.5.6) is valid only on the link, and of little use without a zone (RFC 4007).
enum class LinkLocal { Unknown = 0, Never, LastResort };

struct AddressWish {
    net::AddressFamily family = net::AddressFamily::Unknown;
    Inet6Order inet6 = Inet6Order::UniqueLocalFirst;
    LinkLocal linkLocal = LinkLocal::Never;
};

/// Returns nothing when no address is suitable. Keeps the present address as long as it is suitable, because a change
/// costs each client a lease; only a last resort is replaced by a better one. Otherwise the order is: an address with
/// its network before a single one (/32, /128), which may move to another node; then the wish; then the smallest
/// address. The order of `addresses` has no effect.
[[nodiscard]] std::optional<net::IpAddress> chooseAddress(const AddressQuestion& question, const AddressWish& wish);

/// Whether clients of other networks can be pointed to it: a unicast address of the node that is valid beyond the link.
/// For IPv4, excludes RFC 6890's "this host", loopback, link-local (RFC 3927) and reserved blocks, and multicast. For
/// IPv6, excludes unspecified, loopback, IPv4-mapped, link-local, site-local (RFC 3879) and multicast addresses (RFC
/// 4291).
[[nodiscard]] bool isPointable(const net::IpAddress& address);

}  // namespace fos1::bridge
