// SPDX-License-Identifier: GPL-2.0-or-later
// What one plugin sees of the host: checks thread, permission and arguments, then passes on to the stores.
#pragma once

#include <QThread>
#include <functional>
#include <memory>

#include "fos1/features/bus.h"
#include "fos1/features/events.h"
#include "fos1/features/metrics.h"
#include "fos1/features/spec_source.h"
#include "fos1/features/status.h"
#include "fos1/ihost.h"
#include "plugins/host_services.h"
#include "plugins/plugin_metadata.h"

namespace fos1::host {

class PluginFacade final : public IHost {
   public:
    struct Directories {
        QString state;
        QString runtime;
    };
    /// Takes a completion; false when the ticket is not under way.
    using Complete = std::function<bool(Ticket, Outcome, int retryAfterMs, const QString& message)>;

    /// `metadata` must outlive the facade.
    PluginFacade(const PluginMetadata& metadata, QCborMap configuration, Directories directories,
                 const HostServices& services, Complete complete);
    ~PluginFacade() override;

    IInterface* query(const QString& iid) override;
    int complete(quint64 ticket, int outcome, int retryAfterMs, const QString& message) override;
    QCborMap configuration() override { return m_configuration; }
    QString stateDirectory() override { return m_directories.state; }
    QString runtimeDirectory() override { return m_directories.runtime; }

    /// After start() no metric can be declared.
    void freezeMetrics() { m_metricsFrozen = true; }

    /// Features this host offers.
    static const QStringList& offeredFeatures();

   private:
    class Bus;
    class StatusFeature;
    class Metrics;
    class Events;
    class SpecSource;

    [[nodiscard]] bool isHomeThread() const { return QThread::currentThread() == m_home; }

    const PluginMetadata& m_metadata;
    QCborMap m_configuration;
    Directories m_directories;
    HostServices m_services;
    Complete m_complete;
    QThread* m_home = QThread::currentThread();
    bool m_metricsFrozen = false;
    std::map<QString, std::unique_ptr<IInterface>> m_features;
};

}  // namespace fos1::host
