// SPDX-License-Identifier: GPL-2.0-or-later
// Tells which files of a directory are read, by whomever, and when the directory itself is listed (inotify(7)).
#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <memory>

#include "fos1/result.h"

namespace fos1::dhcp {

class ReadWatch final : public QObject {
    Q_OBJECT

   public:
    ReadWatch() = default;
    ~ReadWatch() override;

    /// From now on. Refused when the user has no watches left.
    [[nodiscard]] tl::expected<void, Error> start(const QString& directory);
    void stop();

   Q_SIGNALS:
    /// A file was closed after it was read; empty: the directory.
    void read(const QString& name);
    /// Events were lost; any file may have been read.
    void lost();

   private:
    void take();

    int m_inotify = -1;
    std::unique_ptr<QSocketNotifier> m_notifier;
};

}  // namespace fos1::dhcp
