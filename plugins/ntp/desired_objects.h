// SPDX-License-Identifier: GPL-2.0-or-later
// The last desired state: the NTPServices and Secrets, and the NTPClients where they are planned. Decides nothing.
#pragma once

#include <vector>

#include "client_groups.h"
#include "core/secrets.h"
#include "fos1/plugin.h"

namespace fos1::ntp {

inline const QString kServiceKind = QStringLiteral("NTPService");
inline const QString kClientKind = QStringLiteral("NTPClient");

class DesiredObjects {
   public:
    explicit DesiredObjects(const HostView& host) : m_groups(host) {}

    /// All of it, as IPlugin::reconcile() has it.
    void replace(const QCborMap& snapshot) {
        m_services.clear();
        m_groups.clear();
        m_secrets = {};
        for (const QCborValue& object : snapshot.value(QStringLiteral("objects")).toArray()) changed(object.toMap());
    }
    void changed(const QCborMap& object) {
        m_secrets.set(object);
        DesiredObject desired = DesiredObject::fromCbor(object);
        if (desired.key.kind == kClientKind) return m_groups.set(desired);
        if (desired.key.kind != kServiceKind) return;
        removed(desired.key);
        m_services.push_back(std::move(desired));
    }
    void removed(const ObjectKey& key) {
        m_secrets.remove(key);
        if (key.kind == kClientKind) m_groups.remove(key);
        std::erase_if(m_services, [&key](const DesiredObject& each) { return each.key == key; });
    }

    [[nodiscard]] const std::vector<DesiredObject>& services() const { return m_services; }
    [[nodiscard]] const Secrets& secrets() const { return m_secrets; }
    [[nodiscard]] ClientGroups& groups() { return m_groups; }

   private:
    std::vector<DesiredObject> m_services;
    Secrets m_secrets;
    ClientGroups m_groups;
};

}  // namespace fos1::ntp
