// SPDX-License-Identifier: GPL-2.0-or-later
// What the time service shows on pages.
#include "time_service.h"

namespace fos1::ntp {

void TimeService::look(const std::function<void(const PageFacts&)>& see) const {
    PageFacts facts;
    for (const DesiredObject& service : m_services)
        if (!m_declared || service.key != m_declared->key)
            facts.idle.push_back(
                {service.key.ns + u'/' + service.key.name, whyIdle(service, m_services, m_nodeLabels.labels())});
    if (!m_declared) return see(facts);
    facts.object = m_declared->key.ns + u'/' + m_declared->key.name;
    if (m_version) facts.chronydVersion = m_version->name;
    if (const auto& tracking = m_clock.tracking()) facts.tracking = &*tracking;
    if (const auto& server = m_clock.server()) facts.server = &*server;
    withStatus([&](const StatusInput& status) {
        facts.status = &status;
        see(facts);
    });
}

}  // namespace fos1::ntp
