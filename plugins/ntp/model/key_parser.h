// SPDX-License-Identifier: GPL-2.0-or-later
// Reads which symmetric keys exist, so that no source names another. Never touches a key's value.
#pragma once

#include <set>

#include "model/field_checks.h"

namespace fos1::ntp {

/// The keys that sources may name.
struct KnownKeys {
    bool enabled = true;
    std::set<qint64> ids;
};

/// `authentication` is spec.security.authentication.
[[nodiscard]] KnownKeys parseKeys(const FieldChecks& authentication);

/// Reports a `keyId` of `source` that is not known.
void checkKeyReference(const FieldChecks& source, const KnownKeys& keys);

}  // namespace fos1::ntp
