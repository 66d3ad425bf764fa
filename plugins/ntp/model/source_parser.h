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

/// Whether `name` is a multicast address (RFC 5771, RFC 4291).
[[nodiscard]] bool isMulticast(const QString& name);
/// Why such a source is left out, as the end of "224.0.1.1 ...".
extern const QString kWhyNoMulticast;

}  // namespace fos1::ntp
