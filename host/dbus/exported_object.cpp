// SPDX-License-Identifier: GPL-2.0-or-later
#include "dbus/exported_object.h"

#include <sdbus-c++/Types.h>

#include "dbus/cbor_to_dbus.h"

namespace fos1::host::dbus {

ExportedObject::ExportedObject(sdbus::IConnection& connection, const std::string& path,
                               std::vector<InterfaceShape> shapes, ObjectValues values, Act act)
    : m_shapes(std::move(shapes)),
      m_values(std::move(values)),
      m_act(std::move(act)),
      m_object(sdbus::createObject(connection, path)) {
    for (std::size_t i = 0; i < m_shapes.size(); ++i) add(m_shapes[i], i);
    m_object->finishRegistration();
}

ExportedObject::~ExportedObject() = default;

void ExportedObject::add(const InterfaceShape& shape, std::size_t index) {
    for (std::size_t i = 0; i < shape.properties.size(); ++i) {
        const DbusType type = shape.properties[i].type;
        m_object->registerProperty(
            shape.name, shape.properties[i].name, signatureOf(type),
            [this, index, i, type](sdbus::PropertyGetReply& reply) { append(reply, type, m_values[index][i]); });
    }
    for (const std::string& method : shape.methods)
        m_object->registerMethod(shape.name, method, "", "",
                                 [this, method](sdbus::MethodCall call) { m_act(method, std::move(call)); });
}

void ExportedObject::announce() {
    if (!isAnnounced()) {
        skipAnnouncement();
        m_object->emitInterfacesAddedSignal();
        return;
    }
    const ObjectValues before = std::exchange(m_announced, m_values);
    for (std::size_t i = 0; i < m_shapes.size(); ++i) {
        std::vector<std::string> changed;
        for (std::size_t j = 0; j < m_shapes[i].properties.size(); ++j)
            if (m_values[i][j] != before[i][j]) changed.push_back(m_shapes[i].properties[j].name);
        if (!changed.empty()) m_object->emitPropertiesChangedSignal(m_shapes[i].name, changed);
    }
}

void ExportedObject::skipAnnouncement() { m_announced = m_values; }

void ExportedObject::tellRemoved(const std::string& path, const std::vector<std::string>& interfaces) {
    sdbus::Signal signal = m_object->createSignal("org.freedesktop.DBus.ObjectManager", "InterfacesRemoved");
    signal << sdbus::ObjectPath(path) << interfaces;
    m_object->emitSignal(signal);
}

std::vector<std::string> ExportedObject::interfaces() const {
    std::vector<std::string> names{"org.freedesktop.DBus.Peer", "org.freedesktop.DBus.Introspectable",
                                   "org.freedesktop.DBus.Properties"};
    for (const InterfaceShape& shape : m_shapes) names.push_back(shape.name);
    return names;
}

}  // namespace fos1::host::dbus
