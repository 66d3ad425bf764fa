// SPDX-License-Identifier: GPL-2.0-or-later
// The kinds of Kubernetes' own that manifests may hold beside custom resources. A cluster knows them without a CRD.
#pragma once

#include "crd_catalog.h"

namespace fos1::schema {

/// v1 Secret, with all of its values marked as secret.
[[nodiscard]] std::vector<ResourceKind> coreKinds();

}  // namespace fos1::schema
