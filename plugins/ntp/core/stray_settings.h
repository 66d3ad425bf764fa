// SPDX-License-Identifier: GPL-2.0-or-later
// Which settings of a running chronyd somebody else may have changed by a command, and how they are put right. Pure.
#pragma once

#include <QString>
#include <chrono>
#include <map>
#include <optional>
#include <set>

#include "core/chrony_plan.h"
#include "core/observation.h"

namespace fos1::ntp {

enum class Setting { Unknown = 0, Makestep, Local, MaxUpdateSkew, ReselectDistance };

/// chrony.conf(5), reselectdist: the default, which no field of ours changes.
inline constexpr std::chrono::microseconds kReselectDistance{100};

/// The setting that a command has just set, from a line of chronyd's log, also when the command was ours. Up to chrony
/// 4.3 only the distance is logged, and only a distance other than the default counts.
[[nodiscard]] Setting changedSettingIn(const QString& logLine);

/// What chronyd's log says of settings, of which our own commands are a part.
class SettingEchoes {
   public:
    /// We are about to send one, and chronyd will log it.
    void expect(Setting setting);
    /// `logged`: how often each was logged since the last call. Returns those that somebody else set.
    [[nodiscard]] std::set<Setting> strangers(const std::map<Setting, int>& logged);

   private:
    std::map<Setting, int> m_expected;
};

/// How many updates of the clock there have been at least since chronyd started, by the looks at it.
class UpdateCount {
   public:
    void look(const Tracking& tracking);
    [[nodiscard]] int atLeast() const { return m_count; }

   private:
    std::optional<std::chrono::nanoseconds> m_last;
    int m_count = 0;
};

/// The settings to send again. chronyd that logs no commands (`settingsAreLogged`) gets all of them, because nothing
/// tells whether somebody changed them, and they change nothing where nobody did.
[[nodiscard]] std::set<Setting> settingsToSend(const OnlineSettings& declared, const std::set<Setting>& changed,
                                               const UpdateCount& updates);

/// `makestep` as it holds after so many updates: its limit counts down to 0. Nothing while it is not known how far.
[[nodiscard]] std::optional<MakestepSpec> remaining(const MakestepSpec& declared, const UpdateCount& updates);

}  // namespace fos1::ntp
