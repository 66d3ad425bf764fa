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
        // Three standard deviations of a mean of 600, the error of the reference, and what rounding takes.
        QVERIFY(wanted.uncertainty > 500us && wanted.uncertainty < 2ms);
    }

    void thePage() {
        Facts in = healthy();
        PageFacts facts;
        facts.object = QStringLiteral("default/main");
        const StatusInput status = in.input();
        facts.status = &status;
        QVERIFY(calibratePage(facts, {}).contains(QStringLiteral("error")));
        RefclockFacts clock;
        clock.kind = ClockKind::Gps;
        clock.name = QStringLiteral("NMEA");
        in.clocks.push_back(clock);
        const QCborMap empty = calibratePage(facts, {});
        QVERIFY(fos1::page::check(empty));
        QVERIFY(QCborValue(empty).toDiagnosticNotation().contains("nothing yet"));
        QCOMPARE(empty[QStringLiteral("progress")][QStringLiteral("done")].toInteger(), 0);
        QVERIFY(!empty.contains(QStringLiteral("proposal")));
        QVERIFY(calibratePage(facts, QStringLiteral("NMEA:9")).contains(QStringLiteral("error")));
        QVERIFY(calibratePage(facts, QStringLiteral("NMEA:x")).contains(QStringLiteral("error")));
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
        for (const char* words : {"a single sample is off by", "####", "\"PPS\""})
            QVERIFY2(text.contains(QLatin1String(words)), qPrintable(text));
        QCOMPARE(document[QStringLiteral("progress")][QStringLiteral("wanted")].toInteger(), 300);
        const QCborMap gps{{QStringLiteral("offset"), 0.14}, {QStringLiteral("delay"), 0.033}};
        const auto proposedFields = [](const QCborMap& page) {
            return page[QStringLiteral("proposal")][QStringLiteral("merge")][QStringLiteral("spec")]
                       [QStringLiteral("sources")][QStringLiteral("hardware")]
                           .toMap();
        };
        QCOMPARE(proposedFields(document), (QCborMap{{QStringLiteral("gps"), gps}}));
        QCOMPARE(document[QStringLiteral("proposal")][QStringLiteral("name")].toString(), QStringLiteral("main"));
        const QCborMap shorter = calibratePage(facts, QStringLiteral("NMEA:20"));
        QCOMPARE(shorter[QStringLiteral("progress")][QStringLiteral("wanted")].toInteger(), 20);
    }

    /// A receiver whose sentences scatter by more than the pulse leaves room for cannot number it.
    void theLock() {
        Facts in = healthy();
        in.spec.hardware.pps.emplace();
        in.spec.hardware.pps->options.refid = QStringLiteral("PPS");
        in.spec.hardware.pps->lock = QStringLiteral("NMEA");
        RefclockFacts clock;
        clock.kind = ClockKind::Gps;
        clock.name = QStringLiteral("NMEA");
        DelayRing ring;
        ring.hear(reference("PPS", 2 * kNsPerSecond));
        fill(ring, 20);
        clock.delay = ring.facts();
        in.clocks.push_back(clock);
        PageFacts facts;
        facts.object = QStringLiteral("default/main");
        const auto lock = [&](int rate) {
            in.spec.hardware.pps->rate = rate;
            const StatusInput status = in.input();
            facts.status = &status;
            const QCborMap page = calibratePage(facts, {});
            return page[QStringLiteral("proposal")][QStringLiteral("merge")][QStringLiteral("spec")][QStringLiteral(
                "sources")][QStringLiteral("hardware")][QStringLiteral("pps")][QStringLiteral("lock")]
                .toString();
        };
        QCOMPARE(lock(1), QStringLiteral("NMEA"));
        QCOMPARE(lock(100), QString());
    }
};

QTEST_GUILESS_MAIN(TestDelay)
#include "tst_delay.moc"
