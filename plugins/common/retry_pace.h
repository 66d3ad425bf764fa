// SPDX-License-Identifier: GPL-2.0-or-later
// The delay before a server that failed is tried again: doubled with each failure, capped, jittered. Pure.
#pragma once

#include <algorithm>
#include <chrono>

namespace fos1::bridge {

class RetryPace {
   public:
    /// 500 ms, doubled with each further failure up to 8 s, then multiplied by 0.5 to 1. `random` is in [0, 1). The cap
    /// is short, because a server that returns must be right within 10 s.
    std::chrono::milliseconds next(double random) {
        constexpr std::chrono::milliseconds kFirst{500};
        constexpr std::chrono::milliseconds kCap{8000};
        constexpr int kMostDoublings = 4;
        const auto nominal = std::min(kCap, kFirst * (1 << m_failures));
        m_failures = std::min(m_failures + 1, kMostDoublings);
        return std::chrono::milliseconds(
            static_cast<qint64>(static_cast<double>(nominal.count()) * (0.5 + random / 2)));
    }
    void reset() { m_failures = 0; }

   private:
    int m_failures = 0;
};

}  // namespace fos1::bridge
