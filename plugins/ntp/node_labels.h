// SPDX-License-Identifier: GPL-2.0-or-later
// The labels of this node: those that the cluster gives it (node.identity/v1), with those of host.yaml over them. Does
// not know who publishes that topic.
#pragma once

#include <QObject>

#include "core/node_claim.h"
#include "fos1/feed.h"
#include "node/identity.h"

namespace fos1::ntp {

class NodeLabels final : public QObject {
    Q_OBJECT
   public:
    /// `bus` outlives it.
    NodeLabels(IBus& bus, Labels configured);

    [[nodiscard]] const Labels& labels() const { return m_labels; }

   Q_SIGNALS:
    void changed();

   private:
    void take();

    const Labels m_configured;
    Labels m_labels;
    Feed<node::Identity> m_feed;
};

}  // namespace fos1::ntp
