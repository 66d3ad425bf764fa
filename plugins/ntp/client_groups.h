// SPDX-License-Identifier: GPL-2.0-or-later
// The NTPClient objects: which of them belong to the service that runs, and what the status of each says.
#pragma once

#include <map>
#include <set>

#include "core/access_plan.h"
#include "fos1/key_pool.h"
#include "fos1/plugin.h"

namespace fos1::ntp {

class ClientGroups {
   public:
    explicit ClientGroups(const HostView& host) : m_host(host) {}

    void clear();
    /// One that came or changed.
    void set(const DesiredObject& object);
    void remove(const ObjectKey& key);

    /// For those of the service's namespace that can be understood.
    [[nodiscard]] AccessPlan plan(const QString& ns, const NtpServiceSpec& spec, const Vlans& vlans);

    /// What became of them. `ns`: of the service that runs; empty when none does.
    void show(const QString& ns, const GroupOutcomes& outcomes);

   private:
    struct Entry {
        std::size_t uid = 0;  ///< a hash: one that was deleted and made again has no status yet
        qint64 generation = 0;
        Errors mistakes;        ///< of one that cannot be understood
        std::size_t shown = 0;  ///< a hash of its status, so that it is not written again
    };
    using Entries = std::map<std::pair<QString, QString>, Entry>;  ///< by namespace and name

    void show(Entries::value_type& item, const GroupOutcome* outcome);
    void show(Entries::value_type& item, ConditionStatus status, const QString& reason, const QString& message,
              const QStringList& networks);

    const HostView& m_host;
    KeyPool m_pool;
    QString m_apiVersion;
    Entries m_entries;
    std::set<std::pair<QString, QString>> m_news;  ///< that came or changed since show()
    QString m_shownNamespace;
    GroupOutcomes m_shown;
    std::map<QString, AccessPlanner> m_planners;  ///< by namespace; of those that can be understood
};

}  // namespace fos1::ntp
