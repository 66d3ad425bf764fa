// SPDX-License-Identifier: GPL-2.0-or-later
// The delays of the last instants of a receiver, and what they are like together. Pure; without the heap for each.
#pragma once

#include <array>

#include "core/refclock_facts.h"
#include "refclock/receiver_judge.h"

namespace fos1::ntp {

/// What a receiver is measured against: the clock that chronyd follows instead of it, or the sources in the network.
struct DelayReference {
    QString name;
    NetworkOpinion time;
};

class DelayRing {
   public:
    static constexpr std::size_t kMost = 1024;
    static constexpr int kFewest = 10;
    static constexpr int kParts = 12;

    void hear(const std::optional<DelayReference>& reference);
    /// An instant that was believed.
    void add(qint64 unixNs, const Arrival& arrival);
    /// Nothing before kFewest.
    [[nodiscard]] std::optional<DelayFacts> facts() const;

   private:
    struct Delay {
        qint64 rawNs = 0;
        qint64 ns = 0;
    };

    std::optional<DelayReference> m_reference;
    QString m_against;  ///< of what is in the ring
    qint64 m_boundNs = 0;
    std::array<Delay, kMost> m_delays{};
    std::size_t m_count = 0;
};

}  // namespace fos1::ntp
