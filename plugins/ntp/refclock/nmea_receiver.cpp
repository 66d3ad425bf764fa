// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/nmea_receiver.h"

namespace fos1::ntp {

namespace {

constexpr qint64 kSecondsPerDay = 86'400;
constexpr qint64 kSameBurstNs = 900'000'000;
constexpr qint64 kRateWindowNs = 2'500'000'000;
constexpr qint64 kLongestPauseInFrame = 60'000'000;
constexpr qint64 kFixStateLifetime = 10 * kNsPerSecond;

qint64 secondsOf(const TimeOfDay& time) { return time.hour * 3600 + time.minute * 60 + time.second; }

CalendarDate dayBefore(qint64 unixSeconds) {
    const auto days = std::chrono::floor<std::chrono::days>(
        std::chrono::sys_seconds(std::chrono::seconds(unixSeconds - kSecondsPerDay)));
    const std::chrono::year_month_day date(days);
    return {static_cast<quint16>(static_cast<int>(date.year())),
            static_cast<quint8>(static_cast<unsigned>(date.month())),
            static_cast<quint8>(static_cast<unsigned>(date.day()))};
}

}  // namespace

NmeaReceiver::NmeaReceiver(const ReceiverPolicy& policy, LeapTable leaps, TakeSample take)
    : m_policy(policy),
      m_leaps(std::move(leaps)),
      m_take(std::move(take)),
      m_parser(policy.checksum),
      m_judge(policy.judge) {}

void NmeaReceiver::feed(QByteArrayView bytes, const Arrival& at, const Arrival& until) {
    if (at.rawNs - m_lastByteRawNs > kLongestPauseInFrame) m_ubx.reset();
    m_lastByteRawNs = until.rawNs;
    const bool isAnswer = m_policy.asksUbx && (m_ubx.isInside() || bytes.startsWith(kUbxSync1));
    if (!isAnswer) m_burst.received(at, until);
    m_ubx.feed(
        bytes,
        [this, &at](QByteArrayView text) {
            m_parser.feed(text, [this, &at](const NmeaSentence& sentence) { take(sentence, at); });
        },
        [this, &at](const UbxFrame& frame) { m_gnss.take(frame, at.rawNs); });
}

void NmeaReceiver::settle() {
    m_ubx.reset();
    finish();
}

void NmeaReceiver::interrupted() {
    m_pending.reset();
    m_parser.reset();
    m_ubx.reset();
    m_burst.reset();
    m_gnss.reset();
    m_fixStateRawNs.reset();
    m_judge.interrupted();
}

void NmeaReceiver::take(const NmeaSentence& sentence, const Arrival& at) {
    m_state.lastSentenceRawNs = at.rawNs;
    m_gnss.take(sentence, at.rawNs);
    const bool tellsTime =
        sentence.time && (m_policy.timeSentences == 0 || (m_policy.timeSentences & bitOf(sentence.kind)) != 0);
    if (tellsTime) {
        const bool isSame =
            m_pending && m_pending->time == *sentence.time && at.rawNs - m_pending->seen.rawNs < kSameBurstNs;
        if (!isSame) {
            finish();
            m_pending = Pending{*sentence.time, {}, m_burst.takeStart(), at};
        }
        if (sentence.date) m_pending->date = sentence.date;
    }
    if (sentence.fix == FixState::Unknown) return;
    m_fixStateRawNs = at.rawNs;
    if (sentence.fix == FixState::Valid)
        m_state.noFixSinceUnixNs = 0;
    else if (m_state.noFixSinceUnixNs == 0)
        m_state.noFixSinceUnixNs = at.realNs;
    if (m_pending) (sentence.fix == FixState::Valid ? m_pending->hasFix : m_pending->hasNoFix) = true;
}

void NmeaReceiver::finish() {
    if (!m_pending || m_pending->isFinished) return;
    m_state.note(judgePending(), m_pending->seen);
    m_pending->isFinished = true;
}

InstantVerdict NmeaReceiver::judgePending() {
    const Pending& in = *m_pending;
    if (!in.arrival) {
        // A pause that comes of reading late would look like the one before a burst.
        m_judge.interrupted();
        return InstantVerdict::Overrun;
    }
    const bool isWhole = in.time.nanosecond == 0;
    if (isWhole) m_wholeSecondRawNs = in.arrival->rawNs;
    if (!isWhole && m_wholeSecondRawNs && in.arrival->rawNs - *m_wholeSecondRawNs < kRateWindowNs)
        return InstantVerdict::BetweenSeconds;
    if (in.hasNoFix || m_state.noFixSinceUnixNs != 0) {
        m_judge.interrupted();
        return InstantVerdict::NoFix;
    }
    const bool isVouchedFor =
        in.hasFix || (m_fixStateRawNs && in.arrival->rawNs - *m_fixStateRawNs <= kFixStateLifetime);
    if (!isVouchedFor) return InstantVerdict::FixUnknown;
    if (m_gnss.isLeapDefault() && !m_judge.opinion()) return InstantVerdict::LeapDefault;
    const qint64 midnight = dateOf(in);
    m_state.rollovers = 0;
    qint64 seconds = midnight + secondsOf(in.time);
    m_state.reportedUnixNs = seconds * kNsPerSecond;
    for (; seconds < m_policy.pivotUnix; seconds += kRolloverSeconds) ++m_state.rollovers;
    if (in.date) {
        m_datedUnix = seconds;
        m_datedRawNs = in.arrival->rawNs;
    }
    Instant instant{seconds * kNsPerSecond + in.time.nanosecond, *in.arrival, in.time.second == 60, false};
    if (instant.isLeapSecond) instant.isLeapDay = m_leaps.mayLeap(dayBefore(seconds));
    const InstantVerdict verdict = m_judge.judge(instant);
    if (verdict != InstantVerdict::Frozen) m_state.lastInstantRawNs = in.arrival->rawNs;
    if (verdict == InstantVerdict::Good) m_take({instant.unixNs, instant.arrival});
    return verdict;
}

/// The second 0:00 of the day. Without a date, of the day that puts the time of day closest to what is known: the last
/// instant with a date and the time since, or else this machine's clock.
qint64 NmeaReceiver::dateOf(const Pending& pending) const {
    if (pending.date) return unixOf(*pending.date);
    const qint64 expected = m_datedUnix ? *m_datedUnix + (pending.arrival->rawNs - m_datedRawNs) / kNsPerSecond
                                        : pending.arrival->realNs / kNsPerSecond;
    const qint64 day = expected / kSecondsPerDay;
    const qint64 distance = expected - day * kSecondsPerDay - secondsOf(pending.time);
    if (distance > kSecondsPerDay / 2) return (day + 1) * kSecondsPerDay;
    if (distance < -kSecondsPerDay / 2) return (day - 1) * kSecondsPerDay;
    return day * kSecondsPerDay;
}

}  // namespace fos1::ntp
