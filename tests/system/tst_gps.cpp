// SPDX-License-Identifier: GPL-2.0-or-later
// A node with a satellite receiver on a pseudo-terminal and a real chronyd: it serves stratum 1, and whatever the
// receiver does, what is served is as right as it is said to be.
#include <signal.h>

#include <QElapsedTimer>
#include <QTest>

#include "gps_under_test.h"
#include "isolation.h"

using namespace fos1;
using fos1::lab::Playing;
using fos1::lab::ReceiverFault;
using fos1::system::GpsUnderTest;

class TestGps : public QObject {
    Q_OBJECT

    std::unique_ptr<GpsUnderTest> m_gps;

   private Q_SLOTS:
    void initTestCase() {
        m_gps = std::make_unique<GpsUnderTest>();
        QCOMPARE(m_gps->start(), QString());
    }

    void gpsAloneSynchronizes() {
        QVERIFY(m_gps->declare("    hardware:\n" + m_gps->gps()));
        QElapsedTimer timer;
        timer.start();
        const bool is = QTest::qWaitFor([this] { return m_gps->isStratum(1); }, 90'000);
        QVERIFY2(is, m_gps->host->log().constData());
        qInfo() << "stratum 1 after" << timer.elapsed() << "ms";
        QCOMPARE(m_gps->rightUntil("Healthy", 5, 5), QString());
        QCOMPARE(m_gps->condition("FullyImplemented")[u"status"].toString(), QStringLiteral("True"));
        QCOMPARE(m_gps->condition("HardwareHealthy")[u"status"].toString(), QStringLiteral("True"));
        const auto status = [this] { return m_gps->host->service("main-ntp")[u"status"].toObject(); };
        QTRY_VERIFY_WITH_TIMEOUT(status()[u"synchronized"].toBool(), 30'000);
        const QJsonObject clock = status()[u"refclocks"].toArray().at(0).toObject();
        QCOMPARE(clock[u"name"].toString(), QStringLiteral("NMEA"));
        QCOMPARE(clock[u"device"].toString(), m_gps->link());
        QCOMPARE(m_gps->sync()[u"source"][u"kind"].toString(), QStringLiteral("refclock"));
    }

    void itIsShown() {
        const QByteArray page = m_gps->host->ctl({"ntp", "refclocks"}).output;
        for (const char* words : {"NMEA", "autonomous", "The receiver has a fix", "The clock follows it"})
            QVERIFY2(page.contains(words), page.constData());
        const QByteArray metrics = m_gps->host->http("/metrics");
        for (const char* line : {"ntp_refclock_healthy{clock=\"NMEA\",kind=\"gps\"} 1", "ntp_refclock_satellites_used{",
                                 "ntp_refclock_hdop{", "ntp_refclock_samples_total{", "ntp_refclock_sentences_total{"})
            QVERIFY2(metrics.contains(line), line);
    }

    /// One after the other, with a client that asks all the time. After a jump the receiver is believed again only when
    /// it has been right for half a minute, so jumps follow each other.
    void whateverItDoesNothingWrongIsServed_data() {
        QTest::addColumn<int>("fault");
        QTest::addColumn<qint64>("shift");
        QTest::addColumn<int>("baud");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, ReceiverFault fault, qint64 shift, int baud, const char* reason) {
            QTest::newRow(name) << int(fault) << shift << baud << QString(reason);
        };
        constexpr qint64 kRollover = qint64{1024} * 7 * 86'400;
        row("garbage", ReceiverFault::Garbage, 0, 115200, "NoSentences");
        row("wrong checksums", ReceiverFault::WrongChecksums, 0, 115200, "NoSentences");
        row("half sentences", ReceiverFault::HalfSentences, 0, 4800, "NoSentences");
        row("nothing comes", ReceiverFault::Silent, 0, 115200, "NoData");
        row("back to the last rollover", ReceiverFault::None, -kRollover, 115200, "WeekRollover");
        row("10 Hz at 9600 baud", ReceiverFault::TenHertz, 0, 9600, "Overrun");
        row("good in between", ReceiverFault::None, 0, 115200, "Healthy");
        row("a frozen second", ReceiverFault::Frozen, 0, 115200, "Frozen");
        row("good again", ReceiverFault::None, 0, 115200, "Healthy");
        row("5 s ahead", ReceiverFault::None, 5, 115200, "Jumped");
        row("a leap second early", ReceiverFault::None, -1, 115200, "LeapUnannounced");
        row("into the next rollover", ReceiverFault::None, kRollover, 115200, "Jumped");
        row("good for long", ReceiverFault::None, 0, 115200, "Healthy");
        row("no fix", ReceiverFault::NoFix, 0, 115200, "NoFix");
        row("a fix again", ReceiverFault::None, 0, 115200, "Healthy");
    }

    void whateverItDoesNothingWrongIsServed() {
        QFETCH(int, fault);
        QFETCH(qint64, shift);
        QFETCH(int, baud);
        QFETCH(QString, reason);
        Playing playing;
        playing.fault = static_cast<ReceiverFault>(fault);
        playing.shiftSeconds = shift;
        playing.baud = baud;
        m_gps->receiver->play(playing);
        QCOMPARE(m_gps->rightUntil(reason, 60, 5), QString());
        qInfo() << qPrintable(m_gps->condition("HardwareHealthy")[u"message"].toString());
        const bool isGood = reason == u"Healthy" || reason == u"WeekRollover";
        QTRY_COMPARE_WITH_TIMEOUT(m_gps->condition("HardwareHealthy")[u"status"].toString(),
                                  QLatin1String(isGood ? "True" : "False"), 30'000);
        QTRY_VERIFY_WITH_TIMEOUT(m_gps->ask().has_value(), 10'000);
    }

    void unplugged() {
        m_gps->unplug();
        QCOMPARE(m_gps->rightUntil("HardwareMissing", 10), QString());
        // The clock is held over, and its bound is that of the receiver and more.
        const auto isHeldOver = [this] {
            return m_gps->sync()[u"holdover"].toBool() && m_gps->sync()[u"error_bound_ns"].toDouble() > 5e8;
        };
        QCOMPARE(m_gps->rightUntil(isHeldOver, 90), QString());
        m_gps->receiver->plugIn();
        m_gps->plugIn();
        QCOMPARE(m_gps->rightUntil("Healthy", 20), QString());
        QTRY_VERIFY_WITH_TIMEOUT(m_gps->sync()[u"synchronised"].toBool(), 20'000);
    }

    /// Asked for, never configured, also when the host was killed on the way: a request has no effect beyond its
    /// answer.
    void aUbloxReceiverIsAsked() {
        QCOMPARE(m_gps->receiver->answered(), 0);  // unless the spec wants it
        QVERIFY(m_gps->declare("    hardware:\n" + m_gps->gps(", ubx: true")));
        QTRY_VERIFY_WITH_TIMEOUT(
            m_gps->host->http("/metrics")
                .contains("ntp_refclock_pulse_quantization_picoseconds{clock=\"NMEA\",kind=\"gps\"} -5250"),
            40'000);
        QTRY_VERIFY(
            m_gps->host->http("/metrics").contains("ntp_refclock_leap_seconds{clock=\"NMEA\",kind=\"gps\"} 18"));
        QCOMPARE(m_gps->rightUntil("Healthy", 30, 10), QString());
        const QByteArray page = m_gps->host->ctl({"ntp", "refclocks"}).output;
        for (const char* words : {"-5.250 ns", "44 dBHz", "Leap seconds"})
            QVERIFY2(page.contains(words), page.constData());
        QVERIFY2(!page.contains("does not answer"), page.constData());
        Playing playing;
        playing.leapSource = 0;
        m_gps->receiver->play(playing);
        QCOMPARE(m_gps->rightUntil("LeapSecondsUnknown", 20, 3), QString());
        m_gps->receiver->play({});
        QCOMPARE(m_gps->rightUntil("Healthy", 20), QString());
        QVERIFY(m_gps->receiver->answered() > 5);
        QCOMPARE(m_gps->receiver->otherRequests().toHex(), QByteArray());
    }

    void chronydIsStartedAgain() {
        for (const qint64 pid : m_gps->host->chronyds()) ::kill(static_cast<pid_t>(pid), SIGKILL);
        QTRY_COMPARE_WITH_TIMEOUT(m_gps->host->chronyds().size(), 1, 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(m_gps->isStratum(1), 30'000);
        QCOMPARE(m_gps->rightUntil("Healthy", 5), QString());
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestGps test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_gps.moc"
