// SPDX-License-Identifier: MIT
// Every event as it happens, for a plugin that carries it to where people look (a cluster, say).
#pragma once

#include <QCborMap>
#include <QString>

#include "fos1/interface.h"

namespace fos1 {

/// Receives events. Implemented by the plugin; must outlive its subscription.
class FOS1_SDK_EXPORT IEventListener : public IInterface {
   public:
    ~IEventListener() override;

    /// As in IEvents::record(), with `source` (plugin id, or "host"), `count` (how often so far), `firstTime` and
    /// `lastTime` (RFC 3339, UTC). Called from the event loop, never from inside subscribe() or record().
    virtual void onEvent(const QCborMap& event) = 0;
};

class FOS1_SDK_EXPORT IEventFeed : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.EventFeed/1";
    ~IEventFeed() override;

    /// Delivers what happens from now on. Of more than 1,000 that happen in one turn of the loop the oldest are
    /// dropped.
    virtual int subscribe(IEventListener* listener) = 0;
    virtual int unsubscribe(IEventListener* listener) = 0;
};

}  // namespace fos1
