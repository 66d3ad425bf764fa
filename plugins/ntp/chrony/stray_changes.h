// SPDX-License-Identifier: GPL-2.0-or-later
// Collects from chronyd's log what somebody changed by a command: sources and settings. Changes nothing.
#pragma once

#include <QObject>
#include <QTimer>
#include <map>
#include <set>
#include <utility>

#include "core/source_traits.h"
#include "core/stray_settings.h"

namespace fos1::ntp {

struct Strays {
    std::set<QString> sources;        ///< by their addresses as text
    std::map<Setting, int> settings;  ///< how often each was logged, also for commands of ours
};

class StrayChanges final : public QObject {
    Q_OBJECT
   public:
    /// Several changes are put right together.
    static constexpr std::chrono::seconds kTogether{1};

    StrayChanges() {
        m_soon.setSingleShot(true);
        m_soon.setInterval(kTogether);
        connect(&m_soon, &QTimer::timeout, this, &StrayChanges::seen);
    }

    void feed(const QString& logLine) {
        const QString changed = changedSourceIn(logLine);
        const Setting setting = changedSettingIn(logLine);
        if (!changed.isEmpty())
            m_strays.sources.insert(changed);
        else if (setting != Setting::Unknown)
            ++m_strays.settings[setting];
        else
            return;
        m_soon.start();
    }

    /// They are forgotten.
    [[nodiscard]] Strays take() {
        m_soon.stop();
        return std::exchange(m_strays, {});
    }

   Q_SIGNALS:
    void seen();

   private:
    QTimer m_soon;
    Strays m_strays;
};

}  // namespace fos1::ntp
