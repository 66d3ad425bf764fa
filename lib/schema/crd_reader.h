// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the kinds that one CustomResourceDefinition document defines. Must not know directories.
#pragma once

#include "crd_catalog.h"
#include "yaml_document.h"

namespace fos1::schema {

/// The served versions of `document`, the stored one first. The `path` of an error is file:line:col.
Result<std::vector<ResourceKind>> readCrd(const yaml::Document& document);

}  // namespace fos1::schema
