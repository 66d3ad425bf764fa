// SPDX-License-Identifier: GPL-2.0-or-later
// A status as a request of server-side apply (kubernetes.io/docs/reference/using-api/server-side-apply). Pure.
#pragma once

#include <QCborMap>

#include "api_types.h"
#include "fos1/desired.h"

namespace fos1::crd {

/// Makes `status` what the manager owns of the object's status; an empty one gives up all that it owns.
kube::ApiRequest statusRequest(const kube::ResourceType& type, const ObjectKey& key, const QString& manager,
                               const QCborMap& status);

}  // namespace fos1::crd
