// SPDX-License-Identifier: GPL-2.0-or-later
// Publishes time.service/v1 and time.client/v1: what is new, retracts what is gone, and nothing when nothing changed.
#pragma once

#include <map>
#include <optional>

#include "core/service_plan.h"
#include "fos1/topic.h"

namespace fos1::ntp {

class ServicePublisher {
   public:
    explicit ServicePublisher(IBus& bus) : m_bus(bus) {}

    /// `answers`: the access rules that chronyd has; null: none. Planned anew when `now` changed, or after doubt(), and
    /// not with each measurement: there may be thousands of VLANs.
    void show(const NtpServiceSpec& spec, const Vlans& vlans, const PrefixTable<Permission>* answers,
              const ServingNow& now) {
        if (m_now == now) return;
        m_now = now;
        show(planVlans(spec, vlans, answers ? *answers : PrefixTable<Permission>(), now), m_vlans,
             QStringLiteral("the VLAN is neither declared nor named by the NTPService"));
    }
    /// Something else than `now` may have changed.
    void doubt() { m_now.reset(); }

    /// Groups with nothing in force are left out.
    void showGroups(const std::map<QString, GroupOutcome>& groups) {
        std::map<QString, time::ClientState> inForce;
        for (const auto& [name, group] : groups)
            if (!group.state.networks.isEmpty()) inForce.emplace(name, group.state);
        show(std::move(inForce), m_groups, QStringLiteral("the NTPClient is gone, or nothing of it is in force"));
    }
    /// No time service any more.
    void withdraw(const QString& why) {
        show<time::ServiceState>({}, m_vlans, why);
        show<time::ClientState>({}, m_groups, why);
        doubt();
    }

    /// As they are published.
    [[nodiscard]] const std::map<QString, time::ServiceState>& vlans() const { return m_vlans; }

   private:
    template <typename State>
    void show(std::map<QString, State>&& wanted, std::map<QString, State>& shown, const QString& whyGone) {
        for (const auto& [key, state] : shown)
            if (!wanted.contains(key)) m_bus.retract(QLatin1String(State::kTopic), key, whyGone);
        for (const auto& [key, state] : wanted) {
            const auto old = shown.find(key);
            if (old == shown.end() || old->second != state) publish(m_bus, key, state);
        }
        shown = std::move(wanted);
    }

    IBus& m_bus;
    std::optional<ServingNow> m_now;
    std::map<QString, time::ServiceState> m_vlans;
    std::map<QString, time::ClientState> m_groups;
};

}  // namespace fos1::ntp
