// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the settings of one context of a kubeconfig (kubernetes.io/docs/reference/config-api/kubeconfig.v1).
#pragma once

#include "cluster_access.h"

namespace fos1::kube {

/// `context` empty: the file's current-context. Relative paths are resolved against the file's directory. Errors
/// contain the file and the path within it. `auth-provider` is refused: kubectl itself dropped it for `exec`.
Result<ClusterAccess> parseKubeconfig(const QByteArray& text, const QString& file, const QString& context = {});
Result<ClusterAccess> readKubeconfig(const QString& file, const QString& context = {});

/// This process's environment.
std::map<QString, QString> ownEnvironment();

/// The service account of a pod: KUBERNETES_SERVICE_HOST and _PORT from `environment`; token, ca.crt and namespace from
/// `directory`.
Result<ClusterAccess> inClusterAccess(const std::map<QString, QString>& environment, const QString& directory);

/// The directory where Kubernetes mounts it.
inline constexpr const char* kServiceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

}  // namespace fos1::kube
