// SPDX-License-Identifier: MIT
// Optional interface of a plugin that keeps its desired state itself. A change of one object then costs as much as one
// object, even with thousands of them. Without this interface every reconcile() passes all objects.
#pragma once

#include <QCborMap>

#include "fos1/interface.h"

namespace fos1 {

/// All calls of one round come in one turn of the loop: changed() and removed() in any order, once per object, then
/// reconcileChanges(). The first round after start() passes every object. A plugin in the host's process gets only
/// these calls. A plugin in a runner gets snapshots, so IPlugin::reconcile() must do the same. Since SDK 1.2.
class FOS1_SDK_EXPORT IChangeReconciler : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.ChangeReconciler/1";
    ~IChangeReconciler() override;

    /// `object` was added or changed. It has the same form as in a snapshot.
    virtual void changed(const QCborMap& object) = 0;

    /// `key` is `{apiVersion, kind, namespace, name}`. The object may have been added and removed without a changed()
    /// in between.
    virtual void removed(const QCborMap& key) = 0;

    /// As IPlugin::reconcile(), with the desired state passed so far. After a round that ended with Retry, this call
    /// may come alone: a change is passed once, whatever the outcome of its round.
    virtual void reconcileChanges(quint64 ticket) = 0;
};

}  // namespace fos1
