// SPDX-License-Identifier: GPL-2.0-or-later
// Reports that the time servers in the leases of some interfaces may be others now. Reads none of them, and does not
// notice the first file of a directory that did not exist: who follows it looks once in a while anyway.
#pragma once

#include <QFileSystemWatcher>
#include <QObject>
#include <QTimer>

#include "dhcp/lease_files.h"

namespace fos1::ntp {

class LeaseWatch final : public QObject {
    Q_OBJECT
   public:
    explicit LeaseWatch(LeasePlaces places = {}, QObject* parent = nullptr);

    /// From now on those of these interfaces alone.
    void watch(const std::vector<QString>& interfaces);

   Q_SIGNALS:
    /// At most each kTogether: a client writes its file line by line.
    void changed();

   private:
    void follow();

    static constexpr std::chrono::milliseconds kTogether{500};
    const LeasePlaces m_places;
    std::vector<QString> m_interfaces;
    QFileSystemWatcher m_watcher;
    QTimer m_timer;
};

}  // namespace fos1::ntp
