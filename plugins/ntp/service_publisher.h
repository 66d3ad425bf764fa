// SPDX-License-Identifier: GPL-2.0-or-later
// Publishes time.service/v1 and time.client/v1: what is new, retracts what is gone, and nothing when nothing changed.
#pragma once

#include <map>
#include <optional>

#include "core/access_plan.h"
#include "core/service_plan.h"
#include "fos1/publication.h"

namespace fos1::ntp {

class ServicePublisher {
   public:
    explicit ServicePublisher(IBus& bus) : m_vlans(bus), m_groups(bus) {}

    /// `answers`: the access rules that chronyd has; null: none. Planned anew when `now` changed, or after doubt(), and
    /// not with each measurement: there may be thousands of VLANs.
    void show(const NtpServiceSpec& spec, const Vlans& vlans, const PrefixTable<Permission>* answers,
              const ServingNow& now) {
        if (m_now == now) return;
        m_now = now;
        static const PrefixTable<Permission> nobody;
        m_vlans.show(planVlans(spec, vlans, answers ? *answers : nobody, now),
                     QStringLiteral("the VLAN is neither declared nor named by the NTPService"));
    }
    /// Something else than `now` may have changed.
    void doubt() { m_now.reset(); }

    /// Groups with nothing in force are left out.
    void showGroups(const GroupOutcomes& groups);
    /// No time service any more.
    void withdraw(const QString& why) {
        m_vlans.retractAll(why);
        m_groups.retractAll(why);
        m_shownGroups = {};
        doubt();
    }

    /// What is published stays; the host reports that its publisher is gone.
    void stop() {
        m_vlans.stop();
        m_groups.stop();
    }

    /// As they are published.
    [[nodiscard]] const std::map<QString, time::ServiceState>& vlans() const { return m_vlans.values(); }
    /// Another one whenever vlans() changed.
    [[nodiscard]] quint64 revision() const { return m_vlans.revision(); }

   private:
    /// What is published of a group is part of its outcome.
    struct Group {
        static constexpr const char* kTopic = time::ClientState::kTopic;
        std::shared_ptr<const GroupOutcome> outcome;
        bool operator==(const Group& other) const { return outcome->state == other.outcome->state; }
        [[nodiscard]] QCborMap encode() const { return outcome->state.encode(); }
    };

    std::optional<ServingNow> m_now;
    Publication<time::ServiceState> m_vlans;
    Publication<Group> m_groups;
    GroupOutcomes m_shownGroups;
};

}  // namespace fos1::ntp
