// SPDX-License-Identifier: GPL-2.0-or-later
// Reads spec.server: how the clock is maintained and served. Must not know chrony.conf.
#pragma once

#include "model/field_checks.h"
#include "model/ntp_service_spec.h"

namespace fos1::ntp {

/// `at` is spec.server.
[[nodiscard]] ServingSpec parseServing(const FieldChecks& at);

/// The field `bindAddresses` of a map: one IPv4 and one IPv6 address (chrony.conf(5), bindaddress, bindacqaddress).
[[nodiscard]] std::vector<IpAddress> parseBindAddresses(const FieldChecks& at);

}  // namespace fos1::ntp
