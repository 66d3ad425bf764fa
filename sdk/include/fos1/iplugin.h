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
/// Lifetime: created by Qt's plugin loader, never unloaded. start() and stop() are each called at most once per
/// instance in the process. No call follows the completion of stop()'s ticket.
class FOS1_SDK_EXPORT IPlugin : public IInterface {
   public:
    ~IPlugin() override;

    /// Register metrics, subscribe to topics and set up. `host` outlives the plugin.
    /// Return an empty string when the plugin runs, otherwise the reason why it cannot, which the operator sees.
    virtual QString start(IHost* host) = 0;

    /// Apply `snapshot`: the complete desired state of the kinds in the plugin's metadata,
    /// `{"objects": [{apiVersion, kind, metadata{name, namespace, generation, …}, spec}, …]}`.
    /// Level-triggered and idempotent. At most one is under way at a time. Answer with IHost::complete(ticket, …).
    virtual void reconcile(const QCborMap& snapshot, quint64 ticket) = 0;

    /// Stop all activity (child processes, sockets, timers), then call IHost::complete(ticket, Ok). Asynchronous. The
    /// host does not wait for a plugin beyond the deadline (2 s).
    virtual void stop(quint64 ticket) = 0;

    /// Returns an optional interface of the plugin (IValidator, ISpecWriter …), or null. The caller does not own it.
    /// May be called before start().
    virtual IInterface* query(const QString& iid) = 0;
};

}  // namespace fos1

#define FOS1_PLUGIN_IID "io.fos1.Plugin/1"
Q_DECLARE_INTERFACE(fos1::IPlugin, FOS1_PLUGIN_IID)
