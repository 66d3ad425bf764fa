// SPDX-License-Identifier: GPL-2.0-or-later
// Replaces values that a schema marks as secret (format: password), so that an object can be shown. Pure.
#pragma once

#include <QCborValue>

#include "schema_node.h"

namespace fos1::schema {

/// `value` with "********" in place of every secret.
QCborValue masked(const SchemaNode& node, const QCborValue& value);

}  // namespace fos1::schema
