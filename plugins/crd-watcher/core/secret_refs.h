// SPDX-License-Identifier: GPL-2.0-or-later
// The Secrets that an object references, by Kubernetes' field names: secretKeyRef.name, secretRef.name, secretName.
// Pure. Must not know what the object means.
#pragma once

#include <QCborMap>
#include <QString>
#include <set>
#include <tuple>

namespace fos1::crd {

struct SecretName {
    QString ns;
    QString name;
    bool operator==(const SecretName&) const = default;
    bool operator<(const SecretName& other) const { return std::tie(ns, name) < std::tie(other.ns, other.name); }
};

/// The Secrets in the spec of an object in namespace `ns`.
std::set<SecretName> secretsOf(const QCborMap& spec, const QString& ns);

}  // namespace fos1::crd
