// SPDX-License-Identifier: GPL-2.0-or-later
// Records which names each zone has, since when, and what that means for each VLAN. Pure: time is an argument of each
// call. Must not know servers' forms, topics or pages.
#pragma once

#include <map>

#include "dns/published_state.h"
#include "model/offers.h"
#include "model/zone.h"

namespace fos1::dns {

struct NameRow {
    std::shared_ptr<const NameState> state;
    /// When its standing last changed, and since when it has each record: Unix time in seconds. A name may have
    /// addresses of thousands of VLANs, and what is reported of each must not change with another one's.
    qint64 since = 0;
    std::map<Record, qint64> recordsSince;
};

struct ZoneRows {
    std::shared_ptr<const ZoneTable> table;  ///< null: nothing is known
    std::map<DnsName, NameRow> rows;
    QString failure;  ///< why it could not be checked or changed; empty: it could

    [[nodiscard]] qint64 count(NameStanding standing) const;
};

class PublishedBook {
   public:
    /// What a zone has now. `now`: Unix time in seconds. Returns the VLANs that this concerns.
    std::set<QString> record(const QString& zone, const std::shared_ptr<const ZoneTable>& table, qint64 now);
    /// The zone could not be read or changed; it has what it had before. Returns whether this is news.
    bool recordFailure(const QString& zone, const QString& why);
    bool recordSuccess(const QString& zone);

    [[nodiscard]] const std::map<QString, ZoneRows>& zones() const { return m_zones; }
    /// The state of a VLAN with this offer. `problem`: of its plan.
    [[nodiscard]] PublishedState state(const QString& vlan, const VlanOffer& offer, const QString& problem) const;
    /// "ntp.lan.test: Somebody else …" for each name that is left alone.
    [[nodiscard]] QStringList problemsOf(const QString& zone) const;

   private:
    void index(const QString& zone, const NameState& state, bool isThere);

    std::map<QString, ZoneRows> m_zones;
    /// By VLAN: its names, by zone.
    std::map<QString, std::set<std::pair<QString, DnsName>>> m_byVlan;
};

}  // namespace fos1::dns
