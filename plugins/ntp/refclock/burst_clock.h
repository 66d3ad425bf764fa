// SPDX-License-Identifier: GPL-2.0-or-later
// When the first byte of a receiver's burst came. A receiver sends the sentences of one instant together, in several
// reads and with short pauses; the longest pause since the last instant is the one before the burst. Pure.
#pragma once

#include <optional>

#include "refclock/arrival.h"

namespace fos1::ntp {

class BurstClock {
   public:
    /// Shorter pauses come from the line's own buffers: a USB converter hands on its bytes each 16 ms.
    static constexpr qint64 kQuietNs = 20'000'000;

    /// Bytes were read, the first of which came at `at` and the last not after `until`.
    void received(const Arrival& at, const Arrival& until) {
        const qint64 quiet = m_isFirst ? kQuietNs : at.rawNs - m_last.rawNs;
        m_isFirst = false;
        m_last = until;
        if (quiet < kQuietNs || quiet < m_longest) return;
        m_longest = quiet;
        m_start = at;
    }

    /// To be asked once for each instant, at its first sentence. Nothing: the bytes came without a pause since the last
    /// one, so the line carries no more, and they tell no time.
    [[nodiscard]] std::optional<Arrival> takeStart() {
        m_longest = 0;
        return std::exchange(m_start, std::nullopt);
    }

    /// The line was lost: what comes next begins anew. The first burst may be the end of one.
    void reset() { *this = {}; }

   private:
    bool m_isFirst = true;
    Arrival m_last;
    qint64 m_longest = 0;
    std::optional<Arrival> m_start;
};

}  // namespace fos1::ntp
