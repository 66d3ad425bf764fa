// SPDX-License-Identifier: GPL-2.0-or-later
// The VLANs that this node knows, what their addresses come to, and which policy each has. Pure.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/prefix_table.h"
#include "model/vlan_policy.h"
#include "network/vlan.h"

namespace fos1::ntp {

/// A VLAN as it was last told; `isKnown` false: its teller is gone, and what it said may be wrong.
struct KnownVlan {
    network::VlanState state;
    bool isKnown = true;
    bool operator==(const KnownVlan&) const = default;
};

using Vlans = std::map<QString, KnownVlan>;

struct OwnAddress {
    IpAddress address;
    IpPrefix network;
    std::optional<IpAddress> broadcast;
};

[[nodiscard]] std::vector<OwnAddress> addressesOf(const network::VlanState& vlan);

/// Network -> VLAN.
[[nodiscard]] PrefixTable<QString> networksOf(const Vlans& vlans);

/// Policy by VLAN, since there may be thousands of both.
class VlanPolicies {
   public:
    /// `spec` outlives it.
    explicit VlanPolicies(const VlansSpec& spec) : m_spec(spec) {
        for (const VlanEntry& entry : spec.entries) m_entries.emplace(entry.vlan, &entry.policy);
    }

    /// Nothing where the spec says nothing about VLANs at all.
    [[nodiscard]] std::optional<VlanPolicy> of(const QString& vlan) const {
        if (const auto entry = m_entries.find(vlan); entry != m_entries.end()) return *entry->second;
        if (!m_spec.isGiven()) return std::nullopt;
        return m_spec.defaults.value_or(VlanPolicy());
    }

   private:
    const VlansSpec& m_spec;
    std::map<QString, const VlanPolicy*> m_entries;
};

}  // namespace fos1::ntp
