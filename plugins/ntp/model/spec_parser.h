// SPDX-License-Identifier: GPL-2.0-or-later
// Converts a spec's CBOR to NtpServiceSpec and reports every mistake. Trusts no input. Does no I/O.
#pragma once

#include <QCborMap>

#include "fos1/result.h"
#include "model/ntp_service_spec.h"

namespace fos1::ntp {

/// `map` is the object's spec. The paths of errors start with "spec".
[[nodiscard]] tl::expected<NtpServiceSpec, Errors> parse(const QCborMap& map);

}  // namespace fos1::ntp
