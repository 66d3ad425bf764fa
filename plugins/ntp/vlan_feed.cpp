// SPDX-License-Identifier: GPL-2.0-or-later
#include "vlan_feed.h"

#include "fos1/logging.h"

namespace fos1::ntp {

namespace {
FOS1_LOG(lcVlans, "ntp.vlans")
}  // namespace

VlanFeed::VlanFeed(IBus& bus)
    : m_feed(
          bus, [this] { Q_EMIT changed(); }, WithdrawnValues::Forgotten,
          [](const QString& key, const Error& mistake) {
              qCWarning(lcVlans).noquote() << QStringLiteral("vlan=%1 %2").arg(key, mistake.text());
          }) {}

/// The last state of an orphan holds for clients that are there: a restart of its publisher must not close a VLAN to
/// them.
void VlanFeed::take() {
    const std::set<QString> keys = m_feed.takeChanged();
    if (keys.empty()) return;
    for (const QString& key : keys) {
        const auto state = m_feed.values().find(key);
        if (state == m_feed.values().end())
            m_vlans.erase(key);
        else
            m_vlans.insert_or_assign(key, KnownVlan{state->second, m_feed.standing(key) == Standing::Known});
    }
    m_names = networksOf(m_vlans);
}

}  // namespace fos1::ntp
