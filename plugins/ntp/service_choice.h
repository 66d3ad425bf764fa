// SPDX-License-Identifier: GPL-2.0-or-later
// Which NTPService serves this node, and what the status of the others says. Knows nothing of chronyd.
#pragma once

#include <vector>

#include "core/node_claim.h"
#include "fos1/plugin.h"

namespace fos1::ntp {

/// Why `service`, one of `services`, does not serve a node with these labels, in one sentence.
[[nodiscard]] QString whyIdle(const DesiredObject& service, const std::vector<DesiredObject>& services,
                              const Labels& node);

/// The same of one that another one, `serving`, is in front of.
[[nodiscard]] QString anotherServes(const ObjectKey& serving);

class ServiceChoice {
   public:
    explicit ServiceChoice(const HostView& host) : m_host(host) {}

    /// The one of `services` that serves a node with these labels, null when none does. The others get conditions that
    /// say why they do not.
    const DesiredObject* choose(const std::vector<DesiredObject>& services, const Labels& node) const;

    /// The one that is chosen cannot be understood.
    void reportMistakes(const DesiredObject& object, const QString& why) const;
    /// None can serve.
    void reportNoChronyd(const std::vector<DesiredObject>& services, const QString& why) const;

   private:
    void reportNotServing(const DesiredObject& object, bool isConflict, const QString& reason,
                          const QString& message) const;

    const HostView& m_host;
};

}  // namespace fos1::ntp
