// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the properties of an object on the bus (org.freedesktop.DBus.Properties).
#pragma once

#include <sdbus-c++/Types.h>

#include <functional>
#include <map>
#include <string>

#include "bus_client.h"

namespace fos1::dbus {

using PropertyMap = std::map<std::string, sdbus::Variant>;

/// The property, or `fallback` when it is missing or of another type.
template <typename T>
T valueOf(const PropertyMap& properties, const char* name, T fallback = {}) {
    const auto found = properties.find(name);
    if (found == properties.end() || !found->second.containsValueOfType<T>()) return fallback;
    return found->second.get<T>();
}

inline QString textOf(const PropertyMap& properties, const char* name) {
    return QString::fromStdString(valueOf<std::string>(properties, name));
}

/// Reads all properties of one interface of `object` (whose `name` is ignored). As BusClient::call().
inline void readProperties(BusClient& bus, const BusMethod& object, std::function<void(Result<PropertyMap>)> use,
                           std::chrono::microseconds timeout) {
    bus.call(
        {object.service, object.path, "org.freedesktop.DBus.Properties", "GetAll"},
        [&object](sdbus::MethodCall& call) { call << object.interface; },
        [use = std::move(use)](Result<sdbus::MethodReply> reply) {
            if (!reply) return use(tl::unexpected<Error>(reply.error()));
            PropertyMap properties;
            *reply >> properties;
            use(std::move(properties));
        },
        timeout);
}

}  // namespace fos1::dbus
