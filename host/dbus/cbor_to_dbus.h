// SPDX-License-Identifier: GPL-2.0-or-later
// Writes CBOR values into D-Bus messages. Must not know what they mean.
#pragma once

#include <sdbus-c++/Message.h>

#include <QCborValue>

#include "dbus/dbus_type.h"

namespace fos1::host::dbus {

/// Maximum nesting depth of maps and lists. D-Bus closes a connection on a message with more than 64 nested containers,
/// and a map takes three of them. Deeper values are written as JSON text.
constexpr int kMaxDepth = 12;

/// Appends one complete value of `type`, or the type's empty value when `value` is of another kind. D-Bus text cannot
/// contain U+0000, so U+FFFD replaces it. Null values are left out of dictionaries. Throws sdbus::Error when the
/// message is full.
void append(sdbus::Message& message, DbusType type, const QCborValue& value);

}  // namespace fos1::host::dbus
