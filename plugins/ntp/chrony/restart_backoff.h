// SPDX-License-Identifier: GPL-2.0-or-later
// How long to wait before chronyd is started again. Pure.
#pragma once

#include <algorithm>
#include <chrono>

namespace fos1::ntp {

/// Short enough that one crash is healed within two seconds; long when it never helps.
class RestartBackoff {
   public:
    static constexpr std::chrono::milliseconds kFirst{100};
    static constexpr std::chrono::milliseconds kPatientCap{1500};
    static constexpr int kPatientFailures = 10;
    static constexpr std::chrono::milliseconds kFinalCap{30'000};
    static constexpr std::chrono::seconds kStable{30};

    /// `ranFor`: how long the process lived. `random` in [0, 1) spreads the wait by ±20 %, below the caps.
    std::chrono::milliseconds next(std::chrono::steady_clock::duration ranFor, double random) {
        if (ranFor >= kStable) m_failures = 0;
        ++m_failures;
        std::chrono::milliseconds wait{};
        std::chrono::milliseconds cap = kPatientCap;
        if (m_failures <= kPatientFailures) {
            wait = kFirst * (1 << std::min(m_failures - 1, kDoublings));
        } else {
            cap = kFinalCap;
            wait = kPatientCap * (1 << std::min(m_failures - kPatientFailures, kDoublings));
        }
        wait = std::min(wait, cap);
        const auto jittered =
            std::chrono::milliseconds(static_cast<qint64>(static_cast<double>(wait.count()) * (0.8 + 0.4 * random)));
        return std::min(jittered, cap);
    }

    void reset() { m_failures = 0; }

   private:
    static constexpr int kDoublings = 5;
    int m_failures = 0;
};

}  // namespace fos1::ntp
