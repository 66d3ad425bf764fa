// SPDX-License-Identifier: GPL-2.0-or-later
#include "node_labels.h"

#include "fos1/logging.h"

namespace fos1::ntp {

namespace {
FOS1_LOG(lcNode, "ntp.node")
}  // namespace

NodeLabels::NodeLabels(IBus& bus, Labels configured)
    : m_configured(std::move(configured)),
      m_labels(m_configured),
      m_feed(
          bus, [this] { take(); }, WithdrawnValues::Forgotten,
          [](const QString& key, const Error& mistake) {
              qCWarning(lcNode).noquote() << QStringLiteral("node=%1 %2").arg(key, mistake.text());
          }) {}

/// What a publisher that is gone said of the node may still be so.
void NodeLabels::take() {
    Labels next = m_configured;
    for (const auto& [name, identity] : m_feed.values()) next.insert(identity.labels.begin(), identity.labels.end());
    if (next == m_labels) return;
    m_labels = std::move(next);
    Q_EMIT changed();
}

}  // namespace fos1::ntp
