// SPDX-License-Identifier: GPL-2.0-or-later
// A directory of manifests as the source: watch, source and writer wired to the host.
#pragma once

#include <QObject>
#include <QTimer>
#include <chrono>
#include <set>

#include "directory/directory_source.h"
#include "directory/directory_watch.h"
#include "fos1/plugin.h"
#include "source_side.h"

namespace fos1::crd {

class DirectorySide final : public QObject, public SourceSide {
    Q_OBJECT
   public:
    /// `host` outlives the object.
    DirectorySide(const HostView& host, const QString& directory);

    void start() override { m_watch.start(); }
    void stop(std::function<void()> done) override {
        m_watch.stop();
        m_again.stop();
        done();
    }
    void write(const QCborMap& object, const Done& done) override;
    void erase(const QCborMap& key, const Done& done) override;
    void merge(const QCborMap& change, const Done& done) override;

   private:
    void scan(const QSet<QString>& names, Reading reading);
    void report();
    void markObjects();
    void finish(const Result<QString>& path, const Done& done);

    const HostView& m_host;
    DirectorySource m_source;
    DirectoryWatch m_watch;
    QTimer m_again;  ///< for what is not notified
    std::chrono::milliseconds m_pause{0};
    QStringList m_reported;
    std::set<ObjectKey> m_marked;  ///< objects that carry Accepted=False
};

}  // namespace fos1::crd
