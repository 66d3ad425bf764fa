// SPDX-License-Identifier: GPL-2.0-or-later
// What one plugin sees of the host. Checks thread, permission and arguments, then passes the call on to the stores.
#pragma once

#include <QThread>
#include <functional>
#include <memory>

#include "fos1/features/bus.h"
#include "fos1/features/event_feed.h"
#include "fos1/features/events.h"
#include "fos1/features/metrics.h"
#include "fos1/features/pages.h"
#include "fos1/features/spec_catalog.h"
#include "fos1/features/spec_source.h"
#include "fos1/features/status.h"
#include "fos1/features/status_feed.h"
#include "fos1/ihost.h"
#include "log/refused_calls.h"
#include "plugins/host_services.h"
#include "plugins/plugin_metadata.h"

namespace fos1::host {

class PluginFacade final : public IHost {
   public:
    struct Directories {
        QString state;
        QString runtime;
    };
    /// Handles a completion; false when the ticket is not under way.
    using Complete = std::function<bool(Ticket, Outcome, int retryAfterMs, const QString& message)>;

    /// `metadata` must outlive the facade.
    PluginFacade(const PluginMetadata& metadata, QCborMap configuration, Directories directories,
                 const HostServices& services, Complete complete);
    ~PluginFacade() override;

    IInterface* query(const QString& iid) override;
    int complete(quint64 ticket, int outcome, int retryAfterMs, const QString& message) override;
    QCborMap configuration() override { return isHomeThread() ? m_configuration : QCborMap(); }
    QString stateDirectory() override { return isHomeThread() ? m_directories.state : QString(); }
    QString runtimeDirectory() override { return isHomeThread() ? m_directories.runtime : QString(); }

    /// Wraps every call of a listener; receives the name of the call, for people. Default: a plain call.
    using CallGuard = std::function<void(const char* what, const std::function<void()>& act)>;
    void setCallGuard(CallGuard guard) { m_callGuard = std::move(guard); }

    /// Receives the pages that the plugin replies with; each is a document.
    using TakePage = std::function<void(quint64 ticket, const QCborMap& document)>;
    void setPageSink(TakePage take) { m_takePage = std::move(take); }

    /// An object as this plugin may see it.
    [[nodiscard]] QCborMap shown(const QCborMap& object) const;
    /// The same for a snapshot.
    [[nodiscard]] QCborMap shownSnapshot(const QCborMap& snapshot) const;

    /// Makes every later call NotPermitted and calls nothing back. For a failed plugin, parts of which may still run.
    void revoke() { m_isRevoked = true; }

    /// Publishes so far, to detect a flood.
    [[nodiscard]] quint64 publishes() const { return m_publishes; }
    void countPublishes(quint64 more) { m_publishes += more; }

    /// No metric can be declared after start().
    void freezeMetrics() { m_metricsFrozen = true; }

    /// The features that this host offers.
    static const QStringList& offeredFeatures();

   private:
    class Bus;
    class StatusFeature;
    class Metrics;
    class Events;
    class SpecSource;
    class SpecCatalog;
    class StatusFeed;
    class EventFeed;
    class PageReplies;

    [[nodiscard]] bool isHomeThread() const { return QThread::currentThread() == m_home; }
    /// Ok when this thread may call and the plugin has not failed.
    [[nodiscard]] Status gate() const;
    /// The status as a call returns it; a refusal is logged.
    int refused(Status status, const char* call, const QString& subject);
    void callBack(const char* what, const std::function<void()>& act) const;

    const PluginMetadata& m_metadata;
    QCborMap m_configuration;
    Directories m_directories;
    HostServices m_services;
    Complete m_complete;
    QThread* m_home = QThread::currentThread();
    CallGuard m_callGuard;
    TakePage m_takePage;
    bool m_metricsFrozen = false;
    bool m_isRevoked = false;
    quint64 m_publishes = 0;
    log::RefusedCalls m_refused;
    std::map<QString, std::unique_ptr<IInterface>> m_features;
};

}  // namespace fos1::host
