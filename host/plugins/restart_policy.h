// SPDX-License-Identifier: GPL-2.0-or-later
// When to restart a runner that exited. Pure: time and randomness are arguments.
#pragma once

#include <chrono>

namespace fos1::host {

class RestartPolicy {
   public:
    using Clock = std::chrono::steady_clock;

    static constexpr int kMaxFailures = 5;                      ///< in a row; then it rests
    static constexpr std::chrono::seconds kGoodRun{60};         ///< a run this long resets the count
    static constexpr std::chrono::milliseconds kRest{600'000};  ///< until the next attempt

    struct Decision {
        std::chrono::milliseconds delay;
        bool isRest = false;
    };

    void started(Clock::time_point now) { m_startedAt = now; }

    /// `random` is in [0, 1).
    Decision failed(Clock::time_point now, double random);

    /// Forgets all failures; for a start by an operator.
    void reset() { m_failures = 0; }

    [[nodiscard]] int failures() const { return m_failures; }

   private:
    Clock::time_point m_startedAt;
    int m_failures = 0;
};

}  // namespace fos1::host
