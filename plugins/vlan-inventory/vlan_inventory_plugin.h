// SPDX-License-Identifier: GPL-2.0-or-later
// The plugin as the host calls it.
#pragma once

#include <QObject>
#include <memory>
#include <optional>

#include "fos1/page.h"
#include "fos1/plugin.h"

namespace fos1::vlan {

class VlanInventory;

class VlanInventoryPlugin final : public QObject, public IPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID FOS1_PLUGIN_IID FILE "fos1_metadata.json")
    Q_INTERFACES(fos1::IPlugin)

   public:
    VlanInventoryPlugin();
    ~VlanInventoryPlugin() override;

    QString start(IHost* host) override;
    void reconcile(const QCborMap& snapshot, quint64 ticket) override;
    void stop(quint64 ticket) override;
    IInterface* query(const QString& iid) override;

   private:
    /// Pure: also used without start().
    class Validator final : public IValidator {
       public:
        QCborMap validate(const QCborMap& object) override;
    };

    Validator m_validator;
    page::Book m_pages;
    std::optional<HostView> m_host;
    std::unique_ptr<VlanInventory> m_inventory;
};

}  // namespace fos1::vlan
