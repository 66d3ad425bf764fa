// SPDX-License-Identifier: GPL-2.0-or-later
// Wires directory watch, source and writer to the host. No logic of its own.
#pragma once

#include <QObject>
#include <memory>
#include <optional>
#include <set>

#include "directory_source.h"
#include "directory_watch.h"
#include "fos1/plugin.h"

namespace fos1::crd {

class CrdWatcherPlugin : public QObject, public IPlugin, public ISpecWriter {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID FOS1_PLUGIN_IID FILE "fos1_metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(IHost* host) override;
    void reconcile(const QCborMap& snapshot, quint64 ticket) override;
    void stop(quint64 ticket) override;
    IInterface* query(const QString& iid) override;

    void write(const QCborMap& object, quint64 ticket) override;
    void erase(const QCborMap& object, quint64 ticket) override;

   private:
    void scan(const QSet<QString>& names);
    void report();
    void markObjects();
    void finish(quint64 ticket, const Result<QString>& path);

    std::optional<HostView> m_host;
    std::unique_ptr<DirectorySource> m_source;
    std::unique_ptr<DirectoryWatch> m_watch;
    QStringList m_reported;
    std::set<ObjectKey> m_marked;  ///< objects that carry Accepted=False
};

}  // namespace fos1::crd
