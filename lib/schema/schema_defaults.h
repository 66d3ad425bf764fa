// SPDX-License-Identifier: GPL-2.0-or-later
// The structural defaulting of Kubernetes. Checks nothing.
#pragma once

#include <QCborValue>

#include "schema_node.h"

namespace fos1::schema {

/// `value` with `node`'s defaults in place of absent fields of present objects, and inside defaulted objects. A null in
/// a field that is not nullable counts as absent. An integral double becomes an integer where the schema requires a
/// number, because JSON does not distinguish 1.0 and 1.
QCborValue defaulted(const SchemaNode& node, const QCborValue& value);

}  // namespace fos1::schema
