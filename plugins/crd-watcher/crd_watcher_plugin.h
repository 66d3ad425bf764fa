// SPDX-License-Identifier: GPL-2.0-or-later
// Selects the source of desired state from the configuration: a directory of manifests or a cluster.
#pragma once

#include <QObject>
#include <memory>
#include <optional>

#include "fos1/plugin.h"
#include "source_side.h"

namespace fos1::crd {

class CrdWatcherPlugin : public QObject, public IPlugin, public ISpecWriter, public ISpecMerger {
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
    void merge(const QCborMap& change, quint64 ticket) override;

   private:
    [[nodiscard]] SourceSide::Done finish(quint64 ticket) const;

    std::optional<HostView> m_host;
    std::unique_ptr<SourceSide> m_side;
};

}  // namespace fos1::crd
