// SPDX-License-Identifier: GPL-2.0-or-later
// Reads spec.sources: pools, servers and peers with their options, and checks that each source is named once. Must not
// know chrony.conf.
#pragma once

#include "model/field_checks.h"
#include "model/key_parser.h"
#include "model/ntp_service_spec.h"

namespace fos1::ntp {

/// Fills the pools, servers and peers of `spec` from spec.sources. Mistakes go to the errors of `sources`.
void parseSources(const FieldChecks& sources, const AuthenticationSpec& keys, NtpServiceSpec& spec);

}  // namespace fos1::ntp
