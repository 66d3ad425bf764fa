// SPDX-License-Identifier: GPL-2.0-or-later
// The VLANs as network.vlan/v1 tells them. Knows nobody who writes that topic.
#pragma once

#include <QObject>

#include "core/prefix_table.h"
#include "core/service_plan.h"
#include "fos1/plugin.h"

namespace fos1::ntp {

class VlanFeed final : public QObject, public IBusListener {
    Q_OBJECT
   public:
    /// `bus` outlives it.
    explicit VlanFeed(IBus& bus);
    ~VlanFeed() override;

    [[nodiscard]] const Vlans& vlans() const { return m_vlans; }
    /// Which VLAN an address is in.
    [[nodiscard]] const PrefixTable<QString>& names() const { return m_names; }

    void onState(const QString& topic, const QString& key, int presence, const QCborMap& value,
                 const QCborMap& meta) override;

   Q_SIGNALS:
    /// Once for all changes of one turn of the loop.
    void changed();

   private:
    IBus& m_bus;
    Vlans m_vlans;
    PrefixTable<QString> m_names;
    bool m_isTold = false;
};

}  // namespace fos1::ntp
