// SPDX-License-Identifier: MIT
#include "fos1/testing/fake_status_feed.h"

#include <algorithm>

#include "status_code.h"

namespace fos1::testing {

FakeStatusFeed::FakeStatusFeed(CallGuard& guard) : m_guard(guard) {
    m_deliverTimer.setSingleShot(true);
    m_deliverTimer.setInterval(0);
    QObject::connect(&m_deliverTimer, &QTimer::timeout, &m_deliverTimer, [this] { deliver(); });
}

int FakeStatusFeed::subscribe(IStatusListener* listener) {
    if (!m_guard.admits("statusFeed.subscribe")) return code(Status::WrongThread);
    if (!listener) return code(Status::InvalidArgument);
    const bool isKnown = std::any_of(m_subscribers.begin(), m_subscribers.end(),
                                     [listener](const Subscriber& s) { return s.listener == listener; });
    if (!isKnown) m_subscribers.push_back({listener, true});
    m_deliverTimer.start();
    return code(Status::Ok);
}

int FakeStatusFeed::unsubscribe(IStatusListener* listener) {
    if (!m_guard.admits("statusFeed.unsubscribe")) return code(Status::WrongThread);
    std::erase_if(m_subscribers, [listener](const Subscriber& s) { return s.listener == listener; });
    return code(Status::Ok);
}

void FakeStatusFeed::set(const ObjectKey& object, const QCborMap& status) {
    if (status.isEmpty())
        m_known.erase(object);
    else
        m_known[object] = status;
    m_changed.insert(object);
    if (!m_deliverTimer.isActive()) m_deliverTimer.start();
}

void FakeStatusFeed::deliver() {
    const std::set<ObjectKey> changed = std::exchange(m_changed, {});
    const std::vector<Subscriber> subscribers = m_subscribers;
    for (Subscriber& subscriber : m_subscribers) subscriber.isNew = false;
    for (const Subscriber& subscriber : subscribers) {
        std::set<ObjectKey> objects = changed;
        if (subscriber.isNew) {
            objects.clear();
            for (const auto& [object, status] : m_known) objects.insert(object);
        }
        for (const ObjectKey& object : objects) {
            const bool isStillThere = std::any_of(m_subscribers.begin(), m_subscribers.end(), [&](const Subscriber& s) {
                return s.listener == subscriber.listener;
            });
            if (!isStillThere) break;
            const auto known = m_known.find(object);
            subscriber.listener->onStatus(object.toCbor(), known == m_known.end() ? QCborMap() : known->second);
        }
    }
}

}  // namespace fos1::testing
