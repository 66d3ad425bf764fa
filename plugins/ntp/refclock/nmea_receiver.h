// SPDX-License-Identifier: GPL-2.0-or-later
// From the bytes of a receiver and when they came to samples of time: sentences of one instant are put together, dated,
// and judged. Pure, and without the heap for each sentence; knows no port and no chronyd.
#pragma once

#include <functional>

#include "refclock/burst_clock.h"
#include "refclock/gnss_state.h"
#include "refclock/late_filter.h"
#include "refclock/leap_table.h"
#include "refclock/nmea_parser.h"
#include "refclock/receiver_judge.h"
#include "refclock/receiver_state.h"
#include "refclock/ubx_parser.h"

namespace fos1::ntp {

struct ReceiverPolicy {
    JudgePolicy judge;
    /// Kinds that tell the time, one bit each; 0: whichever do.
    quint32 timeSentences = 0;
    /// No receiver is believed to be before this; since 1970.
    qint64 pivotUnix = 0;
    Checksum checksum = Checksum::Required;
    /// The receiver is asked for UBX messages. An answer begins no burst of sentences.
    bool asksUbx = false;
};

[[nodiscard]] constexpr quint32 bitOf(SentenceKind kind) { return 1U << static_cast<unsigned>(kind); }

class NmeaReceiver {
   public:
    using TakeSample = std::function<void(const ReceiverSample&)>;
    /// After this long without a byte a burst is over.
    static constexpr qint64 kBurstEndNs = 250'000'000;

    /// `take` is called from feed() and settle().
    NmeaReceiver(const ReceiverPolicy& policy, LeapTable leaps, TakeSample take);

    /// The first byte came at `at`, the last not after `until`.
    void feed(QByteArrayView bytes, const Arrival& at, const Arrival& until);
    void feed(QByteArrayView bytes, const Arrival& at) { feed(bytes, at, at); }
    /// The line has been quiet for kBurstEndNs.
    void settle();
    /// What comes next does not continue what came. The past still counts.
    void interrupted();

    [[nodiscard]] ReceiverJudge& judge() { return m_judge; }
    [[nodiscard]] const ReceiverJudge& judge() const { return m_judge; }
    [[nodiscard]] const NmeaParser& parser() const { return m_parser; }
    [[nodiscard]] const UbxParser& ubx() const { return m_ubx; }
    [[nodiscard]] const GnssState& gnss() const { return m_gnss; }
    /// When the burst of the last instant began; 0: not known.
    [[nodiscard]] qint64 burstRawNs() const { return m_pending && m_pending->arrival ? m_pending->arrival->rawNs : 0; }

    [[nodiscard]] const ReceiverState& state() const { return m_state; }

   private:
    struct Pending {
        TimeOfDay time;
        std::optional<CalendarDate> date;
        std::optional<Arrival> arrival;
        Arrival seen;  ///< of its first timed sentence
        bool hasFix = false;
        bool hasNoFix = false;
        bool isFinished = false;
    };

    void take(const NmeaSentence& sentence, const Arrival& at);
    void finish();
    [[nodiscard]] InstantVerdict judgePending();
    [[nodiscard]] qint64 dateOf(const Pending& pending) const;

    const ReceiverPolicy m_policy;
    const LeapTable m_leaps;
    const TakeSample m_take;
    NmeaParser m_parser;
    UbxParser m_ubx;
    qint64 m_lastByteRawNs = 0;
    BurstClock m_burst;
    GnssState m_gnss;
    ReceiverJudge m_judge;
    ReceiverState m_state;
    std::optional<Pending> m_pending;
    std::optional<qint64> m_fixStateRawNs;  ///< when a sentence last told whether there is a fix
    std::optional<qint64> m_wholeSecondRawNs;
    std::optional<qint64> m_datedUnix;  ///< the last instant with a date of its own; seconds
    qint64 m_datedRawNs = 0;
};

}  // namespace fos1::ntp
