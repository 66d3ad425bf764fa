// SPDX-License-Identifier: GPL-2.0-or-later
// Attached clocks in a spec, as directives that a real chronyd takes, and in the condition.
#include <QTest>

#include "core/network_opinion.h"
#include "core/refclock_lines.h"
#include "model/spec_parser.h"
#include "support/status_facts.h"
#include "yaml_document.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;

namespace {

QCborMap mapOf(const QByteArray& hardware) {
    const auto documents =
        fos1::yaml::parse("{sources: {hardware: " + hardware + "}, server: {}}", QStringLiteral("test"));
    return documents && !documents->empty() ? documents->front().value : QCborMap();
}

QByteArrayList linesFor(const QByteArray& hardware, const Materials& materials = {}) {
    const auto spec = ntp::parse(mapOf(hardware));
    if (!spec) return {joined(spec.error()).toUtf8()};
    ChronyPaths paths;
    paths.refclockDirectory = QStringLiteral("/run/x");
    ConfigText out;
    std::vector<LeftOut> leftOut;
    writeRefclocks(out, spec->hardware, paths, materials, leftOut);
    QByteArrayList lines = out.text().split('\n');
    lines.removeAll({});
    return lines;
}

SourceReport network(double offsetMs, double errorMs) {
    SourceReport source;
    source.mode = SourceMode::Server;
    source.reachability = 0377;
    source.sinceSample = 1s;
    source.offset = std::chrono::nanoseconds(static_cast<qint64>(offsetMs * 1e6));
    source.offsetError = std::chrono::nanoseconds(static_cast<qint64>(errorMs * 1e6));
    return source;
}

}  // namespace

class TestHardware : public QObject {
    Q_OBJECT

   private Q_SLOTS:
    void lines_data() {
        QTest::addColumn<QByteArray>("hardware");
        QTest::addColumn<QByteArrayList>("lines");
        const auto row = [](const char* name, const QByteArray& hardware, const QByteArrayList& lines) {
            QTest::newRow(name) << hardware << lines;
        };
        row("none", "{}", {});
        row("not enabled", "{gps: {enabled: false, device: /dev/ttyS0, prefer: true}, pps: {enabled: false}}", {});
        row("a GPS", "{gps: {enabled: true, device: /dev/ttyS0, prefer: true}}",
            {"refclock SOCK /run/x/gps.sock refid NMEA poll 2 delay 1 prefer"});
        row("with a measured delay", "{gps: {enabled: true, device: /dev/ttyS0, offset: 0.14, refid: GPS}}",
            {"refclock SOCK /run/x/gps.sock refid GPS poll 2 offset 0.14 delay 0.2"});
        row("watched only", "{gps: {enabled: true, device: /dev/ttyS0, refclock: false}}", {});
        row("gpsd", "{gps: {enabled: true, gpsd: true}}", {"refclock SOCK /run/x/gps.sock refid NMEA poll 2 delay 1"});
        row("beside a pulse it only numbers",
            "{gps: {enabled: true, device: /dev/ttyS0, prefer: true}, pps: {enabled: true, prefer: true}}",
            {"refclock SOCK /run/x/gps.sock refid NMEA poll 2 noselect delay 1",
             "refclock PPS /dev/pps0 refid PPS poll 2 lock NMEA prefer"});
        row("a pulse alone", "{pps: {enabled: true, device: /dev/pps1, rate: 10, edge: clear, offset: -0.000001}}",
            {"refclock PPS /dev/pps1:clear refid PPS poll 2 rate 10 offset -0.000001"});
        row("a PTP clock", "{phc: {enabled: true, device: /dev/ptp0, tai: true, refid: PHC0}}",
            {"refclock PHC /dev/ptp0 refid PHC0 poll 2 dpoll -2 tai"});
        row("an atomic standard",
            "{atomic: {enabled: true, pps: /dev/pps0, phc: /dev/ptp0, stratum: 1, delay: 0.000001}}",
            {"refclock PHC /dev/ptp0 refid ATPH poll 2 dpoll -2 noselect stratum 1 delay 0.000001",
             "refclock PPS /dev/pps0 refid ATOM poll 2 lock ATPH stratum 1 delay 0.000001"});
        row("its pulse alone", "{atomic: {enabled: true, pps: /dev/pps0, prefer: true}}",
            {"refclock PPS /dev/pps0 refid ATOM poll 2 prefer"});
    }
    void lines() {
        QFETCH(QByteArray, hardware);
        QFETCH(QByteArrayList, lines);
        QCOMPARE(linesFor(hardware), lines);
    }

    void aMissingDeviceNeverReachesChronyd() {
        Materials materials;
        materials.missingClocks.emplace(QStringLiteral("/dev/pps0"), QStringLiteral("does not exist"));
        QCOMPARE(linesFor("{gps: {enabled: true, device: /dev/ttyS0}, pps: {enabled: true}}", materials),
                 QByteArrayList{"refclock SOCK /run/x/gps.sock refid NMEA poll 2 delay 1"});
        materials.clockOfInterface.emplace(QStringLiteral("eth0"), QStringLiteral("/dev/ptp3"));
        QCOMPARE(linesFor("{phc: {enabled: true, interface: eth0}}", materials),
                 QByteArrayList{"refclock PHC /dev/ptp3 refid PHC poll 2 dpoll -2"});
        QCOMPARE(linesFor("{phc: {enabled: true, interface: eth1}}", materials), QByteArrayList());
    }

    /// chronyd gets the device that the line discipline made for the receiver's port.
    void thePulseOfAReceiversPort() {
        const QByteArray spec =
            "{gps: {enabled: true, device: /dev/ttyS0}, pps: {enabled: true, device: /dev/ttyS0, edge: clear}}";
        const auto parsed = ntp::parse(mapOf(spec));
        QVERIFY(parsed && parsed->hardware.gps->hasPulse && parsed->hardware.pps->isOnReceiver);
        Materials materials;
        materials.missingClocks.emplace(QStringLiteral("/dev/ttyS0"), QStringLiteral("gives no pulses yet"));
        QCOMPARE(linesFor(spec, materials), QByteArrayList{"refclock SOCK /run/x/gps.sock refid NMEA poll 2 delay 1"});
        materials.missingClocks.clear();
        materials.pulseOfLine.emplace(QStringLiteral("/dev/ttyS0"), QStringLiteral("/dev/pps2"));
        QCOMPARE(linesFor(spec, materials),
                 (QByteArrayList{"refclock SOCK /run/x/gps.sock refid NMEA poll 2 noselect delay 1",
                                 "refclock PPS /dev/pps2:clear refid PPS poll 2 lock NMEA"}));
        QCOMPARE(linesFor("{atomic: {enabled: true, pps: /dev/ttyS0}}", materials),
                 QByteArrayList{"refclock PPS /dev/pps2 refid ATOM poll 2"});
    }

    void taiNeedsLeapSeconds() {
        const auto config = [](const char* tai) {
            return makePlan(
                       *ntp::parse(mapOf(QByteArray("{phc: {enabled: true, device: /dev/ptp0, tai: ") + tai + "}}")),
                       {})
                .config;
        };
        QVERIFY(config("true").contains("\nleapsectz right/UTC\n"));
        QVERIFY(!config("false").contains("leapsectz"));
    }

    void mistakes_data() {
        QTest::addColumn<QByteArray>("hardware");
        QTest::addColumn<QByteArray>("words");
        const auto row = [](const QByteArray& hardware, const QByteArray& words) {
            QTest::newRow(hardware.constData()) << hardware << words;
        };
        row("{gps: {enabled: true}}", "spec.sources.hardware.gps.device: is required");
        row("{gps: {enabled: true, device: /tmp/gps}}", "must be a path below /dev");
        row("{gps: {enabled: true, device: /dev/../etc/passwd}}", "is not the absolute path of a file");
        row("{pps: {enabled: true, device: '/dev/pps0:clear'}}", "must be a path below /dev without a colon");
        row("{gps: {enabled: true, device: /dev/ttyS0, baud: 1234}}", "baud");
        row("{gps: {enabled: true, device: /dev/ttyS0, baud: 14400}}", "14400 is no usual speed");
        row("{gps: {enabled: true, device: /dev/ttyS0, refid: TOOLONG}}", "one to four letters or digits");
        row("{gps: {enabled: true, device: /dev/ttyS0, pivot: soon}}", "gps.pivot: \"soon\" must be a date");
        row("{gps: {enabled: true, device: /dev/ttyS0, onDisagreement: panic}}", "must be distrust or report");
        row("{pps: {enabled: true, lock: GPS}}", "\"GPS\" is not the refid of an enabled gps or phc");
        row("{pps: {enabled: true, refid: NMEA}, gps: {enabled: true, device: /dev/ttyS0}}",
            "is the name of spec.sources.hardware.gps.refid too");
        row("{pps: {enabled: true}, atomic: {enabled: true, pps: /dev/pps0}}",
            "is the device of spec.sources.hardware.pps.device too");
        row("{gps: {enabled: true, gpsd: true, device: /dev/ttyS0}, pps: {enabled: true, device: /dev/ttyS0, refid: "
            "NMEA}}",
            "is the name of spec.sources.hardware.gps.refid too");
        row("{gps: {enabled: true, refclock: false, device: /dev/ptp0}, phc: {enabled: true, device: /dev/ptp0}}",
            "spec.sources.hardware.phc.device: \"/dev/ptp0\" is the device of spec.sources.hardware.gps.device too");
        row("{gps: {enabled: true, gpsd: true, ubx: true}}", "spec.sources.hardware.gps.ubx: contradicts gpsd");
        row("{phc: {enabled: true}}", "or interface is required");
        row("{phc: {enabled: true, device: /dev/ptp0, interface: eth0}}", "contradicts device");
        row("{atomic: {enabled: true}}", "or phc, or both, is required");
        // Also where it is not enabled.
        row("{pps: {enabled: false, device: '/dev/pps 0'}}", "spec.sources.hardware.pps.device");
    }
    void mistakes() {
        QFETCH(QByteArray, hardware);
        QFETCH(QByteArray, words);
        const auto spec = ntp::parse(mapOf(hardware));
        QVERIFY(!spec);
        QVERIFY2(joined(spec.error()).contains(QString::fromUtf8(words)), qPrintable(joined(spec.error())));
    }

    void theNetworkAgrees() {
        Observation seen;
        seen.sources.emplace();
        QVERIFY(!networkTime(seen));
        seen.sources = {network(1, 2), network(2, 2)};
        const auto both = networkTime(seen);
        QVERIFY(both);
        QCOMPARE(both->sources, 2);
        QCOMPARE(both->clockOffset, 1500us);
        QCOMPARE(both->errorBound, 1500us);
        // Added to what chronyd corrects.
        seen.tracking.emplace().clockOffset = 10ms;
        QCOMPARE(networkTime(seen)->clockOffset, 11500us);
        // One of three lies.
        seen.sources->push_back(network(5000, 1));
        QCOMPARE(networkTime(seen)->sources, 2);
        // One of two may.
        seen.sources = {network(1, 2), network(5000, 1)};
        QVERIFY(!networkTime(seen));
        // Clocks of our own have no say.
        seen.sources->back().mode = SourceMode::ReferenceClock;
        QCOMPARE(networkTime(seen)->sources, 1);
        seen.sources->front().reachability = 0;
        QVERIFY(!networkTime(seen));
    }

    void theCondition() {
        Facts in = healthy();
        QCOMPARE(test::condition(in, "HardwareHealthy"), QString());
        in.spec.hardware.gps.emplace();
        QCOMPARE(test::condition(in, "HardwareHealthy"), QStringLiteral("Unknown/NotRunning"));
        RefclockFacts gps;
        gps.name = QStringLiteral("NMEA");
        gps.device = QStringLiteral("/dev/ttyS0");
        gps.isHealthy = true;
        gps.reason = QString(kHealthyClock);
        gps.message = QStringLiteral("All is well.");
        RefclockFacts pps = gps;
        pps.name = QStringLiteral("PPS");
        in.clocks = {gps, pps};
        QCOMPARE(test::condition(in, "HardwareHealthy"), QStringLiteral("True/Healthy"));
        in.clocks[0].reason = QStringLiteral("WeekRollover");
        QCOMPARE(test::condition(in, "HardwareHealthy"), QStringLiteral("True/WeekRollover"));
        in.clocks[1].isHealthy = false;
        in.clocks[1].reason = QStringLiteral("NoPulse");
        QCOMPARE(test::condition(in, "HardwareHealthy"), QStringLiteral("False/NoPulse"));
        QVERIFY(test::message(in, "HardwareHealthy").contains(QStringLiteral("NMEA (/dev/ttyS0): All is well.")));
    }
};

QTEST_GUILESS_MAIN(TestHardware)
#include "tst_hardware.moc"
