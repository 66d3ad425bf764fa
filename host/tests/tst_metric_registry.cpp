// SPDX-License-Identifier: GPL-2.0-or-later
// Metrics: exact decimals, ownership, refusals, series that come and go. The system test also checks them with
// promtool.
#include <QTest>

#include "metrics/metric_registry.h"

using namespace fos1;
using namespace fos1::host;

class TestMetricRegistry : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void decimalsAreExact() {
        MetricRegistry registry;
        const int id = registry.declare("ntp", "ntp_offset_milliseconds", MetricType::Gauge, "Offset", {}, 6);
        QVERIFY(id > 0);
        QCOMPARE(registry.set("ntp", id, {}, -1500), Status::Ok);
        const QByteArray text = registry.serialize();
        QVERIFY2(text.contains("# TYPE ntp_offset_milliseconds gauge\n"), text.constData());
        QVERIFY2(text.contains("ntp_offset_milliseconds -0.0015\n"), text.constData());
    }

    void seriesComeAndGo() {
        MetricRegistry registry;
        const int id = registry.declare("ntp", "m", MetricType::Gauge, "Help", {"source", "address"}, 0);
        QCOMPARE(registry.set("ntp", id, {{"source", "a\"b"}, {"address", "::1"}}, 3), Status::Ok);
        QVERIFY(registry.serialize().contains("m{address=\"::1\",source=\"a\\\"b\"} 3"));
        QCOMPARE(registry.set("ntp", id, {{"source", "a"}}, 3), Status::InvalidArgument);
        QCOMPARE(registry.set("ntp", id, {{"source", "a"}, {"address", "b"}, {"more", "c"}}, 3),
                 Status::InvalidArgument);
        QCOMPARE(registry.remove("ntp", id, {{"source", "a\"b"}, {"address", "::1"}}), Status::Ok);
        QVERIFY(!registry.serialize().contains("::1"));
    }

    void cardinalityIsCapped() {
        MetricRegistry registry;
        const int id = registry.declare("ntp", "m", MetricType::Gauge, "Help", {"n"}, 0);
        for (std::size_t i = 0; i < MetricRegistry::kMaxSeries; ++i)
            QCOMPARE(registry.set("ntp", id, {{"n", QString::number(i)}}, 1), Status::Ok);
        QCOMPARE(registry.set("ntp", id, {{"n", "one too many"}}, 1), Status::TooLarge);
    }

    void countersOnlyGoUp() {
        MetricRegistry registry;
        const int id = registry.declare("ntp", "restarts_total", MetricType::Counter, "Help", {}, 0);
        QCOMPARE(registry.set("ntp", id, {}, 2), Status::Ok);
        QCOMPARE(registry.set("ntp", id, {}, 1), Status::InvalidArgument);
        QVERIFY(registry.serialize().contains("restarts_total 2\n"));
    }

    void refusals_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("type");
        QTest::addColumn<QString>("label");
        QTest::addColumn<int>("decimals");
        QTest::newRow("name") << "1bad" << 1 << "a" << 0;
        QTest::newRow("type") << "m" << 7 << "a" << 0;
        QTest::newRow("label") << "m" << 1 << "__a" << 0;
        QTest::newRow("decimals") << "m" << 1 << "a" << 10;
        QTest::newRow("counter without _total") << "m" << 2 << "a" << 0;
        QTest::newRow("gauge with _total") << "m_total" << 1 << "a" << 0;
    }
    void refusals() {
        QFETCH(QString, name);
        QFETCH(int, type);
        QFETCH(QString, label);
        QFETCH(int, decimals);
        MetricRegistry registry;
        QVERIFY(registry.declare("ntp", name, static_cast<MetricType>(type), "Help", {label}, decimals) < 0);
    }

    void aMetricHasOneOwner() {
        MetricRegistry registry;
        const int id = registry.declare("ntp", "m", MetricType::Gauge, "Help", {}, 0);
        QVERIFY(registry.declare("other", "m", MetricType::Gauge, "Help", {}, 0) < 0);
        QCOMPARE(registry.declare("ntp", "m", MetricType::Gauge, "Help", {}, 0), id);
        QCOMPARE(registry.set("other", id, {}, 1), Status::NotFound);
        registry.set("ntp", id, {}, 1);
        registry.clear("ntp");
        QVERIFY(!registry.serialize().contains("m 1"));
    }
};

QTEST_GUILESS_MAIN(TestMetricRegistry)
#include "tst_metric_registry.moc"
