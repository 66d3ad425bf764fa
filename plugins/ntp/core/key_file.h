// SPDX-License-Identifier: GPL-2.0-or-later
// The content of chronyd's keyfile (chrony.conf(5), keyfile). Secret from end to end: nobody shows or logs it. Pure.
#pragma once

#include "core/materials.h"
#include "model/security_spec.h"

namespace fos1::ntp {

/// One line a key that could be had, by number. The bytes are written in hexadecimal, so that no key can be more than
/// a key.
[[nodiscard]] QByteArray keyFile(const AuthenticationSpec& authentication, const std::map<qint64, QByteArray>& keys);

/// `wanted` and every key of `current` whose number is not in it: in force while sources change from one to the other.
[[nodiscard]] QByteArray withKeysOf(const QByteArray& wanted, const QByteArray& current);

/// The numbers in a file, and those whose line in `after` is new or another one. Nothing of the keys.
[[nodiscard]] std::vector<qint64> keyNumbersOf(const QByteArray& file);
[[nodiscard]] std::vector<qint64> changedKeys(const QByteArray& before, const QByteArray& after);

}  // namespace fos1::ntp
