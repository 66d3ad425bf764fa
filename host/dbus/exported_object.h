// SPDX-License-Identifier: GPL-2.0-or-later
// One object on the bus: interfaces with read-only properties and with methods without arguments. Must not know what
// they mean or when a change is due to be announced.
#pragma once

#include <sdbus-c++/IConnection.h>
#include <sdbus-c++/IObject.h>

#include <QCborValue>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dbus/dbus_type.h"

namespace fos1::host::dbus {

struct PropertyShape {
    std::string name;
    DbusType type = DbusType::Unknown;
};

struct InterfaceShape {
    std::string name;
    std::vector<PropertyShape> properties;
    std::vector<std::string> methods;
};

/// By interface and property, in the order of the shapes.
using ObjectValues = std::vector<std::vector<QCborValue>>;

class ExportedObject {
   public:
    using Act = std::function<void(const std::string& method, sdbus::MethodCall call)>;

    /// Throws sdbus::Error. `connection` outlives the object.
    ExportedObject(sdbus::IConnection& connection, const std::string& path, std::vector<InterfaceShape> shapes,
                   ObjectValues values, Act act = {});
    ~ExportedObject();
    ExportedObject(const ExportedObject&) = delete;
    ExportedObject& operator=(const ExportedObject&) = delete;

    /// Makes this the object that implements org.freedesktop.DBus.ObjectManager. Throws sdbus::Error.
    void manageObjects() { m_object->addObjectManager(); }

    /// As the ObjectManager, announces that an object below this one was removed. Throws sdbus::Error.
    void tellRemoved(const std::string& path, const std::vector<std::string>& interfaces);

    /// Sets the values that readers get from now on. Their shape is the one given to the constructor.
    void set(ObjectValues values) { m_values = std::move(values); }

    /// Announces the differences from the last announcement: InterfacesAdded the first time, then PropertiesChanged.
    /// Throws sdbus::Error.
    void announce();
    /// Marks the current values as announced, for when no client can have seen the object.
    void skipAnnouncement();
    [[nodiscard]] bool isAnnounced() const { return !m_announced.empty(); }

    /// All its interfaces, including the standard ones of D-Bus.
    [[nodiscard]] std::vector<std::string> interfaces() const;

   private:
    void add(const InterfaceShape& shape, std::size_t index);

    std::vector<InterfaceShape> m_shapes;
    ObjectValues m_values;
    ObjectValues m_announced;
    Act m_act;
    std::unique_ptr<sdbus::IObject> m_object;
};

}  // namespace fos1::host::dbus
