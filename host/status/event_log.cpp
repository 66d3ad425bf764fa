// SPDX-License-Identifier: GPL-2.0-or-later
#include "status/event_log.h"

#include <algorithm>

namespace fos1::host {

void EventLog::record(const Event& event) {
    Event next = event;
    next.lastTime = QDateTime::currentDateTimeUtc();
    next.firstTime = next.lastTime;
    const auto same = std::find_if(m_events.begin(), m_events.end(), [&](const Event& e) {
        return e.reason == event.reason && e.message == event.message && e.type == event.type &&
               e.source == event.source && e.regarding == event.regarding;
    });
    if (same != m_events.end()) {
        next.count = same->count + 1;
        next.firstTime = same->firstTime;
        m_events.erase(same);
    }
    m_events.push_back(next);
    if (m_events.size() > kCapacity) m_events.pop_front();
    Q_EMIT recorded(next);
}

void EventLog::warning(const QString& reason, const QString& message) {
    record({QStringLiteral("Warning"), reason, message, {}, QStringLiteral("host"), 1, {}, {}});
}

std::vector<Event> EventLog::newest(std::size_t limit) const {
    const std::size_t count = std::min(limit, m_events.size());
    return {m_events.end() - static_cast<std::ptrdiff_t>(count), m_events.end()};
}

}  // namespace fos1::host
