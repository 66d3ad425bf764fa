// SPDX-License-Identifier: GPL-2.0-or-later
#include "clock_watch.h"

#include <map>
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

/// `users`: the names of the sources by the addresses that they have.
QString whyUnresolved(const QString& name, const NameLookups::Outcome& outcome,
                      const std::map<QString, QString>& users) {
    if (!outcome.error.isEmpty())
        return QStringLiteral("No address is known for the name %1: %2.").arg(name, outcome.error);
    for (const QString& address : outcome.addresses)
        if (!users.contains(address))
            return QStringLiteral("chronyd has no address for the name %1 yet; it is %2 now.").arg(name, address);
    if (outcome.addresses.isEmpty()) return QStringLiteral("The name %1 has no address.").arg(name);
    const QString& first = outcome.addresses.front();
    return QStringLiteral("The name %1 is %2, which is in use as the source %3; chronyd uses an address once.")
        .arg(name, first, users.at(first));
}

}  // namespace

ClockWatch::ClockWatch(ChronyClient& client, IBus& bus) : m_bus(bus), m_monitor(client), m_sources(bus) {
    connect(&m_monitor, &ChronyMonitor::observed, this, [this](Observation seen) {
        if (seen.sources) explain(*seen.sources);
        Q_EMIT observed(seen);
    });
}

void ClockWatch::explain(std::vector<SourceReport>& sources) {
    std::set<QString> nameless;
    std::map<QString, QString> users;
    for (SourceReport& source : sources) {
        if (source.address.kind == SourceAddressKind::Unresolved && !source.name.isEmpty())
            nameless.insert(source.name);
        const auto ip = source.address.ip();
        if (!ip) continue;
        users.emplace(ip->text(), displayName(source));
        source.keyExchangeError = m_keyExchanges.of(ip->text());
    }
    m_lookups.want(nameless);
    for (SourceReport& source : sources)
        if (const auto* outcome = m_lookups.of(source.name);
            outcome && source.address.kind == SourceAddressKind::Unresolved)
            source.whyUnresolved = whyUnresolved(source.name, *outcome, users);
}

void ClockWatch::start() {
    m_keyExchanges.clear();
    m_monitor.start();
}

void ClockWatch::stop(const QString& service, const QString& why) {
    m_monitor.stop();
    m_estimator.reset();
    m_sync = {};
    m_tracking.reset();
    m_server.reset();
    m_sources.retractAll(why);
    if (!service.isEmpty()) retract(service, why);
}

time::SyncState ClockWatch::take(const Observation& observation, const FitnessPolicy& policy, const QString& service) {
    const time::SyncState before = std::exchange(m_sync, m_estimator.update(observation, policy));
    m_tracking = observation.tracking;
    m_server = observation.server;
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
