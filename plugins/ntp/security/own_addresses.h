// SPDX-License-Identifier: GPL-2.0-or-later
// The addresses of this node, as rtnetlink(7) tells of them. While nobody listens they are read each time, with
// getifaddrs(3), which lists all links too: with thousands of them that takes a tenth of a second.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "model/addresses.h"
#include "netlink_dialogue.h"

namespace fos1::ntp {

class OwnAddresses final : public netlink::Keeper {
   public:
    /// Of both families, the loopback's too, sorted, each with the length of its network; host bits are kept.
    [[nodiscard]] std::vector<IpPrefix> all() const;
    /// The IPv4 ones among them. IPv6 ones may change daily (RFC 8981) and are left out. `interface`: only those on it;
    /// empty: all.
    [[nodiscard]] std::vector<IpAddress> inet4(const QString& interface = {}) const;

    /// Whether they are known, so that nothing is read.
    [[nodiscard]] bool isFollowed() const { return m_isFollowed; }
    /// Changes are no longer told; until the next complete list of the kernel's.
    void lose() { m_isFollowed = false; }

    void begin() override { m_rebuild.emplace(); }
    void dumped(const netlink::Message& message) override;
    /// Answers whether an address came or went.
    bool notified(const netlink::Message& message) override;
    bool finish() override;
    void abandon() override { m_rebuild.reset(); }

   private:
    struct Table {
        std::set<std::pair<IpPrefix, int>> addresses;  ///< each with the index of its link
        std::map<int, QString> names;                  ///< of the links

        bool apply(const netlink::Message& message);
    };
    struct Rebuild {
        Table table;
        Table touched;  ///< by notifications, which are newer than what is dumped
    };
    [[nodiscard]] static std::optional<Table> read();
    [[nodiscard]] const Table& known() const;

    bool m_isFollowed = false;
    mutable Table m_table;  ///< as last read, or followed
    std::optional<Rebuild> m_rebuild;
};

[[nodiscard]] std::vector<IpAddress> inet4Of(const std::vector<IpPrefix>& addresses);

}  // namespace fos1::ntp
