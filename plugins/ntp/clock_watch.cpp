// SPDX-License-Identifier: GPL-2.0-or-later
#include "clock_watch.h"

#include "fos1/topic.h"

namespace fos1::ntp {

namespace {

constexpr std::chrono::seconds kTopicTtl{10};

}  // namespace

ClockWatch::ClockWatch(ChronyClient& client, IBus& bus) : m_bus(bus), m_monitor(client) {
    connect(&m_monitor, &ChronyMonitor::observed, this, &ClockWatch::observed);
}

void ClockWatch::stop(const QString& service, const QString& why) {
    m_monitor.stop();
    m_estimator.reset();
    m_sync = {};
    if (!service.isEmpty()) retract(service, why);
}

time::SyncState ClockWatch::take(const Observation& observation, const FitnessPolicy& policy, const QString& service) {
    const time::SyncState before = std::exchange(m_sync, m_estimator.update(observation, policy));
    publish(m_bus, service, m_sync, kTopicTtl);
    return before;
}

void ClockWatch::retract(const QString& service, const QString& why) {
    m_bus.retract(QLatin1String(time::SyncState::kTopic), service, why);
}

}  // namespace fos1::ntp
