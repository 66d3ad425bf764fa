// SPDX-License-Identifier: GPL-2.0-or-later
// A receiver against sources in the network, and a receiver that a real gpsd reads.
#include <QTest>

#include "gps_under_test.h"
#include "isolation.h"

using namespace fos1;
using fos1::lab::Playing;
using fos1::system::GpsUnderTest;

namespace {

const QByteArray kNetwork =
    "    servers:\n"
    "      - {address: 10.1.0.1, iburst: true, minpoll: 0, maxpoll: 0}\n"
    "      - {address: 10.1.2.1, iburst: true, minpoll: 0, maxpoll: 0}\n";

}  // namespace

class TestGpsTrust : public QObject {
    Q_OBJECT

    std::unique_ptr<GpsUnderTest> m_gps;
    std::vector<std::unique_ptr<lab::Daemon>> m_daemons;

    void play(qint64 shiftSeconds) const {
        Playing playing;
        playing.shiftSeconds = shiftSeconds;
        m_gps->receiver->play(playing);
    }

   private Q_SLOTS:
    void initTestCase() {
        m_gps = std::make_unique<GpsUnderTest>();
        m_gps->lab.addUpstream(2);
        for (const char* ns : {"up", "up2"})
            m_daemons.push_back(m_gps->lab.startChronyd(ns, ns, "local stratum 1\nallow\n"));
        QCOMPARE(m_gps->start(), QString());
    }

    void wrongFromTheStart() {
        play(5);
        QVERIFY(m_gps->declare(kNetwork + "    hardware:\n" + m_gps->gps(", prefer: true")));
        QCOMPARE(m_gps->rightUntil("NetworkDisagrees", 30, 10), QString());
        QVERIFY(m_gps->isStratum(2));
        const QString message = m_gps->condition("HardwareHealthy")[u"message"].toString();
        QVERIFY2(message.contains("s ahead of the time that 2 sources in the network agree on"), qPrintable(message));
        QVERIFY(m_gps->host->ctl({"events"}).output.contains("ClockNetworkDisagrees"));
        QVERIFY(m_gps->host->http("/metrics").contains("ntp_refclock_network_offset_milliseconds{"));
    }

    /// With hysteresis.
    void itComesBack() {
        play(0);
        QCOMPARE(m_gps->rightUntil("Healthy", 60, 10), QString());
        QTRY_COMPARE_WITH_TIMEOUT(m_gps->sync()[u"source"][u"name"].toString(), QStringLiteral("NMEA"), 30'000);
    }

    void wrongOnTheWay() {
        play(-5);
        QCOMPARE(m_gps->rightUntil("NetworkDisagrees", 30, 20), QString());
        QTRY_VERIFY_WITH_TIMEOUT(m_gps->isStratum(2), 60'000);
        play(0);
        QCOMPARE(m_gps->rightUntil("Healthy", 60), QString());
    }

    /// gpsd gives the times of a receiver that it does not trust to be a clock only for TCP.
    void aRunningGpsd() {
        QVERIFY(m_gps->declare("    hardware:\n      gps: {enabled: true, gpsd: true}\n"));
        QCOMPARE(m_gps->rightUntil("NoGpsd", 20), QString());
        auto line = m_gps->lab.startIn(
            "rt", "socat", "socat",
            {"-u", m_gps->receiver->device() + ",raw,echo=0", "TCP-LISTEN:7000,bind=127.0.0.1,reuseaddr,fork"});
        // gpsd ends when its only receiver is not there yet.
        QTRY_VERIFY(m_gps->lab.runIn("rt", "ss", {"-tln"}).output.contains("127.0.0.1:7000"));
        auto gpsd = m_gps->lab.startIn("rt", "gpsd", "gpsd", {"-N", "-n", "tcp://127.0.0.1:7000"});
        QCOMPARE(m_gps->rightUntil("Healthy", 40, 10), QString());
        QTRY_VERIFY_WITH_TIMEOUT(m_gps->isStratum(1), 40'000);
        QCOMPARE(m_gps->condition("FullyImplemented")[u"status"].toString(), QStringLiteral("True"));
        gpsd.reset();
        QCOMPARE(m_gps->rightUntil("NoGpsd", 10), QString());
        gpsd = m_gps->lab.startIn("rt", "gpsd", "gpsd", {"-N", "-n", "tcp://127.0.0.1:7000"});
        QCOMPARE(m_gps->rightUntil("Healthy", 40), QString());
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestGpsTrust test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_gps_trust.moc"
