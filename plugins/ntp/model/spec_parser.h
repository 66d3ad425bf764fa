// SPDX-License-Identifier: GPL-2.0-or-later
// Turns a spec's CBOR into NtpServiceSpec, reporting every mistake at once. Trusts nothing; does no I/O.
#pragma once

#include <QCborMap>

#include "fos1/result.h"
#include "model/ntp_service_spec.h"

namespace fos1::ntp {

/// `map` is the object's spec; the paths of errors start with "spec".
[[nodiscard]] tl::expected<NtpServiceSpec, Errors> parse(const QCborMap& map);

}  // namespace fos1::ntp
