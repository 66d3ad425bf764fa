// SPDX-License-Identifier: GPL-2.0-or-later
#include "vlan_inventory.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "core/vlan_status.h"
#include "fos1/topic.h"

namespace fos1::vlan {

namespace {

const QString kTopic = QString::fromLatin1(network::VlanState::kTopic);
const QString kReady = QStringLiteral("Ready");
const QString kConflict = QStringLiteral("Conflict");
const QString kAddressesAsDeclared = QStringLiteral("AddressesAsDeclared");
const QString kDegraded = QStringLiteral("Degraded");

/// The key of the topic is only the name; it belongs to the oldest object of that name.
bool hasTopic(const VlanEntry& entry) { return entry.finding != Finding::NameTaken; }

}  // namespace

VlanInventory::VlanInventory(const HostView& host)
    : m_host(host), m_metrics(host.metrics()), m_slices([this] { return tellNext(); }) {
    connect(&m_monitor, &LinkMonitor::changed, this, &VlanInventory::onLinksChanged);
    connect(&m_monitor, &LinkMonitor::troubled, this, &VlanInventory::onTroubled);
}

QString VlanInventory::start() {
    const auto started = m_monitor.start();
    return started ? QString() : started.error().text();
}

void VlanInventory::reconcile(const std::vector<DesiredObject>& objects, Ticket ticket) {
    m_specs.clear();
    Errors mistakes;
    for (const DesiredObject& object : objects) {
        auto spec = parseVlan(object);
        if (spec) {
            m_specs.push_back(std::move(*spec));
            continue;
        }
        refuse(object, joined(spec.error()));
        for (const Error& error : spec.error()) mistakes.push_back({error.code, error.text(), object.key.text()});
    }
    std::sort(m_specs.begin(), m_specs.end(), isOlder);
    m_mistakes = joined(mistakes);
    m_ticket = ticket;
    m_isTaken = false;
    if (m_monitor.isComplete()) m_slices.start();
}

void VlanInventory::refuse(const DesiredObject& object, const QString& why) const {
    m_host.setFields(object.key, {{QStringLiteral("phase"), QStringLiteral("Failed")},
                                  {QStringLiteral("error"), why},
                                  {QStringLiteral("observedGeneration"), object.generation}});
    m_host.setCondition(object.key, bad(kReady, "InvalidSpec", why, object.generation));
    for (const QString& type : {kConflict, kAddressesAsDeclared}) m_host.removeCondition(object.key, type);
}

void VlanInventory::stop(Ticket ticket) {
    if (m_ticket) m_host.retry(*std::exchange(m_ticket, std::nullopt), QStringLiteral("the plugin is stopping"));
    m_monitor.stop();
    m_slices.stop();
    // The published topics are left to the host, which reports that their publisher is gone: the VLANs still exist.
    m_told.clear();
    m_host.succeed(ticket);
}

void VlanInventory::onLinksChanged() {
    m_metrics.showResyncs(m_monitor.resyncs());
    if (m_isTaken) {
        look();
        m_slices.startNow();
    } else if (m_ticket) {
        m_slices.start();
    }
}

void VlanInventory::onTroubled(const QString& why) {
    m_host.setCondition(why.isEmpty()
                            ? good(kDegraded, "LinksFollowed", "Links and addresses are monitored.")
                            : bad(kDegraded, "LinksNotFollowed",
                                  QStringLiteral("The published state of VLANs may be out of date: %1.").arg(why)));
}

/// State that was published for other objects is dropped; state of the current objects is kept.
void VlanInventory::takeSpecs() {
    m_isTaken = true;
    std::map<ObjectKey, std::optional<VlanEntry>> before;
    for (std::optional<VlanEntry>& told : m_told)
        if (told) before.emplace(told->key, std::move(told));
    m_told.clear();
    std::set<QString> names;
    for (const VlanSpec& spec : m_specs) {
        names.insert(spec.key.name);
        const auto known = before.find(spec.key);
        m_told.push_back(known != before.end() ? std::move(known->second) : std::nullopt);
    }
    for (const auto& [key, told] : before)
        if (!names.contains(key.name))
            m_host.bus().retract(kTopic, key.name, QStringLiteral("the VLAN resource is gone or invalid"));
    look();
    m_metrics.show(m_wanted);
}

void VlanInventory::look() {
    m_wanted = makeEntries(m_specs, m_monitor.table());
    m_position = 0;
}

/// Unchanged VLANs cost little, and changed ones are published in slices: a router has thousands of VLANs, and links
/// change in bursts.
bool VlanInventory::tellNext() {
    if (!m_isTaken) {
        takeSpecs();
        return true;
    }
    while (m_position < m_wanted.size() && m_told[m_position] == m_wanted[m_position]) ++m_position;
    if (m_position == m_wanted.size()) {
        finish();
        return false;
    }
    const VlanEntry& entry = m_wanted[m_position];
    std::optional<VlanEntry>& told = m_told[m_position++];
    tell(entry, told ? &*told : nullptr);
    told = entry;
    return true;
}

void VlanInventory::finish() {
    if (!m_ticket) return;
    const Ticket ticket = *std::exchange(m_ticket, std::nullopt);
    if (m_mistakes.isEmpty())
        m_host.succeed(ticket);
    else
        m_host.fail(ticket, m_mistakes);
}

void VlanInventory::tell(const VlanEntry& entry, const VlanEntry* before) {
    if (before && *before == entry) return;
    if (hasTopic(entry) && !(before && hasTopic(*before) && before->state == entry.state))
        publish(m_host.bus(), entry.key.name, entry.state);
    m_host.setFields(entry.key, statusFields(entry));
    QStringList said;
    for (const Condition& condition : conditions(entry)) {
        m_host.setCondition(entry.key, condition);
        said.append(condition.type);
    }
    for (const QString& type : {kConflict, kAddressesAsDeclared})
        if (!said.contains(type)) m_host.removeCondition(entry.key, type);
    if (!before) return;
    tellOfLink(entry, *before);
    if (entry.state.up != before->state.up) m_metrics.showUp(entry);
}

/// A state that already existed at the first look is not an event.
void VlanInventory::tellOfLink(const VlanEntry& entry, const VlanEntry& before) const {
    const bool hasLink = entry.state.ifindex != 0;
    if (hasLink == (before.state.ifindex != 0)) return;
    if (hasLink)
        m_host.normal(QStringLiteral("LinkAppeared"),
                      QStringLiteral("VLAN %1 is on link \"%2\".").arg(entry.state.vlanId).arg(entry.state.interface),
                      entry.key);
    else if (entry.finding != Finding::Disabled)
        m_host.warning(QStringLiteral("LinkDisappeared"),
                       QStringLiteral("VLAN %1 is no longer on link \"%2\". %3")
                           .arg(entry.state.vlanId)
                           .arg(before.state.interface, entry.state.reason),
                       entry.key);
}

}  // namespace fos1::vlan
