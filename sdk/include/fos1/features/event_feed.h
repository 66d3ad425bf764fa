// SPDX-License-Identifier: MIT
// Every event as it is recorded, for a plugin that forwards events to another place (such as a cluster).
#pragma once

#include <QCborMap>
#include <QString>

#include "fos1/interface.h"

namespace fos1 {

/// Receives events. Implemented by the plugin; must outlive its subscription.
class FOS1_SDK_EXPORT IEventListener : public IInterface {
   public:
    ~IEventListener() override;

    /// `event` is as in IEvents::record(), with `source` (plugin id, or "host"), `count` (occurrences so far),
    /// `firstTime` and `lastTime` (RFC 3339, UTC). Called from the event loop, never from inside subscribe() or
    /// record().
    virtual void onEvent(const QCborMap& event) = 0;
};

class FOS1_SDK_EXPORT IEventFeed : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.EventFeed/1";
    ~IEventFeed() override;

    /// Delivers events that are recorded from now on. Above 1,000 events in one turn of the loop, the oldest are
    /// dropped.
    virtual int subscribe(IEventListener* listener) = 0;
    virtual int unsubscribe(IEventListener* listener) = 0;
};

}  // namespace fos1
