// SPDX-License-Identifier: GPL-2.0-or-later
// Reads spec.security. Knows no chrony.conf and no certificate.
#pragma once

#include "model/field_checks.h"
#include "model/ntp_service_spec.h"

namespace fos1::ntp {

/// Fills the parts of `spec` that spec.security is about; mistakes go to the errors of `security`.
void parseSecurity(const FieldChecks& security, NtpServiceSpec& spec);

/// A limit as it stands in several places. `enabledByDefault`: when it is there and does not say.
[[nodiscard]] RateLimitSpec parseRateLimit(const FieldChecks& at, bool enabledByDefault);

/// A network without host bits, or nothing after a report for `key`.
[[nodiscard]] std::optional<IpPrefix> networkFrom(const FieldChecks& at, const QString& key, const QString& text);

}  // namespace fos1::ntp
