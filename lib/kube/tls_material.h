// SPDX-License-Identifier: GPL-2.0-or-later
// The certificates for a connection to an API server, checked for what libcurl has no clear words for.
#pragma once

#include "cluster_access.h"
#include "connection_pool.h"
#include "credential_source.h"

namespace fos1::kube {

/// `authority` is the content of access.authority.
Result<ConnectionPool::Settings> connectionSettings(const ClusterAccess& access, const QByteArray& authority,
                                                    const Authorization& authorization);

}  // namespace fos1::kube
