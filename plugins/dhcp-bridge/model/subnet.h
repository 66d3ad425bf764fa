// SPDX-License-Identifier: GPL-2.0-or-later
// A subnet as a DHCP server has it, with the NTP servers that its clients are told, and what is decided about it.
// Values. Must not know a server's own form.
#pragma once

#include <QString>
#include <chrono>
#include <optional>
#include <vector>

#include "ip_prefix.h"
#include "ip_range.h"

namespace fos1::dhcp {

/// NTP servers that an administrator set by hand.
struct ForeignOption {
    QString where;  ///< such as "client class phones"
    QString value;
    /// Ours in the subnet would replace it. Otherwise it takes precedence over ours for some clients.
    bool wouldBeReplaced = false;

    bool operator==(const ForeignOption&) const = default;
};

/// A range of a subnet from which the server leases, and in which an option takes precedence over that of the subnet.
struct Pool {
    std::optional<net::IpRange> range;  ///< nothing: not understood
    bool isForeign = false;             ///< an administrator has set NTP servers there

    bool operator==(const Pool&) const = default;
};

struct Subnet {
    qint64 id = 0;  ///< 0: unknown
    QString text;   ///< as the server writes the prefix
    std::optional<net::IpPrefix> prefix;
    QString interface;                 ///< empty: unknown, or clients come through a relay
    QString sharedNetwork;             ///< empty: none
    bool hasOurs = false;              ///< an option with our mark is there, whatever its value
    std::vector<net::IpAddress> ours;  ///< what it tells
    std::vector<ForeignOption> foreign;
    std::vector<Pool> pools;  ///< empty: the server has none with options
    /// A client that was told contacts the server no later than this after it got its lease (RFC 2131, 4.4.5: T2).
    std::chrono::seconds rebind{0};

    bool operator==(const Subnet&) const = default;

    /// "10.1.0.0/24 (id 7)"
    [[nodiscard]] QString name() const { return id > 0 ? QStringLiteral("%1 (id %2)").arg(text).arg(id) : text; }
};

enum class Ownership {
    Unknown = 0,
    Ours,       ///< we decide what the clients of the subnet are told
    Foreign,    ///< an administrator has decided
    Unmatched,  ///< no VLAN or more than one: left alone
};

struct SubnetPlan {
    Ownership ownership = Ownership::Unknown;
    QString vlan;                           ///< empty: none, or a group decides
    std::vector<net::IpAddress> addresses;  ///< what the clients are told; empty: nothing of ours
    bool keeps = false;                     ///< what is there of ours stays
    /// What the clients of each pool are told instead; empty: the same. Without elements: none of them.
    std::vector<std::vector<net::IpAddress>> pools;
    QString reason;   ///< why nothing is told, or what is special
    QString problem;  ///< what an operator should look at; empty: nothing

    bool operator==(const SubnetPlan&) const = default;
};

}  // namespace fos1::dhcp
