// SPDX-License-Identifier: GPL-2.0-or-later
#include "dbus/view_interface.h"

namespace fos1::host::dbus {

InterfaceShape shapeOf(const ViewInterface& interface) {
    InterfaceShape shape{interface.interface, {}, interface.methods};
    for (const ViewField& field : interface.fields) shape.properties.push_back({field.property, field.type});
    return shape;
}

std::vector<QCborValue> valuesOf(const ViewInterface& interface, const QCborMap& view) {
    std::vector<QCborValue> values;
    values.reserve(interface.fields.size());
    for (const ViewField& field : interface.fields) values.push_back(view.value(field.field));
    return values;
}

}  // namespace fos1::host::dbus
