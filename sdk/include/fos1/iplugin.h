// SPDX-License-Identifier: MIT
// The plugin's side of the seam. Every call arrives on the plugin's home thread (the thread of start()).
#pragma once

#include <QCborMap>
#include <QString>
#include <QtPlugin>

#include "fos1/interface.h"

namespace fos1 {

class IHost;

/// The root object of a plugin (IID io.fos1.Plugin/1).
///
/// Lifetime: created by Qt's plugin loader, never unloaded. start() and stop() are called at most once each per
/// instance of the process; no call comes after stop()'s ticket is completed.
class FOS1_SDK_EXPORT IPlugin : public IInterface {
   public:
    ~IPlugin() override;

    /// Register metrics, subscribe to topics, set up. `host` outlives the plugin.
    /// Returns an empty string when the plugin runs, else the reason why it cannot (shown to the operator).
    virtual QString start(IHost* host) = 0;

    /// Bring the world in line with `snapshot`: the whole desired state of the kinds in the plugin's metadata,
    /// `{"objects": [{apiVersion, kind, metadata{name, namespace, generation, …}, spec}, …]}`.
    /// Level-triggered and idempotent; at most one is under way at a time. Answer with IHost::complete(ticket, …).
    virtual void reconcile(const QCborMap& snapshot, quint64 ticket) = 0;

    /// End all activity (child processes, sockets, timers), then IHost::complete(ticket, Ok). Asynchronous; a
    /// plugin that takes longer than its deadline (2 s) is left behind.
    virtual void stop(quint64 ticket) = 0;

    /// An optional interface of the plugin (IValidator, ISpecWriter …), or null. Not owned by the caller; may be
    /// called before start().
    virtual IInterface* query(const QString& iid) = 0;
};

}  // namespace fos1

#define FOS1_PLUGIN_IID "io.fos1.Plugin/1"
Q_DECLARE_INTERFACE(fos1::IPlugin, FOS1_PLUGIN_IID)
