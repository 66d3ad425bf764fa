// SPDX-License-Identifier: GPL-2.0-or-later
// A zone that is configured, what its names should be, and what is known of them. Values. Must not know how a server
// is changed.
#pragma once

#include <QString>
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
    std::map<DnsName, NamePlan> names;
    bool keepsRest = false;  ///< what is there of ours and not planned stays

    bool operator==(const ZonePlan&) const = default;
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
    std::vector<std::shared_ptr<const NameState>> names;  ///< the same object as long as it is unchanged
    std::optional<quint32> serial;                        ///< of the zone, when last asked
    QString server;                                       ///< where it is kept, such as "10.0.0.53" or a path
};

}  // namespace fos1::dns
