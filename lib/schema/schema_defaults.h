// SPDX-License-Identifier: GPL-2.0-or-later
// Kubernetes' structural defaulting. Checks nothing.
#pragma once

#include <QCborValue>

#include "schema_node.h"

namespace fos1::schema {

/// `value` with `node`'s defaults where fields of present objects are absent; inside a defaulted object too. A null in
/// a field that is not nullable counts as absent. An integral double becomes an integer where the schema asks for a
/// number, so that 1.0 and 1, which JSON does not tell apart, are the same value.
QCborValue defaulted(const SchemaNode& node, const QCborValue& value);

}  // namespace fos1::schema
