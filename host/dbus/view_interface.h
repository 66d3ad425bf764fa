// SPDX-License-Identifier: GPL-2.0-or-later
// An interface on D-Bus whose properties are fields of a view (faces/views.h) or of a value. Pure.
#pragma once

#include <QCborMap>
#include <QString>
#include <string>
#include <vector>

#include "dbus/exported_object.h"

namespace fos1::host::dbus {

struct ViewField {
    QString field;
    std::string property;
    DbusType type = DbusType::Unknown;
};

struct ViewInterface {
    std::string interface;
    std::vector<ViewField> fields;
    std::vector<std::string> methods = {};
};

[[nodiscard]] InterfaceShape shapeOf(const ViewInterface& interface);
/// A field that `view` does not have is undefined: the empty value of its type.
[[nodiscard]] std::vector<QCborValue> valuesOf(const ViewInterface& interface, const QCborMap& view);

}  // namespace fos1::host::dbus
