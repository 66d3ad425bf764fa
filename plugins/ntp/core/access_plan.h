// SPDX-License-Identifier: GPL-2.0-or-later
// Decides which networks are answered: those of the groups of clients and of the VLANs, and who has one that several
// want. Pure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/access_order.h"
#include "core/group_outcomes.h"
#include "core/known_vlans.h"
#include "core/materials.h"
#include "model/ntp_service_spec.h"

namespace fos1::ntp {

/// An NTPClient of the service's namespace.
struct ClientGroup {
    QString name;
    qint64 createdUnix = 0;  ///< metadata.creationTimestamp, in seconds
    ClientGroupSpec spec;
    bool operator==(const ClientGroup&) const = default;
};

/// What follows from the specs and the VLANs alone; it changes when they do, and not with each measurement.
struct AccessPlan {
    VlanRules rules;  ///< for chronyd
    GroupOutcomes groups;
    std::vector<QString> entriesWithoutVlan;  ///< "spec.vlanConfig[2] (vlan-40)"
};

/// Keeps what followed from each group, and plans those again of which something changed: the group itself, who else
/// wants its networks, its VLANs. The plan depends on what is given now, and not on what was before.
class AccessPlanner {
   public:
    /// One that came or changed. The older of two has what both want, and of the same age that whose name is first.
    void set(const ClientGroup& group);
    void remove(const QString& name);
    [[nodiscard]] bool isEmpty() const { return m_groups.empty(); }

    [[nodiscard]] AccessPlan plan(const NtpServiceSpec& spec, const Vlans& vlans);

   private:
    struct Group {
        qint64 createdUnix = 0;
        ClientGroupSpec spec;
        GroupOutcomePointer outcome;  ///< of the last plan
    };
    using Groups = std::map<QString, Group>;
    struct Claim {
        IpPrefix network;
        Groups::value_type* group = nullptr;
    };
    /// By network in the order of chrony.conf, then by who has it.
    struct Earlier {
        using is_transparent = void;
        bool operator()(const Claim& a, const Claim& b) const;
        bool operator()(const Claim& a, const IpPrefix& b) const { return isBefore(a.network, b); }
        bool operator()(const IpPrefix& a, const Claim& b) const { return isBefore(a, b.network); }
    };
    struct OfVlans {
        std::map<IpPrefix, Permission> access;
        std::set<IpAddress> broadcasts;
        std::vector<QString> entriesWithoutVlan;
    };

    void claim(Groups::value_type& group);
    void withdraw(Groups::value_type& group);
    void doubtAll(const IpPrefix& network);
    void planGroups();
    template <typename Use>
    void forEachNetwork(const ClientGroupSpec& spec, Use use) const;
    void take(const std::vector<AccessRule>& own);
    void take(const VlansSpec& spec, const Vlans& vlans);
    void replaceVlans(const Vlans& vlans);
    [[nodiscard]] static OfVlans ofVlans(const VlansSpec& spec, const Vlans& vlans);
    [[nodiscard]] GroupOutcome outcomeOf(const Groups::value_type& group) const;
    [[nodiscard]] std::vector<AccessRule> rules() const;

    Groups m_groups;
    std::set<Claim, Earlier> m_claims;
    std::set<Groups::value_type*> m_doubted;  ///< whose outcome may be another one than at the last plan
    bool m_isOtherSet = false;                ///< groups came or went since
    GroupOutcomes m_outcomes;
    std::optional<std::vector<AccessRule>> m_rules;  ///< nothing: something changed since
    // What the last plan was made with.
    std::vector<AccessRule> m_own;  ///< spec.security.access, which comes before all groups
    std::set<IpPrefix> m_ownNetworks;
    VlansSpec m_vlansSpec;
    Vlans m_vlans;
    OfVlans m_ofVlans;
};

/// From scratch.
[[nodiscard]] AccessPlan planAccess(const NtpServiceSpec& spec, const std::vector<ClientGroup>& groups,
                                    const Vlans& vlans);

/// What holds for the groups of clients where `wanted` did not come into force, because of `why`; `inForce` may be
/// null.
[[nodiscard]] GroupOutcomes withoutChange(const GroupOutcomes& wanted, const GroupOutcomes* inForce,
                                          const QString& why);

}  // namespace fos1::ntp
