// SPDX-License-Identifier: MIT
// The host's side of the seam: one object per plugin. Call it only on the plugin's home thread. A call on another
// thread returns WrongThread (or null) and has no effect.
#pragma once

#include <QCborMap>
#include <QString>

#include "fos1/interface.h"

namespace fos1 {

class FOS1_SDK_EXPORT IHost : public IInterface {
   public:
    ~IHost() override;

    /// Returns a feature interface by IID (features/*.h), or null when this host or this plugin's metadata does not
    /// offer it. Owned by the host; valid as long as the plugin.
    virtual IInterface* query(const QString& iid) = 0;

    /// Completes the work named by `ticket` with an Outcome. `retryAfterMs` applies only to Retry (0: the host's own
    /// jittered back-off). `message` is the reason, for people. InvalidArgument when the ticket is unknown or already
    /// completed.
    virtual int complete(quint64 ticket, int outcome, int retryAfterMs, const QString& message) = 0;

    /// The plugin's section of host.yaml, checked against the "config" schema of its metadata, with defaults.
    virtual QCborMap configuration() = 0;

    /// The plugin's own directory for what must survive a restart. It exists. Absolute path.
    virtual QString stateDirectory() = 0;

    /// The plugin's own directory for sockets and pid files. It exists. Absolute path.
    virtual QString runtimeDirectory() = 0;
};

}  // namespace fos1
