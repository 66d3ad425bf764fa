// SPDX-License-Identifier: GPL-2.0-or-later
// How late the sentences of a receiver come, and what follows for its offset.
#include <QTest>

#include "fos1/page.h"
#include "pages/calibrate_page.h"
#include "refclock/delay_ring.h"
#include "refclock/late_filter.h"
#include "support/page_reading.h"
#include "support/status_facts.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;

namespace {

constexpr qint64 kStartNs = 1'790'000'000'000'000'000;

DelayReference reference(const char* name, qint64 clockOffsetNs) {
    return {QLatin1String(name), {clockOffsetNs, 1'000, {kStartNs + 2 * kNsPerSecond, 0}, 1}};
}

/// Instants whose sentences are 140 ms late, give or take 5, on a clock that is 2 s fast.
void fill(DelayRing& ring, int count) {
    for (int i = 0; i < count; ++i) {
        const qint64 unixNs = kStartNs + i * kNsPerSecond;
        const qint64 late = 140'000'000 + (i % 3 - 1) * 5'000'000;
        ring.add(unixNs, {unixNs + late + 2 * kNsPerSecond, i * kNsPerSecond + late});
    }
}

}  // namespace

class TestDelay : public QObject {
    Q_OBJECT

   private Q_SLOTS:
    void measured() {
        DelayRing ring;
        fill(ring, 100);
        QVERIFY(!ring.facts());  // by nothing
        ring.hear(reference("PPS", 2 * kNsPerSecond));
        fill(ring, 9);
        QVERIFY(!ring.facts());
        fill(ring, 591);
        const auto facts = ring.facts();
        QVERIFY(facts);
        QCOMPARE(facts->against, QStringLiteral("PPS"));
        QCOMPARE(facts->count, 600);
        QCOMPARE(facts->mean, 140ms);
        QVERIFY(std::chrono::abs(facts->deviation - 4082us) < 10us);
        QCOMPARE(facts->least, 135ms);
        QCOMPARE(facts->most, 145ms);
        QCOMPARE(facts->histogram.front(), 200);
        QCOMPARE(facts->histogram.back(), 200);
        fill(ring, 5000);
        QCOMPARE(ring.facts()->count, int(DelayRing::kMost));
        // What was measured by something else is something else.
        ring.hear(reference("2 sources in the network", 2 * kNsPerSecond));
        QVERIFY(!ring.facts());
    }

    void theLatestAreLeftOut() {
        LateFilter filter;
        int used = 0;
        int gap = 0;
        int longest = 0;
        double worst = 0;
        // 100 ms late, and now and then 30 ms more.
        for (int i = 0; i < 1000; ++i) {
            const qint64 unixNs = kStartNs + i * kNsPerSecond;
            const bool isDelayed = i % 5 == 3;
            const qint64 late = 100'000'000 + (isDelayed ? 30'000'000 : i * 7919 % 1000 * 1000);
            const auto sample = filter.take({unixNs, {unixNs + late, unixNs + late}});
            gap = sample ? 0 : gap + 1;
            longest = std::max(longest, gap);
            if (!sample) continue;
            ++used;
            if (i > 10)
                worst = std::max(worst, static_cast<double>(sample->arrival.rawNs - sample->unixNs) / 1e6 - 100);
        }
        QVERIFY(used > 500);
        QCOMPARE(longest, LateFilter::kMostSkipped - 1);
        QVERIFY(worst < 2);
    }

    void proposal() {
        DelayRing ring;
        ring.hear(reference("PPS", 2 * kNsPerSecond));
        fill(ring, 600);
        const ProposedDelay wanted = proposed(*ring.facts());
        QCOMPARE(wanted.offset, 140ms);
        QCOMPARE(wanted.delay, 33ms);  // twice four standard deviations, in whole milliseconds
    }

    void thePage() {
        Facts in = healthy();
        PageFacts facts;
        const StatusInput status = in.input();
        facts.status = &status;
        QVERIFY(calibratePage(facts, {}).contains(QStringLiteral("error")));
        RefclockFacts clock;
        clock.kind = ClockKind::Gps;
        clock.name = QStringLiteral("NMEA");
        in.clocks.push_back(clock);
        QVERIFY(
            calibratePage(facts, {}).value(QStringLiteral("error")).toString().contains("nothing was measured yet"));
        QVERIFY(calibratePage(facts, QStringLiteral("GPS"))
                    .value(QStringLiteral("error"))
                    .toString()
                    .contains("no receiver"));
        DelayRing ring;
        ring.hear(reference("PPS", 2 * kNsPerSecond));
        fill(ring, 20);
        in.clocks.front().delay = ring.facts();
        const QCborMap document = calibratePage(facts, QStringLiteral("nmea"));
        QVERIFY(fos1::page::check(document));
        const QString text = QCborValue(document).toDiagnosticNotation();
        for (const char* words : {"offset: 0.14", "delay: 0.033", "Only 20 instants so far", "####"})
            QVERIFY2(text.contains(QLatin1String(words)), qPrintable(text));
    }
};

QTEST_GUILESS_MAIN(TestDelay)
#include "tst_delay.moc"
