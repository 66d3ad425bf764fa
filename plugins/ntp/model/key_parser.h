// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the symmetric keys of a spec. Its messages never contain any part of a key's value.
#pragma once

#include <set>

#include "model/field_checks.h"
#include "model/security_spec.h"

namespace fos1::ntp {

/// The bytes of a key from its text: with the prefix "HEX:" or "ASCII:" as in chrony's keyfile, otherwise the text
/// itself. The error names the mistake without the key. `type` as in KeySpec.
[[nodiscard]] Result<QByteArray> keyBytes(const QByteArray& text, const QString& type);

/// `authentication` is spec.security.authentication.
[[nodiscard]] AuthenticationSpec parseKeys(const FieldChecks& authentication);

/// Reports a `keyId` of `source` that is unknown.
void checkKeyReference(const FieldChecks& source, const AuthenticationSpec& authentication);

}  // namespace fos1::ntp
