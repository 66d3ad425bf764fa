// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the symmetric keys of a spec. No message that it makes holds anything of a key's value.
#pragma once

#include <set>

#include "model/field_checks.h"
#include "model/security_spec.h"

namespace fos1::ntp {

/// The bytes of a key from its text: "HEX:" and "ASCII:" before it as in a keyfile of chrony's, else the text itself.
/// An error says what is wrong with it, without the key. `type` as in KeySpec.
[[nodiscard]] Result<QByteArray> keyBytes(const QByteArray& text, const QString& type);

/// `authentication` is spec.security.authentication.
[[nodiscard]] AuthenticationSpec parseKeys(const FieldChecks& authentication);

/// Reports a `keyId` of `source` that is not known.
void checkKeyReference(const FieldChecks& source, const AuthenticationSpec& authentication);

}  // namespace fos1::ntp
