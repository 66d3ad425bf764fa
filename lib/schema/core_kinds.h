// SPDX-License-Identifier: GPL-2.0-or-later
// The built-in Kubernetes kinds that manifests may contain besides custom resources. A cluster knows them without a
// CRD.
#pragma once

#include "crd_catalog.h"

namespace fos1::schema {

/// v1 Secret, with all its values marked as secret.
[[nodiscard]] std::vector<ResourceKind> coreKinds();

}  // namespace fos1::schema
