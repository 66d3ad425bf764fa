// SPDX-License-Identifier: MIT
// Every object's status as it changes, for a plugin that carries it to where the object came from (a cluster, say).
#pragma once

#include <QCborMap>
#include <QString>

#include "fos1/interface.h"

namespace fos1 {

/// Receives status. Implemented by the plugin; must outlive its subscription.
class FOS1_SDK_EXPORT IStatusListener : public IInterface {
   public:
    ~IStatusListener() override;

    /// `object` is `{apiVersion, kind, namespace, name}`, `status` the fields and `conditions` as `fos1ctl get` shows
    /// them; empty when the object or all that was said of it is gone. Called from the event loop, never from inside
    /// subscribe() or a status call; several changes of one turn are one call.
    virtual void onStatus(const QCborMap& object, const QCborMap& status) = 0;
};

class FOS1_SDK_EXPORT IStatusFeed : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.StatusFeed/1";
    ~IStatusFeed() override;

    /// Delivers the status of every object on the next loop turn, and each change from then on.
    virtual int subscribe(IStatusListener* listener) = 0;
    virtual int unsubscribe(IStatusListener* listener) = 0;
};

}  // namespace fos1
