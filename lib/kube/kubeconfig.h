// SPDX-License-Identifier: GPL-2.0-or-later
// Reads a kubeconfig (kubernetes.io/docs/reference/config-api/kubeconfig.v1) into what one of its contexts means.
#pragma once

#include "cluster_access.h"

namespace fos1::kube {

/// `context` empty: the file's current-context. Relative paths start at the file's directory. Errors have the file and
/// the path within it. `auth-provider` is refused: kubectl itself dropped it for `exec`.
Result<ClusterAccess> parseKubeconfig(const QByteArray& text, const QString& file, const QString& context = {});
Result<ClusterAccess> readKubeconfig(const QString& file, const QString& context = {});

/// The service account of a pod: KUBERNETES_SERVICE_HOST and _PORT of `environment`, token, ca.crt and namespace of
/// `directory`.
Result<ClusterAccess> inClusterAccess(const std::map<QString, QString>& environment, const QString& directory);

/// Where Kubernetes mounts it.
inline constexpr const char* kServiceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

}  // namespace fos1::kube
