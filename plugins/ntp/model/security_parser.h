// SPDX-License-Identifier: GPL-2.0-or-later
// Reads spec.security. Must not know chrony.conf or the contents of certificates.
#pragma once

#include "model/field_checks.h"
#include "model/ntp_service_spec.h"

namespace fos1::ntp {

/// Fills the parts of `spec` that spec.security describes. Mistakes go to the errors of `security`.
void parseSecurity(const FieldChecks& security, NtpServiceSpec& spec);

/// Reads a rate limit, which several places contain. `enabledByDefault` applies when the limit is present without
/// `enabled`.
[[nodiscard]] RateLimitSpec parseRateLimit(const FieldChecks& at, bool enabledByDefault);

/// A network without host bits; nothing after it reported an error for `key`.
[[nodiscard]] std::optional<IpPrefix> networkFrom(const FieldChecks& at, const QString& key, const QString& text);

}  // namespace fos1::ntp
