// SPDX-License-Identifier: MIT
#include "fos1/testing/fake_event_feed.h"

#include <utility>

#include "status_code.h"

namespace fos1::testing {

FakeEventFeed::FakeEventFeed(CallGuard& guard) : m_guard(guard) {
    m_deliverTimer.setSingleShot(true);
    m_deliverTimer.setInterval(0);
    QObject::connect(&m_deliverTimer, &QTimer::timeout, &m_deliverTimer, [this] { deliver(); });
}

int FakeEventFeed::subscribe(IEventListener* listener) {
    if (!m_guard.admits("eventFeed.subscribe")) return code(Status::WrongThread);
    if (!listener) return code(Status::InvalidArgument);
    m_listeners.insert(listener);
    return code(Status::Ok);
}

int FakeEventFeed::unsubscribe(IEventListener* listener) {
    if (!m_guard.admits("eventFeed.unsubscribe")) return code(Status::WrongThread);
    m_listeners.erase(listener);
    return code(Status::Ok);
}

void FakeEventFeed::happen(const QCborMap& event) {
    if (m_listeners.empty()) return;
    m_events.push_back(event);
    if (!m_deliverTimer.isActive()) m_deliverTimer.start();
}

void FakeEventFeed::deliver() {
    const std::set<IEventListener*> listeners = m_listeners;
    for (const QCborMap& event : std::exchange(m_events, {}))
        for (IEventListener* listener : listeners)
            if (m_listeners.contains(listener)) listener->onEvent(event);
}

}  // namespace fos1::testing
