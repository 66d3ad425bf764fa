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
    NameState state;
    qint64 since = 0;  ///< when the records or their standing last changed: Unix time in seconds
};

class PublishedBook {
   public:
    /// What a zone has now. `now`: Unix time in seconds.
    void record(const QString& zone, const std::shared_ptr<const ZoneTable>& table, qint64 now);
    /// The zone could not be read or changed; it has what it had before.
    void recordFailure(const QString& zone, const QString& why);
    void recordSuccess(const QString& zone) { m_failures.erase(zone); }

    /// All rows, by zone.
    [[nodiscard]] const std::map<QString, std::vector<NameRow>>& rows() const { return m_rows; }
    [[nodiscard]] const std::map<QString, QString>& failures() const { return m_failures; }
    [[nodiscard]] QString serverOf(const QString& zone) const;
    /// As last recorded; null before that.
    [[nodiscard]] std::shared_ptr<const ZoneTable> tableOf(const QString& zone) const;
    /// The state of each VLAN of `offers`. `problems`: of the plan, by VLAN.
    [[nodiscard]] std::map<QString, PublishedState> states(const Offers& offers,
                                                           const std::map<QString, QString>& problems) const;
    /// "ntp.lan.test: Somebody else …" for each name that is left alone.
    [[nodiscard]] QStringList problemsOf(const QString& zone) const;

   private:
    std::map<QString, std::vector<NameRow>> m_rows;                ///< by zone
    std::map<QString, std::shared_ptr<const ZoneTable>> m_tables;  ///< by zone
    std::map<QString, QString> m_failures;                         ///< by zone
};

}  // namespace fos1::dns
