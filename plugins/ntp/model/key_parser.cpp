// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/key_parser.h"

#include <map>

namespace fos1::ntp {

namespace {

const QString kId = QStringLiteral("id");
const QString kKeyId = QStringLiteral("keyId");

void checkValue(const FieldChecks& key) {
    const bool inlined = key.reader().has(QStringLiteral("value"));
    const bool referred = key.reader().has(QStringLiteral("valueFrom"));
    if (inlined && referred)
        key.report(QStringLiteral("value"), QStringLiteral("contradicts valueFrom: a key has one value"));
    if (!inlined && !referred) key.report(QStringLiteral("value"), QStringLiteral("is required, or valueFrom"));
}

}  // namespace

KnownKeys parseKeys(const FieldChecks& authentication) {
    KnownKeys known;
    known.enabled = authentication.reader().boolean(QStringLiteral("enabled"), true);
    std::map<qint64, QString> seen;
    for (const FieldChecks& key : authentication.children(QStringLiteral("keys"))) {
        checkValue(key);
        const qint64 id = key.reader().integer(kId);
        const auto [first, isNew] = seen.try_emplace(id, key.reader().path(kId));
        if (!isNew) key.report(kId, QStringLiteral("%1 is already used by %2").arg(id).arg(first->second));
        known.ids.insert(id);
    }
    return known;
}

void checkKeyReference(const FieldChecks& source, const KnownKeys& keys) {
    if (!source.reader().has(kKeyId)) return;
    const qint64 id = source.reader().integer(kKeyId);
    if (!keys.enabled)
        source.report(kKeyId,
                      QStringLiteral("names key %1, but spec.security.authentication.enabled is false").arg(id));
    else if (!keys.ids.contains(id))
        source.report(kKeyId, QStringLiteral("key %1 is not in spec.security.authentication.keys").arg(id));
}

}  // namespace fos1::ntp
