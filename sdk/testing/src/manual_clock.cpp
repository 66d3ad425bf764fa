// SPDX-License-Identifier: MIT
#include "fos1/testing/manual_clock.h"

#include <algorithm>

namespace fos1::testing {

using std::chrono::nanoseconds;

void ManualClock::advance(nanoseconds by) {
    Q_ASSERT(by >= nanoseconds(0));
    const Steady end = m_steady + by;
    for (auto it = next(); it != m_timers.end() && it->second.due <= end; it = next()) {
        moveTo(std::max(it->second.due, m_steady));
        // A copy, because the timer may cancel itself.
        const auto act = it->second.act;
        if (it->second.period > nanoseconds(0))
            it->second.due += it->second.period;
        else
            m_timers.erase(it);
        act();
    }
    moveTo(end);
}

void ManualClock::moveTo(Steady time) {
    m_wall += std::chrono::duration_cast<Wall::duration>(time - m_steady);
    m_steady = time;
}

std::map<ManualClock::TimerId, ManualClock::Timer>::iterator ManualClock::next() {
    // Of two timers with the same due time, the older one fires first.
    return std::min_element(m_timers.begin(), m_timers.end(),
                            [](const auto& a, const auto& b) { return a.second.due < b.second.due; });
}

ManualClock::TimerId ManualClock::after(nanoseconds delay, std::function<void()> act) {
    m_timers.emplace(++m_lastId, Timer{m_steady + delay, nanoseconds(0), std::move(act)});
    return m_lastId;
}

ManualClock::TimerId ManualClock::every(nanoseconds period, std::function<void()> act) {
    Q_ASSERT(period > nanoseconds(0));
    m_timers.emplace(++m_lastId, Timer{m_steady + period, period, std::move(act)});
    return m_lastId;
}

void ManualClock::cancel(TimerId timer) { m_timers.erase(timer); }

}  // namespace fos1::testing
