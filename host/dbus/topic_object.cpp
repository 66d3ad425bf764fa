// SPDX-License-Identifier: GPL-2.0-or-later
#include "dbus/topic_object.h"

#include "dbus/dbus_names.h"

namespace fos1::host::dbus {

std::vector<InterfaceShape> topicShapes(const TopicType* type) {
    std::vector<InterfaceShape> shapes{{kTopicInterface,
                                        {{"Topic", DbusType::Text},
                                         {"Key", DbusType::Text},
                                         {"Presence", DbusType::Text},
                                         {"Publisher", DbusType::Text},
                                         {"Sequence", DbusType::Unsigned},
                                         {"Reason", DbusType::Text},
                                         {"Value", DbusType::Object}},
                                        {}}};
    if (!type) return shapes;
    InterfaceShape typed{type->interface, {}, {}};
    for (const TopicField& field : type->fields) typed.properties.push_back({field.property, field.type});
    shapes.push_back(std::move(typed));
    return shapes;
}

ObjectValues topicValues(const BusEntry& entry, const TopicType* type) {
    const QCborMap value = entry.value();
    ObjectValues values{{entry.topic, entry.key, host::toText(entry.presence), entry.publisher,
                         static_cast<qint64>(entry.sequence), entry.reason, value}};
    if (!type) return values;
    std::vector<QCborValue>& typed = values.emplace_back();
    for (const TopicField& field : type->fields) typed.push_back(value.value(field.field));
    return values;
}

}  // namespace fos1::host::dbus
