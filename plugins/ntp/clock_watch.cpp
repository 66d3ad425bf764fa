// SPDX-License-Identifier: GPL-2.0-or-later
#include "clock_watch.h"

#include <set>

namespace fos1::ntp {

namespace {

constexpr std::chrono::seconds kTopicTtl{10};

time::SourcesState addressesOf(const std::vector<SourceReport>& sources) {
    std::set<IpAddress> addresses;
    for (const SourceReport& source : sources)
        if (const auto ip = source.address.ip(); ip && source.mode != SourceMode::ReferenceClock) addresses.insert(*ip);
    time::SourcesState state;
    for (const IpAddress& each : addresses) {
        if (state.addresses.size() == time::SourcesState::kMostAddresses) break;
        state.addresses.append(each.text());
    }
    return state;
}

}  // namespace

ClockWatch::ClockWatch(ChronyClient& client, IBus& bus) : m_bus(bus), m_monitor(client), m_sources(bus) {
    connect(&m_monitor, &ChronyMonitor::observed, this, &ClockWatch::observed);
}

void ClockWatch::stop(const QString& service, const QString& why) {
    m_monitor.stop();
    m_estimator.reset();
    m_sync = {};
    m_sources.retractAll(why);
    if (!service.isEmpty()) retract(service, why);
}

time::SyncState ClockWatch::take(const Observation& observation, const FitnessPolicy& policy, const QString& service) {
    const time::SyncState before = std::exchange(m_sync, m_estimator.update(observation, policy));
    publish(m_bus, service, m_sync, kTopicTtl);
    // While chronyd does not answer, it may still run, with the sources that it had.
    if (observation.sources)
        m_sources.show({{service, addressesOf(*observation.sources)}}, QStringLiteral("another NTPService serves"));
    return before;
}

void ClockWatch::retract(const QString& service, const QString& why) {
    m_bus.retract(QLatin1String(time::SyncState::kTopic), service, why);
}

}  // namespace fos1::ntp
