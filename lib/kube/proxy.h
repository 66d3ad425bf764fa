// SPDX-License-Identifier: GPL-2.0-or-later
// The proxy to an API server, by the rules of kubectl: the kubeconfig's, otherwise HTTPS_PROXY or HTTP_PROXY unless
// NO_PROXY names the server.
#pragma once

#include <QNetworkProxy>
#include <map>

#include "cluster_access.h"

namespace fos1::kube {

/// Accepts http, https (used as http) and socks5 URLs.
Result<QNetworkProxy> proxyFor(const ClusterAccess& access, const std::map<QString, QString>& environment);

/// This process's environment.
std::map<QString, QString> ownEnvironment();

}  // namespace fos1::kube
