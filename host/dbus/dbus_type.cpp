// SPDX-License-Identifier: GPL-2.0-or-later
#include "dbus/dbus_type.h"

#include <QJsonArray>

namespace fos1::host::dbus {

namespace {

/// The type that a schema names; empty when it names none or several.
QString typeName(const QJsonObject& schema) {
    const QJsonValue type = schema.value(QLatin1String("type"));
    if (!type.isArray()) return type.toString();
    QString only;
    const QJsonArray names = type.toArray();
    for (const QJsonValue& name : names) {
        if (name.toString() == QLatin1String("null")) continue;
        if (!only.isEmpty()) return {};
        only = name.toString();
    }
    return only;
}

DbusType typeOfArray(const QString& item) {
    if (item == QLatin1String("string")) return DbusType::Texts;
    if (item == QLatin1String("object")) return DbusType::Objects;
    return DbusType::List;
}

}  // namespace

const char* signatureOf(DbusType type) {
    switch (type) {
        case DbusType::Boolean: return "b";
        case DbusType::Integer: return "x";
        case DbusType::Unsigned: return "t";
        case DbusType::Number: return "d";
        case DbusType::Text: return "s";
        case DbusType::Texts: return "as";
        case DbusType::Objects: return "aa{sv}";
        case DbusType::List: return "av";
        case DbusType::Object: return "a{sv}";
        case DbusType::Unknown: break;
    }
    return "v";
}

DbusType typeOfSchema(const QJsonObject& schema) {
    const QString name = typeName(schema);
    if (name == QLatin1String("boolean")) return DbusType::Boolean;
    if (name == QLatin1String("integer")) return DbusType::Integer;
    if (name == QLatin1String("number")) return DbusType::Number;
    if (name == QLatin1String("string")) return DbusType::Text;
    if (name == QLatin1String("object")) return DbusType::Object;
    if (name != QLatin1String("array")) return DbusType::Unknown;
    return typeOfArray(typeName(schema.value(QLatin1String("items")).toObject()));
}

}  // namespace fos1::host::dbus
