// SPDX-License-Identifier: GPL-2.0-or-later
#include "dns_bridge.h"

#include <algorithm>

#include "core/names_preview.h"
#include "fos1/logging.h"

namespace fos1::dns {

namespace {

FOS1_LOG(lcZone, "dns-bridge.zone")

}  // namespace

DnsBridge::DnsBridge(const HostView& host, const BridgeOptions& options, std::vector<ConfiguredZone> zones)
    : m_host(host), m_options(options), m_report(host), m_plans(zones.size()) {
    for (ConfiguredZone& each : zones) {
        const QString name = each.spec.name;
        m_report.addZone(name);
        m_specs.push_back(each.spec);
        DnsBackend* const backend = m_backends.emplace_back(std::move(each.backend)).get();
        m_keepers.push_back(std::make_unique<ZoneKeeper>(
            name, options.pollEach, lcZone(),
            [backend](const std::shared_ptr<const ZonePlan>& plan, ZoneKeeper::Done done) {
                backend->apply(plan, std::move(done));
            },
            ZoneKeeper::Reports{
                [this, name](const Applied& result, bool isRepair) { m_report.applied(name, result, isRepair); },
                [this, name, backend](const Trouble& trouble) { m_report.failed(name, trouble, backend->table()); },
            }));
    }
    m_planner.emplace(m_specs, options.router);
}

void DnsBridge::start() {
    m_served.emplace(m_host.bus(), m_options.offers, [this] { offersChanged(); });
}

void DnsBridge::offersChanged() {
    if (m_leaving.hasBegun()) return;
    const std::shared_ptr<const Offers> offers = m_served->judge();
    if (!offers || offers == m_offers) {
        m_report.begin(nullptr, {}, m_served->suppressed());
        return;
    }
    m_offers = offers;
    ZonePlans plans = m_planner->plan(*offers);
    m_report.begin(offers, plans.problems, m_served->suppressed());
    for (std::size_t i = 0; i < m_keepers.size(); ++i) {
        if (m_plans[i] && *m_plans[i] == *plans.zones[i]) continue;
        m_plans[i] = plans.zones[i];
        m_keepers[i]->apply(m_plans[i]);
    }
}

QCborMap DnsBridge::preview(const QCborMap& snapshot) {
    const QCborMap topics = snapshot.value(QStringLiteral("topics")).toMap();
    if (!m_served || topics.isEmpty()) return {};
    const ServedNames::Preview offers = m_served->preview(topics);
    QStringList zones;
    for (const ZoneSpec& each : m_specs) zones.append(each.name);
    // The names that do not change are planned once, and are the same objects in both plans.
    const ZonePlans now = m_planner->plan(offers.now);
    const ZonePlans then = m_planner->plan(offers.then);
    return describeNames(zones, now, then, m_report.book());
}

bool DnsBridge::isSettled() const {
    return std::all_of(m_keepers.begin(), m_keepers.end(), [](const auto& each) { return each->isSettled(); });
}

void DnsBridge::stop(Ticket ticket) {
    m_served.reset();
    m_report.stop();
    std::shared_ptr<const ZonePlan> last;
    if (m_options.onStop == OnStop::Withdraw) last = std::make_shared<const ZonePlan>();
    std::set<QString> names;
    for (const auto& keeper : m_keepers) names.insert(keeper->name());
    m_leaving.begin(std::move(names), [this, ticket](const QStringList& problems) {
        if (problems.isEmpty())
            m_host.succeed(ticket);
        else
            m_host.fail(ticket, QStringLiteral("Names may still be in a zone: ") + problems.join(QStringLiteral("; ")));
    });
    for (const auto& keeper : m_keepers)
        keeper->stop(last, [this, name = keeper->name()](const QString& problem) { m_leaving.left(name, problem); });
}

}  // namespace fos1::dns
