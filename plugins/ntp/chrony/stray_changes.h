// SPDX-License-Identifier: GPL-2.0-or-later
// Collects from chronyd's log which sources somebody else changed by a command. Changes nothing.
#pragma once

#include <QObject>
#include <QTimer>
#include <set>
#include <utility>

#include "core/source_traits.h"

namespace fos1::ntp {

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
        if (changed.isEmpty()) return;
        m_sources.insert(changed);
        m_soon.start();
    }

    /// The sources, by their addresses as text; they are forgotten.
    [[nodiscard]] std::set<QString> take() {
        m_soon.stop();
        return std::exchange(m_sources, {});
    }

   Q_SIGNALS:
    void seen();

   private:
    QTimer m_soon;
    std::set<QString> m_sources;
};

}  // namespace fos1::ntp
