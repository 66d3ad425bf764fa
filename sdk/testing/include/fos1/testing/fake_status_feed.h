// SPDX-License-Identifier: MIT
// Delivers status of objects to a plugin that forwards it: everything known on the next turn of the loop after it
// subscribes, then each change. Several changes in one turn are one call.
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

    /// Sets the status of one object from now on. An empty status means that the object is removed.
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
