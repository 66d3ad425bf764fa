// SPDX-License-Identifier: GPL-2.0-or-later
// Which Secrets an object speaks of, by the field names of Kubernetes: secretKeyRef.name, secretRef.name, secretName.
// Pure; must not know what the object means.
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

/// Of the spec of an object in namespace `ns`.
std::set<SecretName> secretsOf(const QCborMap& spec, const QString& ns);

}  // namespace fos1::crd
