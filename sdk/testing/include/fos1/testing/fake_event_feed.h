// SPDX-License-Identifier: MIT
// Delivers the events of a test to a plugin that forwards events, on the next turn of the loop.
#pragma once

#include <QTimer>
#include <set>
#include <vector>

#include "fos1/features/event_feed.h"
#include "fos1/testing/call_guard.h"

namespace fos1::testing {

class FakeEventFeed final : public IEventFeed {
   public:
    /// `guard` outlives the object.
    explicit FakeEventFeed(CallGuard& guard);

    int subscribe(IEventListener* listener) override;
    int unsubscribe(IEventListener* listener) override;

    /// `event` as IEventListener::onEvent() receives it.
    void happen(const QCborMap& event);

    [[nodiscard]] bool hasSubscribers() const { return !m_listeners.empty(); }

   private:
    void deliver();

    CallGuard& m_guard;
    QTimer m_deliverTimer;
    std::set<IEventListener*> m_listeners;
    std::vector<QCborMap> m_events;
};

}  // namespace fos1::testing
