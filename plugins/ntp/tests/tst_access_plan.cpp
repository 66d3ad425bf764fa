// SPDX-License-Identifier: GPL-2.0-or-later
// Whatever changed before, the plan is the one that follows from what there is now, and what did not change is not
// planned again.
#include <QRandomGenerator>
#include <QTest>
#include <algorithm>

#include "core/access_plan.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace std::chrono_literals;

namespace {

IpPrefix prefix(const QString& text) { return *IpPrefix::parse(text); }

/// What there is, and random changes of it: few names and networks, so that everybody wants the same ones.
class World {
   public:
    explicit World(quint32 seed) : m_random(seed) {}

    NtpServiceSpec spec;
    Vlans vlans;
    std::map<QString, ClientGroup> groups;

    void change(AccessPlanner& planner) {
        switch (number(8)) {
            case 0: spec.access = someRules(); break;
            case 1: spec.vlans = somePolicies(); break;
            case 2: vlans.insert_or_assign(vlanName(), someVlan()); break;
            case 3: vlans.erase(vlanName()); break;
            case 4: {
                const QString name = groupName();
                groups.erase(name);
                planner.remove(name);
                break;
            }
            default: {
                const ClientGroup group = someGroup();
                groups.insert_or_assign(group.name, group);
                planner.set(group);
            }
        }
    }

    /// The older one comes first.
    [[nodiscard]] std::vector<ClientGroup> inOrder() const {
        std::vector<ClientGroup> list;
        for (const auto& [name, group] : groups) list.push_back(group);
        std::stable_sort(list.begin(), list.end(),
                         [](const auto& a, const auto& b) { return a.createdUnix < b.createdUnix; });
        return list;
    }

    [[nodiscard]] std::vector<ClientGroup> shuffled() {
        std::vector<ClientGroup> list = inOrder();
        std::shuffle(list.begin(), list.end(), m_random);
        return list;
    }

   private:
    int number(int below) { return m_random.bounded(below); }
    QString groupName() { return QStringLiteral("group-%1").arg(number(10)); }
    QString vlanName() { return QStringLiteral("vlan-%1").arg(number(4)); }
    IpPrefix network() {
        return number(6) == 0 ? prefix(QStringLiteral("fd00:%1::/64").arg(number(3)))
                              : prefix(QStringLiteral("10.%1.0.0/%2").arg(number(4)).arg(16 + 8 * number(2)));
    }
    ClientGroup someGroup() {
        ClientGroup group;
        group.name = groupName();
        group.createdUnix = number(3);
        for (int i = number(4); i > 0; --i) group.spec.networks.push_back(network());
        for (int i = number(6) - 3; i > 0; --i) group.spec.vlans.push_back(vlanName());
        group.spec.allow = number(3) != 0;
        if (number(2) == 0) group.spec.rateLimit = RateLimitSpec{true, 1s * (1 + number(2)), 4, 2};
        return group;
    }
    std::vector<AccessRule> someRules() {
        std::map<IpPrefix, Permission> rules;
        for (int i = number(3); i > 0; --i)
            rules.emplace(network(), number(2) == 0 ? Permission::Allow : Permission::Deny);
        std::vector<AccessRule> list;
        list.reserve(rules.size());
        for (const auto& [network, permission] : rules) list.push_back({network, permission});
        return list;
    }
    VlansSpec somePolicies() {
        VlansSpec policies;
        if (number(3) == 0) return policies;
        policies.defaults = VlanPolicy();
        for (int i = number(3); i > 0; --i) {
            VlanEntry entry;
            entry.vlan = vlanName();
            entry.policy.enabled = number(2) == 0;
            entry.policy.broadcast = number(2) == 0;
            entry.path = QStringLiteral("spec.vlanConfig[%1]").arg(i);
            policies.entries.push_back(entry);
        }
        return policies;
    }
    KnownVlan someVlan() {
        KnownVlan vlan;
        for (int i = number(3); i > 0; --i)
            vlan.state.addresses.push_back({QStringLiteral("10.%1.0.1").arg(number(4)), 16 + 8 * number(2), {}});
        return vlan;
    }

    QRandomGenerator m_random;
};

/// In the order of the text: who comes first has it.
std::map<IpPrefix, Permission> expectedRules(const World& world) {
    std::set<IpPrefix> taken;
    for (const AccessRule& rule : world.spec.access) taken.insert(rule.network);
    std::map<IpPrefix, Permission> rules;
    const auto add = [&](const IpPrefix& network, bool isAllowed) {
        if (taken.insert(network).second) rules.emplace(network, isAllowed ? Permission::Allow : Permission::Deny);
    };
    for (const ClientGroup& group : world.inOrder()) {
        for (const IpPrefix& network : group.spec.networks) add(network, group.spec.allow);
        for (const QString& name : group.spec.vlans)
            if (const auto vlan = world.vlans.find(name); vlan != world.vlans.end())
                for (const OwnAddress& each : addressesOf(vlan->second.state)) add(each.network, group.spec.allow);
    }
    const VlanPolicies policies(world.spec.vlans);
    std::map<IpPrefix, bool> ofVlans;
    for (const auto& [name, vlan] : world.vlans)
        if (const auto policy = policies.of(name))
            for (const OwnAddress& each : addressesOf(vlan.state)) {
                const auto [rule, isNew] = ofVlans.emplace(each.network, policy->enabled);
                rule->second = rule->second && policy->enabled;
            }
    for (const auto& [network, isAllowed] : ofVlans) add(network, isAllowed);
    return rules;
}

bool isSame(const AccessPlan& a, const AccessPlan& b) {
    return a.rules == b.rules && a.entriesWithoutVlan == b.entriesWithoutVlan &&
           std::equal(a.groups.begin(), a.groups.end(), b.groups.begin(), b.groups.end(),
                      [](const auto& x, const auto& y) { return x.first == y.first && *x.second == *y.second; });
}

ClientGroup group(const char* name, const char* network, qint64 createdUnix = 0) {
    ClientGroup group;
    group.name = QLatin1String(name);
    group.createdUnix = createdUnix;
    group.spec.networks = {prefix(QLatin1String(network))};
    return group;
}

}  // namespace

class TestAccessPlan : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void aPlanAfterChangesIsThePlanFromScratch() {
        for (quint32 seed = 1; seed <= 40; ++seed) {
            World world(seed);
            AccessPlanner planner;
            for (int step = 0; step < 150; ++step) {
                world.change(planner);
                if (step % 3 == 1) continue;  // several changes between two plans
                const AccessPlan plan = planner.plan(world.spec, world.vlans);
                const auto where = QStringLiteral("seed %1 step %2").arg(seed).arg(step);
                QVERIFY2(isSame(plan, planAccess(world.spec, world.shuffled(), world.vlans)), qPrintable(where));
                std::map<IpPrefix, Permission> rules;
                for (const AccessRule& rule : plan.rules.access) rules.emplace(rule.network, rule.permission);
                QCOMPARE(rules.size(), plan.rules.access.size());
                QVERIFY2(rules == expectedRules(world), qPrintable(where));
            }
        }
    }

    void whatDidNotChangeIsTheSameOutcome() {
        AccessPlanner planner;
        planner.set(group("a", "10.1.0.0/16"));
        planner.set(group("b", "10.2.0.0/16"));
        planner.set(group("c", "10.2.0.0/16"));
        const NtpServiceSpec spec;
        const GroupOutcomes before = planner.plan(spec, {}).groups;
        planner.set(group("b", "10.3.0.0/16"));
        planner.set(group("a", "10.1.0.0/16"));
        const GroupOutcomes after = planner.plan(spec, {}).groups;
        QCOMPARE(after.at(QStringLiteral("a")), before.at(QStringLiteral("a")));
        QVERIFY(after.at(QStringLiteral("b")) != before.at(QStringLiteral("b")));
        QCOMPARE(after.at(QStringLiteral("c"))->state.networks, QStringList(QStringLiteral("10.2.0.0/16")));
    }

    void theOlderHasWhatBothWant() {
        AccessPlanner planner;
        planner.set(group("a", "10.1.0.0/16", 2));
        planner.set(group("b", "10.1.0.0/16", 1));
        const GroupOutcomes groups = planner.plan({}, {}).groups;
        QVERIFY(groups.at(QStringLiteral("b"))->problems.empty());
        QCOMPARE(groups.at(QStringLiteral("a"))->problems.front(),
                 QStringLiteral("10.1.0.0/16 already belongs to NTPClient b"));
        planner.remove(QStringLiteral("b"));
        QVERIFY(planner.plan({}, {}).groups.at(QStringLiteral("a"))->problems.empty());
        planner.remove(QStringLiteral("a"));
        QVERIFY(planner.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestAccessPlan)
#include "tst_access_plan.moc"
