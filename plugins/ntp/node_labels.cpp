// SPDX-License-Identifier: GPL-2.0-or-later
#include "node_labels.h"

#include "fos1/logging.h"
#include "node/identity.h"

namespace fos1::ntp {

namespace {
FOS1_LOG(lcNode, "ntp.node")
const QString kIdentityTopic = QLatin1String(node::Identity::kTopic);
}  // namespace

NodeLabels::NodeLabels(IBus& bus, Labels configured)
    : m_bus(bus), m_configured(std::move(configured)), m_labels(m_configured) {
    m_bus.subscribe(kIdentityTopic, this);
}

NodeLabels::~NodeLabels() { m_bus.unsubscribe(kIdentityTopic, this); }

void NodeLabels::onState(const QString& /*topic*/, const QString& key, int presence, const QCborMap& value,
                         const QCborMap& meta) {
    Labels next = m_configured;
    if (presence == static_cast<int>(Presence::Value)) {
        const auto identity = node::Identity::decode(value);
        if (!identity) {
            qCWarning(lcNode).noquote() << QStringLiteral("node=%1 %2").arg(key, identity.error().text());
            return;
        }
        next.insert(identity->labels.begin(), identity->labels.end());
    } else if (meta.value(QStringLiteral("publisher_gone")).isTrue()) {
        return;  // what it said may still be so
    }
    if (next == m_labels) return;
    m_labels = std::move(next);
    Q_EMIT changed();
}

}  // namespace fos1::ntp
