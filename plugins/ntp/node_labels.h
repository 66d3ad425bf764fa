// SPDX-License-Identifier: GPL-2.0-or-later
// The labels of this node: those that the cluster gives it (node.identity/v1), with those of host.yaml over them. Knows
// nobody who writes that topic.
#pragma once

#include <QObject>

#include "core/node_claim.h"
#include "fos1/plugin.h"

namespace fos1::ntp {

class NodeLabels final : public QObject, public IBusListener {
    Q_OBJECT
   public:
    /// `bus` outlives it.
    NodeLabels(IBus& bus, Labels configured);
    ~NodeLabels() override;

    [[nodiscard]] const Labels& labels() const { return m_labels; }

    void onState(const QString& topic, const QString& key, int presence, const QCborMap& value,
                 const QCborMap& meta) override;

   Q_SIGNALS:
    void changed();

   private:
    IBus& m_bus;
    const Labels m_configured;
    Labels m_labels;
};

}  // namespace fos1::ntp
