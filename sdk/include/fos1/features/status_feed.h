// SPDX-License-Identifier: MIT
// Every object's status as it changes, for a plugin that writes it back to the object's source (such as a cluster).
#pragma once

#include <QCborMap>
#include <QString>

#include "fos1/interface.h"

namespace fos1 {

/// Receives status. Implemented by the plugin; must outlive its subscription.
class FOS1_SDK_EXPORT IStatusListener : public IInterface {
   public:
    ~IStatusListener() override;

    /// `object` is `{apiVersion, kind, namespace, name}`. `status` contains the fields and `conditions` as `fos1ctl
    /// get` shows them; it is empty when the object or its whole status is removed. Called from the event loop, never
    /// from inside subscribe() or a status call. Several changes in one turn are one call.
    virtual void onStatus(const QCborMap& object, const QCborMap& status) = 0;
};

class FOS1_SDK_EXPORT IStatusFeed : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.StatusFeed/1";
    ~IStatusFeed() override;

    /// Delivers the status of every object on the next turn of the loop, then each change.
    virtual int subscribe(IStatusListener* listener) = 0;
    virtual int unsubscribe(IStatusListener* listener) = 0;
};

}  // namespace fos1
