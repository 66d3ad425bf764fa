// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/stray_settings.h"

#include <algorithm>

namespace fos1::ntp {

namespace {

/// A command of ours whose line never came must not hide more than so many of others.
constexpr int kMostExpected = 2;

const QString kDistance = QStringLiteral("New reselect distance ");

}  // namespace

Setting changedSettingIn(const QString& logLine) {
    if (logLine.startsWith(QStringLiteral("New makestep "))) return Setting::Makestep;
    if (logLine.startsWith(QStringLiteral("New maxupdateskew "))) return Setting::MaxUpdateSkew;
    if (logLine == QStringLiteral("Enabled local reference mode") ||
        logLine == QStringLiteral("Disabled local reference mode"))
        return Setting::Local;
    if (!logLine.startsWith(kDistance)) return Setting::Unknown;
    return logLine.mid(kDistance.size()) == QStringLiteral("0.000100") ? Setting::Unknown : Setting::ReselectDistance;
}

void SettingEchoes::expect(Setting setting) {
    int& count = m_expected[setting];
    count = std::min(count + 1, kMostExpected);
}

std::set<Setting> SettingEchoes::strangers(const std::map<Setting, int>& logged) {
    std::set<Setting> strange;
    for (const auto& [setting, count] : logged) {
        int& expected = m_expected[setting];
        if (count > expected) strange.insert(setting);
        expected = std::max(expected - count, 0);
    }
    return strange;
}

void UpdateCount::look(const Tracking& tracking) {
    // Without a source there is no update, and the time of a local reference is always now.
    if (tracking.refId == 0 || isLocalReference(tracking) || m_last == tracking.referenceTime) return;
    m_last = tracking.referenceTime;
    ++m_count;
}

std::optional<MakestepSpec> remaining(const MakestepSpec& declared, const UpdateCount& updates) {
    if (declared.limit <= 0 || updates.atLeast() == 0) return declared;
    if (updates.atLeast() < declared.limit) return std::nullopt;
    return MakestepSpec{declared.threshold, 0};
}

std::set<Setting> settingsToSend(const OnlineSettings& declared, const std::set<Setting>& changed,
                                 const UpdateCount& updates) {
    std::set<Setting> wanted = changed;
    if (!declared.settingsAreLogged) wanted.insert({Setting::Makestep, Setting::Local, Setting::MaxUpdateSkew});
    // Set again too early, it would allow more steps than declared.
    if (!remaining(declared.makestep, updates)) wanted.erase(Setting::Makestep);
    return wanted;
}

}  // namespace fos1::ntp
