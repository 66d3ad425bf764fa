// SPDX-License-Identifier: GPL-2.0-or-later
// Finds sources that are part of a timing loop further away than their refid shows: servers that have lost their
// upstreams and follow each other count their strata up, round after round. Pure: all time is given.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <vector>

#include "core/observation.h"

namespace fos1::ntp {

class StratumChase {
   public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// So often in a row a stratum rises: once for each upstream that is lost on an honest path, and rarely this often.
    static constexpr int kRises = 3;
    /// A stratum that has not risen for so long is what it is. Longer than a round with chrony's longest usual poll,
    /// 1024 s.
    static constexpr std::chrono::minutes kCalm{60};

    /// Those that are not among them are forgotten.
    void see(const std::vector<SourceReport>& sources, TimePoint now) {
        std::map<SourceAddress, Climb> next;
        for (const SourceReport& source : sources) {
            if (source.mode == SourceMode::ReferenceClock) continue;
            const auto known = m_climbs.find(source.address);
            Climb climb = known == m_climbs.end() ? Climb{source.stratum, 0, now} : known->second;
            const bool isMeasured = source.reachability != 0 && source.stratum > 0 && source.stratum < kUnsynchronised;
            if (isMeasured && source.stratum > climb.stratum) {
                if (climb.stratum > 0) ++climb.rises;
                climb.roseAt = now;
            }
            if ((isMeasured && source.stratum < climb.stratum) || now - climb.roseAt > kCalm) climb.rises = 0;
            if (isMeasured) climb.stratum = source.stratum;
            next.emplace(source.address, climb);
        }
        m_climbs = std::move(next);
    }

    [[nodiscard]] bool isChasing(const SourceAddress& address) const {
        const auto climb = m_climbs.find(address);
        return climb != m_climbs.end() && climb->second.rises >= kRises;
    }

   private:
    static constexpr int kUnsynchronised = 16;
    struct Climb {
        int stratum = 0;
        int rises = 0;  ///< in a row
        TimePoint roseAt;
    };
    std::map<SourceAddress, Climb> m_climbs;
};

}  // namespace fos1::ntp
