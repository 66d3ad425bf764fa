// SPDX-License-Identifier: GPL-2.0-or-later
// The mistakes in a value, one sentence each: where, what is expected, what was found. JsonSchema leaves allOf, anyOf,
// oneOf and not to its validator.
#pragma once

#include <QCborValue>

#include "fos1/result.h"
#include "schema_node.h"

namespace fos1::schema {

/// Every mistake of `value`, whose own path is `path`, in the order of the schema.
Errors findings(const SchemaNode& node, const QCborValue& value, const QString& path = {});

}  // namespace fos1::schema
