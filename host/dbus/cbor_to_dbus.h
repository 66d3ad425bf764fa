// SPDX-License-Identifier: GPL-2.0-or-later
// Writes CBOR values into D-Bus messages. Must not know what they mean.
#pragma once

#include <sdbus-c++/Message.h>

#include <QCborValue>

#include "dbus/dbus_type.h"

namespace fos1::host::dbus {

/// How deep maps and lists may lie in each other: D-Bus ends a connection on which more than 64 containers do, and a
/// map is three of them. What lies deeper is given as JSON text.
constexpr int kMaxDepth = 12;

/// Appends one complete value of `type`; the type's empty value when `value` is of another kind. Text of D-Bus holds no
/// U+0000, so U+FFFD stands for it. A dictionary has no entry for null. Throws sdbus::Error when the message is full.
void append(sdbus::Message& message, DbusType type, const QCborValue& value);

}  // namespace fos1::host::dbus
