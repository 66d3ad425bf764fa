// SPDX-License-Identifier: GPL-2.0-or-later
// Of the samples of a receiver, those that came least late. What delays bytes on their way (other programs, buffers of
// the kernel) only ever makes them later, so the early half scatters less. Pure; without the heap.
#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include "refclock/arrival.h"

namespace fos1::ntp {

struct ReceiverSample {
    qint64 unixNs = 0;
    Arrival arrival;
};

class LateFilter {
   public:
    static constexpr std::size_t kWindow = 16;
    static constexpr std::size_t kFewest = 4;
    /// After so many in a row the best of them is used: chronyd wants to hear from a clock that is well.
    static constexpr int kMostSkipped = 2;

    /// The sample to use now, which may be an earlier one; nothing: none.
    [[nodiscard]] std::optional<ReceiverSample> take(const ReceiverSample& sample) {
        const qint64 late = latenessOf(sample);
        m_late[m_count++ % kWindow] = late;
        const std::size_t count = std::min(m_count, kWindow);
        std::array<qint64, kWindow> sorted = m_late;
        auto* const median = sorted.begin() + (count - 1) / 2;
        std::nth_element(sorted.begin(), median, sorted.begin() + count);
        if (count < kFewest || late <= *median) {
            m_skipped = 0;
            return sample;
        }
        if (m_skipped++ == 0 || late < latenessOf(m_best)) m_best = sample;
        if (m_skipped < kMostSkipped) return {};
        m_skipped = 0;
        return m_best;
    }

   private:
    /// On the clock that nobody sets.
    static qint64 latenessOf(const ReceiverSample& sample) { return sample.arrival.rawNs - sample.unixNs; }

    std::array<qint64, kWindow> m_late{};
    std::size_t m_count = 0;
    int m_skipped = 0;
    ReceiverSample m_best;
};

}  // namespace fos1::ntp
