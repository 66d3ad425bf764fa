// SPDX-License-Identifier: GPL-2.0-or-later
#include "client_groups.h"

#include <QCborArray>

#include "model/vlan_parser.h"

namespace fos1::ntp {

namespace {

constexpr qsizetype kMostShownNetworks = 256;

}  // namespace

void ClientGroups::set(const DesiredObject& object) {
    auto spec = parseClientGroup(object.spec);
    const QString created = object.metadata.value(QStringLiteral("creationTimestamp")).toString();
    const std::size_t uid = qHash(object.metadata.value(QStringLiteral("uid")).toString());
    m_apiVersion = object.key.apiVersion;
    const std::pair key(m_pool.shared(object.key.ns), object.key.name);
    const auto known = m_entries.find(key);
    const std::size_t shown = known != m_entries.end() && known->second.uid == uid ? known->second.shown : 0;
    m_entries.insert_or_assign(key, Entry{uid, created, object.generation, std::move(spec), shown});
}

std::vector<ClientGroup> ClientGroups::of(const QString& ns) const {
    std::vector<const Entries::value_type*> oldestFirst;
    for (const auto& item : m_entries)
        if (item.first.first == ns && item.second.spec) oldestFirst.push_back(&item);
    std::stable_sort(oldestFirst.begin(), oldestFirst.end(),
                     [](const auto* a, const auto* b) { return a->second.created < b->second.created; });
    std::vector<ClientGroup> groups;
    groups.reserve(oldestFirst.size());
    for (const auto* item : oldestFirst) groups.push_back({item->first.second, *item->second.spec});
    return groups;
}

void ClientGroups::show(const QString& ns, const std::map<QString, GroupOutcome>& outcomes) {
    constexpr auto kFalse = ConditionStatus::False;
    for (auto& entry : m_entries) {
        if (!entry.second.spec) {
            show(entry, kFalse, QStringLiteral("InvalidSpec"), joined(entry.second.spec.error()), {});
            continue;
        }
        const auto outcome = entry.first.first == ns ? outcomes.find(entry.first.second) : outcomes.end();
        if (outcome == outcomes.end()) {
            show(entry, kFalse, QStringLiteral("NoService"),
                 QStringLiteral("No NTPService of this namespace serves this node."), {});
            continue;
        }
        QStringList problems;
        for (const QString& problem : outcome->second.problems) problems.append(problem);
        const QStringList& networks = outcome->second.state.networks;
        if (problems.isEmpty())
            show(entry, ConditionStatus::True, QStringLiteral("InForce"),
                 QStringLiteral("The policy is in force for %1 networks.").arg(networks.size()), networks);
        else
            show(entry, kFalse, networks.isEmpty() ? QStringLiteral("NotInForce") : QStringLiteral("PartlyInForce"),
                 QStringLiteral("Not in force as a whole: %1.").arg(problems.join(QStringLiteral("; "))), networks);
    }
}

void ClientGroups::show(Entries::value_type& item, ConditionStatus status, const QString& reason,
                        const QString& message, const QStringList& networks) {
    auto& [name, entry] = item;
    const std::size_t shown =
        qHashMulti(1, entry.generation, reason, message, qHashRange(networks.begin(), networks.end()));
    if (entry.shown == shown) return;
    entry.shown = shown;
    const ObjectKey key{m_apiVersion, QStringLiteral("NTPClient"), name.first, name.second};
    m_host.setFields(key,
                     {{QStringLiteral("observedGeneration"), entry.generation},
                      {QStringLiteral("networkCount"), networks.size()},
                      {QStringLiteral("networks"), QCborArray::fromStringList(networks.mid(0, kMostShownNetworks))}});
    for (const char* type : {"Ready", "Reconciled"})
        m_host.setCondition(key, {QLatin1String(type), status, reason, message, entry.generation});
}

}  // namespace fos1::ntp
