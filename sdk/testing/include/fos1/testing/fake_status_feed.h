// SPDX-License-Identifier: MIT
// Recorded status of objects, played to a plugin that carries it elsewhere: everything known on the next turn of the
// loop after it subscribes, then each change, several of one turn as one.
#pragma once

#include <QTimer>
#include <map>
#include <set>
#include <vector>

#include "fos1/desired.h"
#include "fos1/features/status_feed.h"
#include "fos1/testing/call_guard.h"

namespace fos1::testing {

class FakeStatusFeed final : public IStatusFeed {
   public:
    /// `guard` outlives the object.
    explicit FakeStatusFeed(CallGuard& guard);

    int subscribe(IStatusListener* listener) override;
    int unsubscribe(IStatusListener* listener) override;

    /// The status of one object is `status` from now on; an empty one says that the object is gone.
    void set(const ObjectKey& object, const QCborMap& status);

    [[nodiscard]] bool hasSubscribers() const { return !m_subscribers.empty(); }

   private:
    struct Subscriber {
        IStatusListener* listener = nullptr;
        bool isNew = true;
    };
    void deliver();

    CallGuard& m_guard;
    QTimer m_deliverTimer;
    std::map<ObjectKey, QCborMap> m_known;
    std::set<ObjectKey> m_changed;
    std::vector<Subscriber> m_subscribers;
};

}  // namespace fos1::testing
