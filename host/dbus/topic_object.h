// SPDX-License-Identifier: GPL-2.0-or-later
// The interfaces of a topic value's object: io.fos1.Topic1 and, when the topic has a schema, its typed interface. Pure.
#pragma once

#include "bus/state_bus.h"
#include "dbus/exported_object.h"
#include "dbus/topic_type.h"

namespace fos1::host::dbus {

/// `type` may be null.
[[nodiscard]] std::vector<InterfaceShape> topicShapes(const TopicType* type);
[[nodiscard]] ObjectValues topicValues(const BusEntry& entry, const TopicType* type);

}  // namespace fos1::host::dbus
