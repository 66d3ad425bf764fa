// SPDX-License-Identifier: MIT
// What a plugin offers that keeps its desired state itself: with thousands of objects a change of one of them costs as
// much as one, not as all. Without it every reconcile() brings all of them.
#pragma once

#include <QCborMap>

#include "fos1/interface.h"

namespace fos1 {

/// The calls of one round come in one turn of the loop: changed() and removed() in any order, each object once, then
/// reconcileChanges(). The first round after start() brings everything. A plugin in the host's process is told in this
/// way only; in a runner it is given snapshots, so IPlugin::reconcile() must do the same. Since SDK 1.2.
class FOS1_SDK_EXPORT IChangeReconciler : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.ChangeReconciler/1";
    ~IChangeReconciler() override;

    /// `object` came or changed, and is as it would be in a snapshot.
    virtual void changed(const QCborMap& object) = 0;

    /// `key` is `{apiVersion, kind, namespace, name}`. It may have come and gone without being changed() in between.
    virtual void removed(const QCborMap& key) = 0;

    /// As IPlugin::reconcile(), with what was told so far. After a round that was answered with Retry it may come
    /// alone: what was told once is not told again, whatever the answer was.
    virtual void reconcileChanges(quint64 ticket) = 0;
};

}  // namespace fos1
