// SPDX-License-Identifier: GPL-2.0-or-later
// Decides how a name at a server becomes what the plan says, without ever changing what is not ours. Pure. Must not
// know messages or servers.
//
// Ours is what our mark (ownership_mark.h) names. A name without a mark is claimed with the prerequisite that it is not
// in use. At a name with marks, of ours or of other routers, only our own records and our own mark change, with the
// prerequisite that the marks are still as we know them: so a race is noticed by the router that comes second.
#pragma once

#include <map>
#include <set>

#include "core/ownership_mark.h"
#include "model/zone.h"
#include "wire/message.h"

namespace fos1::dns {

/// What a server has at a name, as last read or written.
struct NameKnowledge {
    bool isRead = false;         ///< false: nothing is known; such a name is claimed without reading it
    bool isInUse = false;        ///< a claim failed, so that it is in use whatever was read
    std::set<Record> texts;      ///< all TXT records
    std::set<Record> records;    ///< all A, AAAA, SRV and PTR records that were asked for
    bool isAlias = false;        ///< it has a CNAME
    QString delegatedTo;         ///< it belongs to this other zone on the server; empty: it does not
    std::optional<quint32> ttl;  ///< of `records`, if they have one in common

    bool operator==(const NameKnowledge&) const = default;
};

struct NameWish {
    DnsName name;
    const NamePlan* plan = nullptr;  ///< null: no longer wanted
    bool keepsRest = false;
};

struct Owner {
    QByteArray id;
    DnsName zone;
    quint32 ttl = 60;
};

enum class StepKind { Unknown = 0, Nothing, Claim, Change, Remove, Blocked };

struct NameStep {
    StepKind kind = StepKind::Nothing;
    std::vector<UpdateLine> lines;
    NameKnowledge after;  ///< when the server has carried it out
    QString why;          ///< why it is blocked
    /// The part of `lines` that only removes, and what is known afterwards; empty when nothing is removed or when it
    /// cannot be separated.
    std::vector<UpdateLine> removal;
    NameKnowledge afterRemoval;
};

[[nodiscard]] NameStep decide(const NameWish& wish, const NameKnowledge& known, const Owner& owner);

/// The plan of a service name without records that point at names that are left alone: they would lead clients to
/// somebody else.
[[nodiscard]] NamePlan withoutBlockedTargets(const NamePlan& plan, const std::map<DnsName, QString>& blocked);

/// Whether the plan of a service name points at a name of `plan` of which nothing is known yet: whose it is turns out
/// when it is claimed.
[[nodiscard]] bool pointsAtUnread(const NamePlan& service, const ZonePlan& plan,
                                  const std::map<DnsName, NameKnowledge>& known);

/// Our mark among the texts; records of several marks of ours are united.
[[nodiscard]] std::optional<Mark> ownMark(const NameKnowledge& known, const QByteArray& owner);
/// The owners of other marks.
[[nodiscard]] std::set<QString> otherOwners(const NameKnowledge& known, const QByteArray& owner);

}  // namespace fos1::dns
