// SPDX-License-Identifier: MIT
// The host's side of the seam: one object per plugin. Call it on the plugin's home thread only; other threads
// are answered WrongThread (or null) and nothing happens.
#pragma once

#include <QCborMap>
#include <QString>

#include "fos1/interface.h"

namespace fos1 {

class FOS1_SDK_EXPORT IHost : public IInterface {
   public:
    ~IHost() override;

    /// A feature interface by IID (features/*.h), or null when this host or this plugin's metadata does not
    /// offer it. Owned by the host, valid as long as the plugin.
    virtual IInterface* query(const QString& iid) = 0;

    /// Ends the work named by `ticket` with an Outcome. `retryAfterMs` counts for Retry only (0: the host's own
    /// jittered back-off). `message` says why, for people. A ticket unknown or already completed: InvalidArgument.
    virtual int complete(quint64 ticket, int outcome, int retryAfterMs, const QString& message) = 0;

    /// The plugin's section of host.yaml, checked against the "config" schema of its metadata, defaults applied.
    virtual QCborMap configuration() = 0;

    /// An existing directory of the plugin's own for what must survive a restart. Absolute path.
    virtual QString stateDirectory() = 0;

    /// An existing directory of the plugin's own for sockets and pid files. Absolute path.
    virtual QString runtimeDirectory() = 0;
};

}  // namespace fos1
