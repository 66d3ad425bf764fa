// SPDX-License-Identifier: GPL-2.0-or-later
#include "vlan_feed.h"

#include <QTimer>

#include "fos1/logging.h"

namespace fos1::ntp {

namespace {
FOS1_LOG(lcVlans, "ntp.vlans")
const QString kVlanTopic = QLatin1String(network::VlanState::kTopic);
}  // namespace

VlanFeed::VlanFeed(IBus& bus) : m_bus(bus) { m_bus.subscribe(kVlanTopic, this); }

VlanFeed::~VlanFeed() { m_bus.unsubscribe(kVlanTopic, this); }

void VlanFeed::onState(const QString& /*topic*/, const QString& key, int presence, const QCborMap& value,
                       const QCborMap& meta) {
    const auto known = m_vlans.find(key);
    switch (static_cast<Presence>(presence)) {
        case Presence::Value: {
            const auto state = network::VlanState::decode(value);
            if (!state) {
                qCWarning(lcVlans).noquote() << QStringLiteral("vlan=%1 %2").arg(key, state.error().text());
                return;
            }
            m_vlans[key] = {*state, true};
            break;
        }
        case Presence::Stale:
            if (known != m_vlans.end()) known->second.isKnown = false;
            break;
        case Presence::Absent:
        case Presence::Unknown:
            if (known == m_vlans.end()) return;
            // A restart of who tells must not close a VLAN to its clients.
            if (meta.value(QStringLiteral("publisher_gone")).isTrue())
                known->second.isKnown = false;
            else
                m_vlans.erase(known);
            break;
    }
    if (std::exchange(m_isTold, true)) return;
    QTimer::singleShot(0, this, [this] {
        m_isTold = false;
        m_names = networksOf(m_vlans);
        Q_EMIT changed();
    });
}

}  // namespace fos1::ntp
