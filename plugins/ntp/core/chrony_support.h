// SPDX-License-Identifier: GPL-2.0-or-later
// Which chronyd knows which directive and option: the only place with version numbers of chrony's NEWS. Pure.
#pragma once

#include <QString>
#include <string_view>

#include "core/materials.h"

namespace fos1::ntp {

/// `feature`: a directive of chrony.conf(5), or a directive and an option ("local activate"). Options of pools, servers
/// and peers are those of "server". Every chronyd that is managed here (4.0 and later) knows what the table does not
/// have.
[[nodiscard]] bool supports(const ChronyVersion& version, std::string_view feature);

/// "4.3".
[[nodiscard]] QString versionText(const ChronyVersion& version);

/// The first release with the feature: "4.6". Empty: 4.0.
[[nodiscard]] QString firstRelease(std::string_view feature);

/// Why a field is left out, as the end of "spec.server.ptpport ...".
[[nodiscard]] QString whyUnsupported(const ChronyVersion& version, std::string_view feature);

}  // namespace fos1::ntp
