// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/secret_refs.h"

#include <QCborArray>

namespace fos1::crd {

namespace {

void collect(const QCborValue& value, const QString& ns, std::set<SecretName>& found) {
    if (value.isArray()) {
        const QCborArray array = value.toArray();
        for (const QCborValue& item : array) collect(item, ns, found);
        return;
    }
    const QCborMap map = value.toMap();
    for (const auto& item : map) {
        const QString field = item.first.toString();
        const QCborValue inner = item.second;
        const bool isReference = field == QStringLiteral("secretKeyRef") || field == QStringLiteral("secretRef") ||
                                 field == QStringLiteral("secretName");
        const QString name = !isReference    ? QString()
                             : inner.isMap() ? inner.toMap().value(QStringLiteral("name")).toString()
                                             : inner.toString();
        if (!name.isEmpty()) found.insert({ns, name});
        collect(inner, ns, found);
    }
}

}  // namespace

std::set<SecretName> secretsOf(const QCborMap& spec, const QString& ns) {
    std::set<SecretName> found;
    collect(spec, ns, found);
    return found;
}

}  // namespace fos1::crd
