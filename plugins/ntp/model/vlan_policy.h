// SPDX-License-Identifier: GPL-2.0-or-later
// What an operator wants for VLANs, for groups of clients and for advertising: values, and nothing about how it is
// achieved.
#pragma once

#include <QString>
#include <chrono>
#include <optional>
#include <vector>

#include "model/security_spec.h"

namespace fos1::ntp {

struct VlanPolicy {
    bool enabled = true;
    bool broadcast = false;
    bool clientsOnly = true;
    bool redirect = false;
    bool nts = true;                         ///< applies only if NTS is served at all
    std::optional<RateLimitSpec> rateLimit;  ///< nothing: the service's rate limit
    bool operator==(const VlanPolicy&) const = default;
};

/// An entry of spec.vlanConfig.
struct VlanEntry {
    QString vlan;
    VlanPolicy policy;
    QString path;  ///< spec.vlanConfig[n]
    bool operator==(const VlanEntry&) const = default;
};

struct VlansSpec {
    std::vector<VlanEntry> entries;
    std::optional<VlanPolicy> defaults;  ///< for VLANs without an entry; nothing: spec.vlanDefaults is absent
    bool operator==(const VlansSpec&) const = default;

    /// Whether the spec contains anything about VLANs. If not, security.access alone decides.
    [[nodiscard]] bool isGiven() const { return defaults.has_value() || !entries.empty(); }
};

/// The limits for advertising the service after the time is lost.
struct HoldoverSpec {
    std::chrono::nanoseconds duration{std::chrono::hours(1)};
    std::chrono::nanoseconds errorBound{std::chrono::seconds(1)};
    bool operator==(const HoldoverSpec&) const = default;
};

struct AdvertiseSpec {
    bool dhcp = true;
    QString dnsName;  ///< empty: not advertised in DNS
    QString dnsZone;
    HoldoverSpec holdover;
    bool operator==(const AdvertiseSpec&) const = default;
};

/// NTPClient.spec
struct ClientGroupSpec {
    std::vector<IpPrefix> networks;
    std::vector<QString> vlans;
    bool allow = true;
    bool requireNts = false;
    bool redirect = false;
    std::optional<RateLimitSpec> rateLimit;
    std::vector<IpAddress> servers;
    bool operator==(const ClientGroupSpec&) const = default;
};

}  // namespace fos1::ntp
