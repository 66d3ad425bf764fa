// SPDX-License-Identifier: GPL-2.0-or-later
// The addresses of this node, from the kernel (getifaddrs(3)), which lists all links too: with thousands of them that
// takes a tenth of a second, so what was read is kept while somebody follows the changes.
#pragma once

#include <optional>
#include <vector>

#include "model/addresses.h"

namespace fos1::ntp {

class OwnAddresses {
   public:
    /// Of both families, the loopback's too, sorted, each with the length of its network; host bits are kept.
    [[nodiscard]] std::vector<IpPrefix> all() const;
    /// The IPv4 ones among them. IPv6 ones may change daily (RFC 8981) and are left out. `interface`: only those on it;
    /// empty: all.
    [[nodiscard]] std::vector<IpAddress> inet4(const QString& interface = {}) const;

    /// Whether doubt() is called after each change from now on. Otherwise they are read each time.
    void follow(bool isFollowed);
    /// They may be others by now.
    void doubt() { m_isDoubted = true; }

   private:
    struct Each {
        IpPrefix own;
        QString interface;
    };
    [[nodiscard]] static std::optional<std::vector<Each>> read();
    [[nodiscard]] const std::vector<Each>& known() const;

    bool m_isFollowed = false;
    mutable bool m_isDoubted = true;
    mutable std::vector<Each> m_known;  ///< as last read
};

[[nodiscard]] std::vector<IpAddress> inet4Of(const std::vector<IpPrefix>& addresses);

}  // namespace fos1::ntp
