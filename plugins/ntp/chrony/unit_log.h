// SPDX-License-Identifier: GPL-2.0-or-later
// What a unit of systemd's writes to its log from now on, line by line, from the journal (sd-journal(3)). Reads it in a
// thread, because the files may be large and on a slow disk. Understands no line.
#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <QTimer>
#include <memory>

#include "chrony/chronyd_log.h"
#include "worker.h"

namespace fos1::ntp {

class UnitLog final : public QObject {
    Q_OBJECT
   public:
    /// Lines of one reading; the event loop gets its turn between two.
    static constexpr int kMostLines = 256;

    explicit UnitLog(const QString& unit);
    ~UnitLog() override;

   Q_SIGNALS:
    /// Without chronyd's time stamp.
    void logged(const QString& line);

   private:
    struct Journal;
    void onOpened(int descriptor, const QString& why);
    void read();
    void onRead(const QStringList& lines, bool hasMore);

    const std::shared_ptr<Journal> m_journal;  ///< used by the thread alone
    Worker m_worker;
    std::unique_ptr<QSocketNotifier> m_notifier;
    QTimer m_later;
    bool m_isReading = false;
};

}  // namespace fos1::ntp
