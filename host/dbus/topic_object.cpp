// SPDX-License-Identifier: GPL-2.0-or-later
#include "dbus/topic_object.h"

#include "dbus/dbus_names.h"
#include "faces/views.h"

namespace fos1::host::dbus {

namespace {

const ViewInterface& topicInterfaceShape() {
    static const ViewInterface interface {
        kTopicInterface, {
            {"topic", "Topic", DbusType::Text}, {"key", "Key", DbusType::Text},
                {"presence", "Presence", DbusType::Text}, {"publisher", "Publisher", DbusType::Text},
                {"sequence", "Sequence", DbusType::Unsigned}, {"reason", "Reason", DbusType::Text}, {
                "value", "Value", DbusType::Object
            }
        }
    };
    return interface;
}

}  // namespace

std::vector<InterfaceShape> topicShapes(const TopicType* type) {
    std::vector<InterfaceShape> shapes{shapeOf(topicInterfaceShape())};
    if (type) shapes.push_back(shapeOf(*type));
    return shapes;
}

ObjectValues topicValues(const BusEntry& entry, const TopicType* type) {
    const QCborMap view = views::topic(entry);
    ObjectValues values{valuesOf(topicInterfaceShape(), view)};
    if (type) values.push_back(valuesOf(*type, view.value(QStringLiteral("value")).toMap()));
    return values;
}

}  // namespace fos1::host::dbus
