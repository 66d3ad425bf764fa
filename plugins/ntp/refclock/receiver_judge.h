// SPDX-License-Identifier: GPL-2.0-or-later
// Decides whether what a receiver reports may be the time. A receiver can be wrong by a second, by 1,024 weeks, or by
// what somebody transmits in place of the satellites; its own past and the network's time tell. Pure: all time comes
// with the instants.
#pragma once

#include <array>
#include <optional>

#include "refclock/arrival.h"

namespace fos1::ntp {

/// An instant that a valid fix stands behind.
struct Instant {
    qint64 unixNs = 0;  ///< what the receiver reports, UTC; within a leap second, the second after it
    Arrival arrival;    ///< of its first byte
    bool isLeapSecond = false;
    /// Whether a leap second may end this day at all (leap_rule.h).
    bool isLeapDay = false;
};

enum class InstantVerdict : quint8 {
    Unknown = 0,
    Good,
    Settling,          ///< good, but too few in a row yet
    LeapSecond,        ///< ambiguous in UTC
    Late,              ///< further from the others than sentences scatter, less than a second
    Frozen,            ///< the same again
    Jumped,            ///< away from its own past
    LeapUnannounced,   ///< away by the one second of a leap that does not exist
    NetworkDisagrees,  ///< the sources in the network agree on another time
    // Found before an instant is judged (nmea_receiver.h).
    NoFix,
    FixUnknown,      ///< no sentence tells whether there is one
    NoDate,          ///< nor the day
    LeapDefault,     ///< UTC by the firmware's number of leap seconds: the satellites have not told it yet
    Overrun,         ///< the line carries no more: its bytes come ever later
    BetweenSeconds,  ///< of a receiver that also reports whole ones
};

/// What the sources in the network say of this machine's clock, together.
struct NetworkOpinion {
    qint64 clockOffsetNs = 0;  ///< CLOCK_REALTIME minus true time
    qint64 boundNs = 0;        ///< of its error
    Arrival at;                ///< when this was so
    int sources = 0;           ///< that agree on it
    bool operator==(const NetworkOpinion&) const = default;

    /// The clock may have been set since.
    [[nodiscard]] qint64 clockOffsetAt(const Arrival& then) const { return clockOffsetNs + stepBetween(at, then); }
};

struct JudgePolicy {
    /// Added to what a receiver reports (spec offset): the delay of its sentences.
    qint64 offsetNs = 0;
    /// How far off it may be after that (half of the spec's delay).
    qint64 toleranceNs = 500'000'000;
    /// Whether it is not used while the network disagrees (spec onDisagreement).
    bool isDistrustful = true;
};

class ReceiverJudge {
   public:
    static constexpr int kSettling = 4;                             ///< good instants in a row before the first sample
    static constexpr qint64 kScatterNs = 450'000'000;               ///< between sentences of a healthy receiver
    static constexpr qint64 kJumpNs = 700'000'000;                  ///< more is no scatter
    static constexpr qint64 kReturnNs = 30 * kNsPerSecond;          ///< of agreement, before it is believed again
    static constexpr qint64 kOpinionLifetime = 900 * kNsPerSecond;  ///< of the network's

    explicit ReceiverJudge(const JudgePolicy& policy = {}) : m_policy(policy) {}

    [[nodiscard]] InstantVerdict judge(const Instant& instant);
    /// Nothing: no sources in the network agree on a time.
    void hear(const std::optional<NetworkOpinion>& opinion) { m_opinion = opinion; }
    /// No fix: the next instants settle again. What it reported before still counts.
    void interrupted() { m_inARow = 0; }

    /// Receiver minus the network's time at the last instant, with the policy's offset; nothing: no opinion.
    [[nodiscard]] std::optional<qint64> deviation() const { return m_deviation; }
    [[nodiscard]] const std::optional<NetworkOpinion>& opinion() const { return m_opinion; }
    /// How far the receiver is from its own past: while it is distrusted for that.
    [[nodiscard]] qint64 jumpNs() const { return m_jumpNs; }
    [[nodiscard]] bool isDistrusted() const { return m_distrust != InstantVerdict::Unknown; }

   private:
    [[nodiscard]] InstantVerdict compareWithPast(const Instant& instant);
    /// Nothing: no opinion.
    [[nodiscard]] std::optional<bool> doesNetworkAgree(const Instant& instant);
    [[nodiscard]] InstantVerdict distrusted(InstantVerdict found, bool isConfirmed, const Instant& instant);
    void follow(const Instant& instant);

    const JudgePolicy m_policy;
    std::optional<NetworkOpinion> m_opinion;
    std::optional<qint64> m_deviation;
    std::optional<qint64> m_base;  ///< reported time minus raw clock, of those that were believed
    bool m_isAnchored = false;     ///< by kSettling of them
    Instant m_last;                ///< as reported
    qint64 m_baseRawNs = 0;
    bool m_leapBegan = false;
    int m_inARow = 0;
    int m_late = 0;
    int m_jumps = 0;  ///< in a row
    qint64 m_jumpNs = 0;
    InstantVerdict m_distrust = InstantVerdict::Unknown;
    std::optional<qint64> m_goodSinceRawNs;  ///< while distrusted
};

}  // namespace fos1::ntp
