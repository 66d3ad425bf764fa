// SPDX-License-Identifier: GPL-2.0-or-later
// TSIG keys in files that only their owner may read. Must not know who uses them.
#pragma once

#include "fos1/result.h"
#include "wire/tsig.h"

namespace fos1::dns {

/// What host.yaml says of a key.
struct KeySource {
    QString file;
    QString name;       ///< needed for a file with nothing but the secret; otherwise the file must have the same
    QString algorithm;  ///< likewise
};

/// Three forms: BIND's `key "NAME" { algorithm A; secret "S"; };` (tsig-keygen(8)), `A:NAME:S` (the option -y of
/// dig(1)), and the secret alone. Lines that begin with # or // are comments. An error never contains the secret.
[[nodiscard]] Result<TsigKey> keyFrom(const QByteArray& text, const KeySource& source);

/// Refused unless it is a plain file without any right for its group or others.
[[nodiscard]] Result<TsigKey> readKeyFile(const KeySource& source);

}  // namespace fos1::dns
