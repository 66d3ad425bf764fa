// SPDX-License-Identifier: GPL-2.0-or-later
// A zone that is configured, what its names should be, and what is known of them. Values. Must not know how a server
// is changed.
#pragma once

#include <QString>
#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "ip_prefix.h"
#include "model/dns_name.h"
#include "model/record.h"

namespace fos1::dns {

struct ZoneSpec {
    QString name;  ///< for conditions, pages and metrics
    DnsName domain;
    std::set<QString> vlans;               ///< only these; empty: all
    bool hasVlanNames = true;              ///< beside the common name, one for each VLAN
    bool hasRouterName = false;            ///< beside the common name, one for this router, at which SRV points
    std::optional<net::IpPrefix> network;  ///< of a reverse zone whose name does not tell (RFC 2317)

    bool operator==(const ZoneSpec&) const = default;
    [[nodiscard]] bool admits(const QString& vlan) const { return vlans.empty() || vlans.contains(vlan); }
};

struct NamePlan {
    std::set<Record> wanted;
    std::set<Record> keepable;  ///< stay if they are there and ours
    std::set<QString> vlans;    ///< whose service has this name
    QString reason;             ///< why a part of it is not wanted; empty: all is

    bool operator==(const NamePlan&) const = default;
};

struct ZonePlan {
    /// The same object as in an earlier plan as long as it is unchanged; never null.
    std::map<DnsName, std::shared_ptr<const NamePlan>> names;
    bool keepsRest = false;  ///< what is there of ours and not planned stays

    /// The plan of a name; null: it has none.
    [[nodiscard]] const NamePlan* find(const DnsName& name) const {
        const auto found = names.find(name);
        return found == names.end() ? nullptr : found->second.get();
    }

    bool operator==(const ZonePlan& other) const {
        return keepsRest == other.keepsRest && std::equal(names.begin(), names.end(), other.names.begin(),
                                                          other.names.end(), [](const auto& a, const auto& b) {
                                                              return a.first == b.first && isSame(a.second, b.second);
                                                          });
    }
    [[nodiscard]] static bool isSame(const std::shared_ptr<const NamePlan>& a,
                                     const std::shared_ptr<const NamePlan>& b) {
        return a == b || *a == *b;
    }
};

enum class NameStanding {
    Unknown = 0,
    Published,  ///< the records are there and ours
    Absent,     ///< nothing of ours is there, as it should be
    Foreign,    ///< somebody else owns the name: left alone
    Pending,    ///< should be otherwise, and is not yet
};

/// What is known of a name that we publish, should publish or had published.
struct NameState {
    DnsName name;
    std::set<Record> records;  ///< ours, as the server has them
    std::set<Record> wanted;   ///< ours, as they should be
    std::set<QString> vlans;
    NameStanding standing = NameStanding::Unknown;
    std::set<QString> sharedWith;  ///< owners of other records of the name
    qint64 verified = 0;           ///< when the server was last asked and showed this: Unix time in seconds; 0: never
    QString reason;                ///< why it is not published

    bool operator==(const NameState&) const = default;
};

struct ZoneTable {
    DnsName domain;
    quint32 ttl = 0;
    /// In order of their names; the same object as long as it is unchanged.
    std::vector<std::shared_ptr<const NameState>> names;
    std::optional<quint32> serial;  ///< of the zone, when last asked
    QString server;                 ///< where it is kept, such as "10.0.0.53" or a path
};

}  // namespace fos1::dns
