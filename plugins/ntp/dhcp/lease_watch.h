// SPDX-License-Identifier: GPL-2.0-or-later
// Reports that the time servers in the leases of some interfaces may have changed. Does not read the leases.
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

    /// Watches the leases of these interfaces instead of those before. New interfaces, and files that appeared since
    /// the last report, are reported too: the caller may have read the leases before.
    void watch(const std::vector<QString>& interfaces);

   Q_SIGNALS:
    /// At most each kTogether: a client writes its file line by line.
    void changed();

   private:
    void follow();
    void look();
    [[nodiscard]] QStringList present() const;
    [[nodiscard]] QStringList wanted() const;
    void onDirectoryChanged(const QString& path);
    void note();

    static constexpr std::chrono::milliseconds kTogether{500};
    const LeasePlaces m_places;
    std::vector<QString> m_interfaces;
    QStringList m_present;     ///< files and directories of leases that existed at the last look
    bool m_isTouched = false;  ///< since the last report
    QFileSystemWatcher m_watcher;
    QTimer m_timer;
};

}  // namespace fos1::ntp
