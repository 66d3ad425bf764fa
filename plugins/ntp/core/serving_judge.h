// SPDX-License-Identifier: GPL-2.0-or-later
// Decides from single answers whether an address of this node is served: one answer that is lost changes nothing, and
// what failed must answer for a while before it counts again. Decides when to ask, too. Pure: all time is given.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <vector>

#include "core/fitness.h"
#include "core/serving_facts.h"

namespace fos1::ntp {

/// What came of one request.
enum class Heard {
    Unknown = 0,
    Ours,     ///< an answer with the reference that this chronyd has
    Foreign,  ///< an answer with another one
    Nothing,
};

class ServingJudge {
   public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// So many requests in a row must fail before an address that was served is not.
    static constexpr int kMissesToFail = 3;
    /// Between two requests to an address about which nothing is in doubt, and to one that is in doubt. With thousands
    /// of addresses longer: so many requests a second are enough.
    static constexpr int kRequestsPerSecond = 8;
    static constexpr int kReturningPerSecond = 64;
    static constexpr std::chrono::seconds kSettled{16};
    static constexpr std::chrono::seconds kDoubtful{1};
    static constexpr std::chrono::seconds kReturning{2};

    /// The addresses that are to answer. What is known of those that stay, stays.
    void setTargets(const std::vector<IpAddress>& targets);
    [[nodiscard]] bool hasTargets() const { return !m_addresses.empty(); }

    /// The addresses to ask now, at most `most`; they count as asked.
    [[nodiscard]] std::vector<IpAddress> due(TimePoint now, std::size_t most);
    /// When the next one is due; nothing without targets.
    [[nodiscard]] std::optional<TimePoint> nextDue() const;

    /// `why`: the end of a sentence, for what is not Ours. Whether a verdict changed.
    bool hear(const IpAddress& address, Heard heard, const QString& why, TimePoint now);

    /// chronyd was started or its configuration changed: all are asked again, and what is known stays until then.
    void doubtAll(TimePoint now);

    /// Without holders.
    [[nodiscard]] ServingFacts facts() const;
    [[nodiscard]] bool isPending() const;

   private:
    enum class Verdict { Pending = 0, Served, Unserved };
    struct State {
        Verdict verdict = Verdict::Pending;
        int misses = 0;  ///< in a row
        QString why;
        TimePoint dueAt;  ///< long ago: at once
        std::optional<TimePoint> goodSince;
    };

    /// When an address is next due, at least `interval` from now.
    [[nodiscard]] TimePoint dueAfter(TimePoint now, std::chrono::seconds interval, int perSecond);

    std::map<IpAddress, State> m_addresses;
    unsigned m_turn = 0;  ///< spreads what was asked together
};

}  // namespace fos1::ntp
