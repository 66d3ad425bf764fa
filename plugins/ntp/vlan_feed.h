// SPDX-License-Identifier: GPL-2.0-or-later
// The VLANs that network.vlan/v1 reports, as plans need them. Does not know who publishes that topic.
#pragma once

#include <QObject>

#include "core/known_vlans.h"
#include "core/prefix_table.h"
#include "fos1/feed.h"

namespace fos1::ntp {

class VlanFeed final : public QObject {
    Q_OBJECT
   public:
    /// `bus` outlives it.
    explicit VlanFeed(IBus& bus);

    /// With everything that was received, also before changed() reports it.
    [[nodiscard]] const Vlans& vlans() {
        take();
        return m_vlans;
    }
    /// Which VLAN an address is in.
    [[nodiscard]] const PrefixTable<QString>& names() {
        take();
        return m_names;
    }

   Q_SIGNALS:
    /// Once for all changes of one turn of the loop.
    void changed();

   private:
    void take();

    Vlans m_vlans;
    PrefixTable<QString> m_names;
    Feed<network::VlanState> m_feed;
};

}  // namespace fos1::ntp
