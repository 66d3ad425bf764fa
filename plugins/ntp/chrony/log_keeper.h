// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps chronyd's log files (chrony.conf(5), log) small: one that has grown replaces its predecessor, and chronyd
// begins a new one. A router's flash would fill up otherwise. Knows nothing of their content.
#pragma once

#include <QObject>
#include <QTimer>
#include <chrono>

#include "candm/chrony_client.h"

namespace fos1::ntp {

class LogKeeper final : public QObject {
    Q_OBJECT
   public:
    static constexpr qint64 kLargest = 1024 * 1024;
    /// At 64 measurements a second, the most detailed log grows by as much as kLargest in that time.
    static constexpr std::chrono::milliseconds kInterval = std::chrono::minutes(1);

    /// `client` outlives the object. `directory` may be missing: chronyd makes it.
    LogKeeper(ChronyClient& client, QString directory, qint64 largest = kLargest,
              std::chrono::milliseconds interval = kInterval);

   private:
    void look();
    void cycle();

    ChronyClient& m_client;
    const QString m_directory;
    const qint64 m_largest;
    QTimer m_timer;
    bool m_isCycleWanted = false;  ///< chronyd may still write to a file that has another name now
};

}  // namespace fos1::ntp
