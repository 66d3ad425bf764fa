// SPDX-License-Identifier: MIT
// Time that passes only when a test advances it, with the timers that depend on it. Must not know plugins.
#pragma once

#include <QtGlobal>
#include <chrono>
#include <functional>
#include <map>

namespace fos1::testing {

class ManualClock {
   public:
    using Steady = std::chrono::steady_clock::time_point;
    using Wall = std::chrono::system_clock::time_point;
    using TimerId = quint64;

    /// Steady time starts at one hour, so that a test can look back. Wall time starts at 2024-01-01T00:00:00Z.
    ManualClock() = default;

    [[nodiscard]] Steady steadyNow() const { return m_steady; }
    [[nodiscard]] Wall wallNow() const { return m_wall; }

    /// Advances both clocks by `by` (not negative). Timers fire in the order of their due times, each at its own time.
    /// A timer that another timer starts also fires if it is due by then.
    void advance(std::chrono::nanoseconds by);

    /// Sets the wall clock; steady time and timers are unaffected.
    void stepWall(std::chrono::nanoseconds by) { m_wall += by; }

    /// Calls `act` once, or every `period` (positive), from inside advance().
    TimerId after(std::chrono::nanoseconds delay, std::function<void()> act);
    TimerId every(std::chrono::nanoseconds period, std::function<void()> act);
    void cancel(TimerId timer);

    /// Timers that will still fire.
    [[nodiscard]] std::size_t pending() const { return m_timers.size(); }

   private:
    struct Timer {
        Steady due;
        std::chrono::nanoseconds period{0};  ///< 0: once
        std::function<void()> act;
    };

    [[nodiscard]] std::map<TimerId, Timer>::iterator next();
    void moveTo(Steady time);

    Steady m_steady{std::chrono::hours(1)};
    Wall m_wall{std::chrono::seconds(1'704'067'200)};
    std::map<TimerId, Timer> m_timers;
    TimerId m_lastId = 0;
};

}  // namespace fos1::testing
