// SPDX-License-Identifier: GPL-2.0-or-later
// The D-Bus types of our properties, and the mapping from a JSON schema to them. Pure.
#pragma once

#include <QJsonObject>

namespace fos1::host::dbus {

enum class DbusType {
    Unknown = 0,  ///< v: the schema does not name a type
    Boolean,      ///< b
    Integer,      ///< x
    Unsigned,     ///< t; no schema maps to it
    Number,       ///< d
    Text,         ///< s
    Texts,        ///< as
    Objects,      ///< aa{sv}
    List,         ///< av
    Object,       ///< a{sv}
};

[[nodiscard]] const char* signatureOf(DbusType type);

/// "null" beside another type is ignored: an absent value is the type's empty value.
[[nodiscard]] DbusType typeOfSchema(const QJsonObject& schema);

}  // namespace fos1::host::dbus
