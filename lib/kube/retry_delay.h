// SPDX-License-Identifier: GPL-2.0-or-later
// The delay before the next attempt: doubled with each failure, capped, jittered. Pure.
#pragma once

#include <algorithm>
#include <chrono>

namespace fos1::kube {

class RetryDelay {
   public:
    /// 500 ms, doubled with each further failure up to 8 s, so that recovery is quick; then multiplied by 0.5 to 1.
    /// `random` is in [0, 1).
    std::chrono::milliseconds next(double random) {
        constexpr std::chrono::milliseconds kFirst{500};
        constexpr std::chrono::milliseconds kCap{8'000};
        constexpr int kMostDoublings = 10;
        const auto nominal = std::min(kCap, kFirst * (1 << std::min(m_failures++, kMostDoublings)));
        return std::chrono::milliseconds(
            static_cast<qint64>(static_cast<double>(nominal.count()) * (0.5 + random / 2)));
    }
    void reset() { m_failures = 0; }
    [[nodiscard]] int failures() const { return m_failures; }

   private:
    int m_failures = 0;
};

}  // namespace fos1::kube
