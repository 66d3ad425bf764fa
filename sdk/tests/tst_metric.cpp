// SPDX-License-Identifier: MIT
// The sugar of metrics and conditions: what is set, removed and dropped, and which status means trouble.
#include <QTest>

#include "fos1/condition.h"
#include "fos1/metric.h"
#include "fos1/testing/fake_metrics.h"

using namespace fos1;
using namespace fos1::testing;

namespace {

const QString kThings = QStringLiteral("things_total");

/// Counts what reaches the host.
class CountedMetrics final : public IMetrics {
   public:
    int declare(const QString& name, int metricType, const QString& help, const QString& labelNames,
                int decimals) override {
        return fake.declare(name, metricType, help, labelNames, decimals);
    }
    int set(int metric, const QCborMap& labels, qint64 value) override {
        ++calls;
        const int answer = fake.set(metric, labels, value);
        if (answer != static_cast<int>(Status::Ok)) ++refused;
        return answer;
    }
    int remove(int metric, const QCborMap& labels) override {
        ++calls;
        return fake.remove(metric, labels);
    }

    CallGuard guard;
    FakeMetrics fake{guard};
    int calls = 0;
    int refused = 0;
};

Metric::Labels thing(int number) {
    return {{QStringLiteral("thing"), QStringLiteral("t%1").arg(number, 4, 10, QLatin1Char('0'))}};
}

Metric::Series things(int count, qint64 value) {
    Metric::Series all;
    for (int i = 0; i < count; ++i) all.emplace(thing(i), value);
    return all;
}

}  // namespace

class TestMetric : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void isDeclaredInOneLine() {
        CountedMetrics metrics;
        const Metric plain = gauge(metrics, "depth_metres", "How deep.");
        const Metric scaled = counter(metrics, "time_seconds_total", "How long.", "who,where", 9);
        QVERIFY(plain.isDeclared() && scaled.isDeclared());
        QVERIFY(plain.type() == MetricType::Gauge && scaled.type() == MetricType::Counter);
        const auto* declared = metrics.fake.find(QStringLiteral("time_seconds_total"));
        QVERIFY(declared);
        QCOMPARE(declared->labelNames, QStringList({"who", "where"}));
        QCOMPARE(declared->decimals, 9);
        QVERIFY(!counter(metrics, "no_such_ending", "A counter's name ends in _total.").isDeclared());
    }

    void aFamilyExportsTheFirstAndCountsTheOthers() {
        CountedMetrics metrics;
        SeriesFamily family(counter(metrics, kThings, "Things.", "thing"), 3);
        family.update(things(2, 1));
        QCOMPARE(family.dropped(), std::size_t(0));
        family.update(things(5, 1));
        QCOMPARE(family.dropped(), std::size_t(2));
        const auto& series = metrics.fake.find(kThings)->series;
        QCOMPARE(series.size(), std::size_t(3));
        QVERIFY(series.contains("t0002") && !series.contains("t0003"));

        // One that was dropped takes the place of one that is gone.
        Metric::Series fewer = things(5, 1);
        fewer.erase(thing(0));
        family.update(fewer);
        QVERIFY(!series.contains("t0000") && series.contains("t0003"));
        QCOMPARE(family.dropped(), std::size_t(1));
        family.update({});
        QVERIFY(series.empty());
        QCOMPARE(family.dropped(), std::size_t(0));
    }

    void aFamilySetsWhatChanged() {
        CountedMetrics metrics;
        SeriesFamily family(gauge(metrics, "things", "Things.", "thing"));
        family.update(things(1500, 1));
        QCOMPARE(metrics.calls, int(SeriesFamily::kMost));
        QCOMPARE(metrics.refused, 0);
        family.update(things(1500, 1));
        family.set(thing(3), 1);
        family.set(thing(1200), 7);  // has no series
        QCOMPARE(metrics.calls, int(SeriesFamily::kMost));
        family.set(thing(3), 7);
        QCOMPARE(metrics.fake.value("things", "t0003"), std::optional<qint64>(7));
        QCOMPARE(metrics.calls, int(SeriesFamily::kMost) + 1);
        // As update() would have set it.
        Metric::Series all = things(1500, 1);
        all[thing(3)] = 7;
        family.update(all);
        QCOMPARE(metrics.calls, int(SeriesFamily::kMost) + 1);
    }

    /// The host counts the series that are still there.
    void aFamilyOfOthersFitsToo() {
        CountedMetrics metrics;
        SeriesFamily family(gauge(metrics, "things", "Things.", "thing"));
        Metric::Series all;
        for (int i = 2000; i < 3000; ++i) all.emplace(thing(i), 1);
        family.update(all);
        for (int i = 0; i < 2000; ++i) all.emplace(thing(i), 1);
        family.update(all);
        QCOMPARE(metrics.refused, 0);
        const auto& series = metrics.fake.find("things")->series;
        QCOMPARE(series.size(), SeriesFamily::kMost);
        QVERIFY(series.contains("t0999") && !series.contains("t2000"));
    }

    void aCounterThatWentDownBeginsAnew() {
        CountedMetrics metrics;
        SeriesFamily family(counter(metrics, kThings, "Things.", "thing"));
        family.update(things(2, 10));
        family.update({{thing(0), 4}, {thing(1), 11}});
        QCOMPARE(metrics.refused, 0);
        QCOMPARE(metrics.fake.value(kThings, "t0000"), std::optional<qint64>(4));
        QCOMPARE(metrics.fake.value(kThings, "t0001"), std::optional<qint64>(11));
    }

    void conditionsKnowWhichStatusIsTrouble() {
        QVERIFY(good("Ready", "Running", "It runs.").status == ConditionStatus::True);
        QVERIFY(bad("Ready", "Ended", "It ended.").status == ConditionStatus::False);
        for (const char* type : {"Conflict", "Degraded", "Flooding", "Reconciling", "Stalled"}) {
            QVERIFY(good(type, "Fine", "All is well.").status == ConditionStatus::False);
            QVERIFY(bad(type, "Off", "It is not.").status == ConditionStatus::True);
            QVERIFY(isGood(good(type, "Fine", {})) && !isGood(bad(type, "Off", {})));
        }
        const Condition condition = bad("Ready", "Ended", "It ended.", 7);
        QCOMPARE(condition.reason, QStringLiteral("Ended"));
        QCOMPARE(condition.message, QStringLiteral("It ended."));
        QCOMPARE(condition.observedGeneration, qint64(7));
        QVERIFY(isGood("Ready", "True") && !isGood("Ready", "Unknown") && !isGood("Degraded", "Unknown"));
    }
};

QTEST_GUILESS_MAIN(TestMetric)
#include "tst_metric.moc"
