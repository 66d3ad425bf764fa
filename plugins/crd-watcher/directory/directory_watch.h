// SPDX-License-Identifier: GPL-2.0-or-later
// Reports changes in a directory (inotify(7)): a file renamed in or out, written and closed, deleted. Checks once per
// second for a directory that is missing, was removed, or is another one by now. Must not know what the files mean.
#pragma once

#include <QObject>
#include <QSet>
#include <QSocketNotifier>
#include <QString>
#include <QTimer>
#include <memory>

namespace fos1::crd {

class DirectoryWatch : public QObject {
    Q_OBJECT
   public:
    explicit DirectoryWatch(QString directory, QObject* parent = nullptr);
    ~DirectoryWatch() override;

    void start();
    void stop();

   Q_SIGNALS:
    /// At most one per turn of the loop. `names` are the files that inotify named; others may have changed too.
    void changed(const QSet<QString>& names);

   private:
    void attach();
    void lookForAnother();
    void detach();
    void read();
    void flush();

    QString m_directory;
    int m_fd = -1;
    QSet<QString> m_names;
    std::unique_ptr<QSocketNotifier> m_notifier;
    QTimer m_flush;
    QTimer m_retry;
    QTimer m_place;
    std::pair<quint64, quint64> m_watched;  ///< device and inode
};

}  // namespace fos1::crd
