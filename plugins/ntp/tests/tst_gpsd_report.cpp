// SPDX-License-Identifier: GPL-2.0-or-later
// What gpsd says becomes facts; what it does not say, or says oddly, is nothing.
#include <QTest>

#include "refclock/gpsd_report.h"

using namespace fos1::ntp;

namespace {

/// With ' for ": moc(1) loses a class behind raw strings.
GpsdReport reportOf(QByteArray line) { return gpsdReport(line.replace('\'', '"')); }

}  // namespace

class TestGpsdReport : public QObject {
    Q_OBJECT

   private Q_SLOTS:
    void fixes() {
        const GpsdReport fix = reportOf(
            "{'class':'TPV','device':'/dev/"
            "ttyUSB0','mode':3,'time':'2026-11-30T02:00:00.000Z','leapseconds':18,'ept':0.005}");
        QCOMPARE(fix.kind, GpsdReport::Kind::Fix);
        QCOMPARE(fix.mode, 3);
        QCOMPARE(fix.device, QStringLiteral("/dev/ttyUSB0"));
        QCOMPARE(*fix.leapSeconds, 18);
        QCOMPARE(reportOf("{'class':'TPV'}").mode, 0);
        QCOMPARE(reportOf("{'class':'TPV','mode':1}").mode, 1);
        QCOMPARE(reportOf("{'class':'TPV','mode':'3'}").mode, 0);
    }

    void skies() {
        const GpsdReport sky = reportOf("{'class':'SKY','hdop':0.92,'nSat':11,'uSat':7}");
        QCOMPARE(*sky.used, 7);
        QCOMPARE(*sky.inView, 11);
        QCOMPARE(*sky.hdopHundredths, 92);
        // Older, and without the fields that some have left out.
        const GpsdReport old = reportOf(
            "{'class':'SKY','satellites':[{'PRN':1,'used':true},{'PRN':2,'el':10,'used':false},{'PRN':3,'used':true}]"
            "}");
        QCOMPARE(*old.used, 2);
        QCOMPARE(*old.inView, 3);
        QVERIFY(!reportOf("{'class':'SKY'}").inView);
    }

    void times() {
        const GpsdReport time = reportOf(
            "{'class':'TOFF','device':'tcp://"
            "a:1','real_sec':1796004000,'real_nsec':0,'clock_sec':1796004000,'clock_nsec':123456789}");
        QCOMPARE(time.kind, GpsdReport::Kind::Time);
        QCOMPARE(time.realNs, 1'796'004'000'000'000'000);
        QCOMPARE(time.clockNs - time.realNs, 123'456'789);
        for (const char* odd :
             {"{'class':'TOFF'}", "{'class':'TOFF','real_sec':-1,'real_nsec':0,'clock_sec':1,'clock_nsec':1}",
              "{'class':'TOFF','real_sec':1,'real_nsec':1000000000,'clock_sec':1,'clock_nsec':1}",
              "{'class':'TOFF','real_sec':1e300,'real_nsec':0,'clock_sec':1,'clock_nsec':1}",
              "{'class':'TOFF','real_sec':'1','real_nsec':0,'clock_sec':1,'clock_nsec':1}"})
            QCOMPARE(reportOf(odd).kind, GpsdReport::Kind::Unknown);
    }

    void anythingElse() {
        for (const char* line : {"", "{", "[]", "null", "{'class':'NEW'}", "{'class':7}", "{'class':'TPV'"})
            QCOMPARE(reportOf(line).kind, GpsdReport::Kind::Unknown);
        QCOMPARE(reportOf("{'class':'DEVICE','path':'/dev/ttyUSB0','driver':'u-blox'}").driver,
                 QStringLiteral("u-blox"));
        QCOMPARE(reportOf("{'class':'ERROR','message':'Unrecognized'}").words, QStringLiteral("Unrecognized"));
    }
};

QTEST_GUILESS_MAIN(TestGpsdReport)
#include "tst_gpsd_report.moc"
