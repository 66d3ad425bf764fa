// SPDX-License-Identifier: GPL-2.0-or-later
// A receiver that plays bursts to the code that judges them, on clocks that the test sets.
#pragma once

#include <QTest>
#include <vector>

#include "receiver_text.h"
#include "refclock/nmea_receiver.h"
#include "refclock/receiver_words.h"

namespace fos1::ntp::test {

using lab::burst;
using lab::Report;

inline constexpr qint64 kMs = 1'000'000;
inline const QDateTime kStart(QDate(2026, 11, 28), QTime(8, 30, 0), Qt::UTC);
inline constexpr qint64 kPivot = 1'767'225'600;  // 2026-01-01

/// A receiver, and a machine whose clock is right.
class Scene {
   public:
    explicit Scene(ReceiverPolicy policy = defaults(), LeapTable leaps = {})
        : receiver(policy, std::move(leaps), [this](const ReceiverSample& sample) { samples.push_back(sample); }) {}

    static ReceiverPolicy defaults() {
        ReceiverPolicy policy;
        policy.pivotUnix = kPivot;
        return policy;
    }

    void at(qint64 ms) { m_ms = ms; }
    [[nodiscard]] Arrival now() const {
        return {kStart.toMSecsSinceEpoch() * kMs + (m_ms + clockStepMs) * kMs, kNsPerSecond + m_ms * kMs};
    }
    void feed(const QByteArray& bytes) { receiver.feed(bytes, now()); }

    /// The burst of second `second`, as reported `shift` seconds off, in pieces of 32 bytes at 115200 baud.
    void second(int second, qint64 shiftSeconds = 0, Report report = {}) {
        report.time = kStart.addSecs(second + shiftSeconds);
        play(second * 1000 + latencyMs, burst(report), 3);
    }
    void play(qint64 fromMs, const QByteArray& bytes, qint64 stepMs) {
        at(fromMs);
        for (qsizetype each = 0; each < bytes.size(); each += 32, at(m_ms + stepMs)) feed(bytes.mid(each, 32));
    }
    void seconds(int from, int to, qint64 shiftSeconds = 0, const Report& report = {}) {
        for (int each = from; each < to; ++each) second(each, shiftSeconds, report);
        receiver.settle();
    }
    [[nodiscard]] quint64 count(InstantVerdict verdict) const {
        return receiver.state().counts[static_cast<std::size_t>(verdict)];
    }
    [[nodiscard]] ReceiverWords words() const {
        const GnssFacts gnss = receiver.gnss().facts(now().rawNs);
        return wordsFor({receiver.judge(), receiver.state(), gnss}, now().rawNs);
    }
    [[nodiscard]] QString reason() const { return words().reason; }
    [[nodiscard]] QString message() const { return words().message; }
    /// Every sample is the true time, less the delay of the sentences.
    void verifyAllRight() const {
        for (const ReceiverSample& each : samples) QCOMPARE(each.arrival.realNs - each.unixNs, latencyMs * kMs);
    }
    /// The sources in the network agree that this machine's clock is off by so much.
    void network(qint64 clockOffsetMs, int sources = 3) {
        receiver.judge().hear(NetworkOpinion{clockOffsetMs * kMs, 10 * kMs, now(), sources});
    }

    std::vector<ReceiverSample> samples;
    NmeaReceiver receiver;
    qint64 latencyMs = 120;
    qint64 clockStepMs = 0;  ///< by which the machine's clock was set

   private:
    qint64 m_ms = 0;
};

}  // namespace fos1::ntp::test
