// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/setting_request.h"

namespace fos1::ntp {

namespace {

using namespace std::chrono_literals;

/// chrony.conf(5), local: distance is 1 s by default, and waitunsynced 300 s for an orphan. A command that leaves a
/// value out would set it to 0.
candm::LocalReference localReference(const LocalSpec& local) {
    return {local.enabled,
            local.stratum.value_or(kDefaultLocalStratum),
            local.distance.value_or(1s),
            local.orphan,
            local.activate.value_or(0s),
            local.waitsynced.value_or(0s),
            local.waitunsynced.value_or(local.orphan ? 300s : 0s)};
}

}  // namespace

SettingRequest settingRequest(Setting setting, const OnlineSettings& settings) {
    switch (setting) {
        case Setting::Makestep:
            return {QStringLiteral("makestep"),
                    candm::modifyMakestepRequest(settings.makestep.limit, settings.makestep.threshold)};
        case Setting::Local: {
            const candm::LocalReference local = localReference(settings.local);
            return {QStringLiteral("local"), candm::localRequest(candm::Command::Local3, local),
                    candm::localRequest(candm::Command::Local2, local)};
        }
        case Setting::MaxUpdateSkew:
            return {QStringLiteral("maxupdateskew"), candm::modifyMaxUpdateSkewRequest(settings.maxUpdateSkew)};
        case Setting::ReselectDistance:
            return {QStringLiteral("reselectdist"), candm::reselectDistanceRequest(kReselectDistance)};
        case Setting::Unknown: break;
    }
    return {};
}

}  // namespace fos1::ntp
