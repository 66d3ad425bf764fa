// SPDX-License-Identifier: GPL-2.0-or-later
// What all kinds of attached clocks have in common for those who use them.
#pragma once

#include <QObject>

#include "core/refclock_facts.h"
#include "refclock/delay_ring.h"

namespace fos1::ntp {

class AttachedClock : public QObject {
    Q_OBJECT

   public:
    using QObject::QObject;

    [[nodiscard]] virtual RefclockFacts facts() const = 0;
    /// What the sources in the network say of the time now, and what this clock can be measured against; nothing: there
    /// is none.
    virtual void hear(const std::optional<NetworkOpinion>& /*network*/,
                      const std::optional<DelayReference>& /*reference*/) {}

   Q_SIGNALS:
    /// The reason in facts() is another one.
    void changed();
};

}  // namespace fos1::ntp
