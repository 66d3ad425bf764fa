// SPDX-License-Identifier: GPL-2.0-or-later
// The commands that set what chronyd keeps beside its sources, rules and keys. Sends nothing.
#pragma once

#include "candm/candm_codec.h"
#include "core/stray_settings.h"

namespace fos1::ntp {

struct SettingRequest {
    QString what;  ///< for people
    candm::Request request;
    std::optional<candm::Request> fallback = {};  ///< where chronyd does not know the request
};

/// `settings`: as chronyd is to have them.
[[nodiscard]] SettingRequest settingRequest(Setting setting, const OnlineSettings& settings);

}  // namespace fos1::ntp
