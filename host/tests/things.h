// SPDX-License-Identifier: GPL-2.0-or-later
// Test objects of a kind without meaning: t.io/v1 Thing, with `spec.value`.
#pragma once

#include <QCborMap>

#include "fos1/cbor_size.h"
#include "fos1/desired.h"
#include "fos1/result.h"

namespace fos1::host::test {

inline const QString kThing = QStringLiteral("Thing");

inline ObjectKey key(const QString& name) {
    return {QStringLiteral("t.io/v1"), kThing, QStringLiteral("default"), name};
}

inline QCborMap thing(const QString& name, int value, const QString& kind = kThing) {
    return {{QStringLiteral("apiVersion"), QStringLiteral("t.io/v1")},
            {QStringLiteral("kind"), kind},
            {QStringLiteral("metadata"),
             QCborMap{{QStringLiteral("name"), name}, {QStringLiteral("namespace"), QStringLiteral("default")}}},
            {QStringLiteral("spec"), QCborMap{{QStringLiteral("value"), value}}}};
}

/// An object as a transaction contains it.
inline QByteArray object(const QString& name, int value, const QString& kind = kThing) {
    return packed(thing(name, value, kind));
}

inline int valueOf(const QCborMap& object) {
    return static_cast<int>(object.value(QStringLiteral("spec")).toMap().value(QStringLiteral("value")).toInteger());
}

/// Refuses negative values, as a schema would.
inline tl::expected<QCborMap, Errors> admit(const QCborMap& object) {
    if (valueOf(object) >= 0) return object;
    return tl::unexpected<Errors>(
        Errors{{ErrorCode::InvalidInput, QStringLiteral("must not be negative"), QStringLiteral("spec.value")}});
}

}  // namespace fos1::host::test
