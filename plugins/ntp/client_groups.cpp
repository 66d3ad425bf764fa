// SPDX-License-Identifier: GPL-2.0-or-later
#include "client_groups.h"

#include <QCborArray>
#include <QDateTime>
#include <utility>

#include "core/plain_text.h"
#include "model/vlan_parser.h"

namespace fos1::ntp {

namespace {

constexpr qsizetype kMostShownNetworks = 256;

qint64 secondsOf(const QString& timestamp) {
    const QDateTime time = QDateTime::fromString(timestamp, Qt::ISODate);
    return time.isValid() ? time.toSecsSinceEpoch() : 0;
}

}  // namespace

void ClientGroups::clear() {
    m_entries.clear();
    m_news.clear();
    m_planners.clear();
}

void ClientGroups::set(const DesiredObject& object) {
    m_apiVersion = object.key.apiVersion;
    const std::size_t uid = qHash(object.metadata.value(QStringLiteral("uid")).toString());
    Entry& entry = m_entries[{m_pool.shared(object.key.ns), object.key.name}];
    if (entry.uid != uid) entry.shown = 0;
    entry.uid = uid;
    entry.generation = object.generation;
    m_news.emplace(object.key.ns, object.key.name);
    auto spec = parseClientGroup(object.spec);
    entry.mistakes = spec ? Errors() : std::move(spec.error());
    AccessPlanner& planner = m_planners[object.key.ns];
    if (spec)
        planner.set({object.key.name, secondsOf(object.metadata.value(QStringLiteral("creationTimestamp")).toString()),
                     std::move(*spec)});
    else
        planner.remove(object.key.name);
}

void ClientGroups::remove(const ObjectKey& key) {
    m_entries.erase({key.ns, key.name});
    const auto planner = m_planners.find(key.ns);
    if (planner == m_planners.end()) return;
    planner->second.remove(key.name);
    if (planner->second.isEmpty()) m_planners.erase(planner);
}

AccessPlan ClientGroups::plan(const QString& ns, const NtpServiceSpec& spec, const Vlans& vlans) {
    const auto planner = m_planners.find(ns);
    return planner != m_planners.end() ? planner->second.plan(spec, vlans) : planAccess(spec, {}, vlans);
}

void ClientGroups::show(const QString& ns, const GroupOutcomes& outcomes) {
    const auto showOne = [&](Entries::value_type& item) {
        const bool isOurs = item.first.first == ns;
        const auto outcome = isOurs ? outcomes.find(item.first.second) : outcomes.end();
        show(item, outcome != outcomes.end() ? outcome->second.get() : nullptr);
    };
    if (std::exchange(m_shownNamespace, ns) != ns) {
        for (auto& item : m_entries) showOne(item);
    } else {
        const auto showNamed = [&](const std::pair<QString, QString>& name) {
            if (const auto item = m_entries.find(name); item != m_entries.end()) showOne(*item);
        };
        GroupOutcomes::forEachChange(m_shown, outcomes, [&](const QString& name, const auto&) {
            showNamed({ns, name});
        });
        for (const auto& name : m_news) showNamed(name);
    }
    m_news.clear();
    m_shown = outcomes;
}

void ClientGroups::show(Entries::value_type& item, const GroupOutcome* outcome) {
    constexpr auto kFalse = ConditionStatus::False;
    if (!item.second.mistakes.empty())
        return show(item, kFalse, QStringLiteral("InvalidSpec"), joined(item.second.mistakes), {});
    if (!outcome)
        return show(item, kFalse, QStringLiteral("NoService"),
                    QStringLiteral("No NTPService of this namespace serves this node."), {});
    QStringList problems;
    for (const QString& problem : outcome->problems) problems.append(problem);
    const QStringList& networks = outcome->state.networks;
    if (problems.isEmpty())
        return show(item, ConditionStatus::True, QStringLiteral("InForce"),
                    QStringLiteral("The policy is in force for %1 networks.").arg(networks.size()), networks);
    show(item, kFalse, networks.isEmpty() ? QStringLiteral("NotInForce") : QStringLiteral("PartlyInForce"),
         QStringLiteral("Not in force as a whole: %1.").arg(someOf(problems, QStringLiteral("; "))), networks);
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
