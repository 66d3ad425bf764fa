// SPDX-License-Identifier: GPL-2.0-or-later
#include "vlan_inventory_plugin.h"

#include "pages/vlan_pages.h"
#include "vlan_inventory.h"

namespace fos1::vlan {

VlanInventoryPlugin::VlanInventoryPlugin() = default;
VlanInventoryPlugin::~VlanInventoryPlugin() = default;

QString VlanInventoryPlugin::start(IHost* host) {
    m_host.emplace(*host);
    m_inventory = std::make_unique<VlanInventory>(*m_host);
    m_pages.add(QStringLiteral("show"), [this](const QString& vlan) { return vlansPage(m_inventory->vlans(), vlan); });
    m_pages.open(*host);
    return m_inventory->start();
}

void VlanInventoryPlugin::reconcile(const QCborMap& snapshot, quint64 ticket) {
    m_inventory->reconcile(desiredObjects(snapshot), ticket);
}

void VlanInventoryPlugin::stop(quint64 ticket) { m_inventory->stop(ticket); }

IInterface* VlanInventoryPlugin::query(const QString& iid) {
    if (iid == QLatin1String(IValidator::kIid)) return &m_validator;
    if (iid == QLatin1String(IPages::kIid) && m_inventory) return &m_pages;
    return nullptr;
}

QCborMap VlanInventoryPlugin::Validator::validate(const QCborMap& object) {
    const auto objects = desiredObjects({{QStringLiteral("objects"), QCborArray{object}}});
    const auto spec = parseVlan(objects.front());
    return validationResult(spec ? Errors{} : spec.error());
}

}  // namespace fos1::vlan
