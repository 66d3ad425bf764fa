// SPDX-License-Identifier: GPL-2.0-or-later
// Reads spec.vlanConfig, spec.vlanDefaults and spec.advertise of an NTPService, and the spec of an NTPClient.
#pragma once

#include "model/field_checks.h"
#include "model/vlan_policy.h"

namespace fos1::ntp {

[[nodiscard]] VlansSpec parseVlans(const FieldChecks& spec);

/// `at` is spec.advertise.
[[nodiscard]] AdvertiseSpec parseAdvertise(const FieldChecks& at);

/// `map` is the spec of an NTPClient. Returns every mistake with its path.
[[nodiscard]] tl::expected<ClientGroupSpec, Errors> parseClientGroup(const QCborMap& map);

}  // namespace fos1::ntp
