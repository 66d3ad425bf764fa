// SPDX-License-Identifier: GPL-2.0-or-later
// The D-Bus types that properties have here, and which of them a JSON schema asks for. Pure.
#pragma once

#include <QJsonObject>

namespace fos1::host::dbus {

enum class DbusType {
    Unknown = 0,  ///< v: the schema does not say
    Boolean,      ///< b
    Integer,      ///< x
    Unsigned,     ///< t; asked for by no schema
    Number,       ///< d
    Text,         ///< s
    Texts,        ///< as
    Objects,      ///< aa{sv}
    List,         ///< av
    Object,       ///< a{sv}
};

[[nodiscard]] const char* signatureOf(DbusType type);

/// "null" beside another type is passed over: an absent value is the type's empty one.
[[nodiscard]] DbusType typeOfSchema(const QJsonObject& schema);

}  // namespace fos1::host::dbus
