// SPDX-License-Identifier: GPL-2.0-or-later
// Reads spec.sources: pools and servers, their options, and that no source is named twice. Peers are only checked.
// Knows no chrony.conf.
#pragma once

#include "model/field_checks.h"
#include "model/key_parser.h"
#include "model/ntp_service_spec.h"

namespace fos1::ntp {

/// Fills `spec.pools` and `spec.servers` from spec.sources; mistakes go to the errors of `sources`.
void parseSources(const FieldChecks& sources, const KnownKeys& keys, NtpServiceSpec& spec);

}  // namespace fos1::ntp
