// SPDX-License-Identifier: GPL-2.0-or-later
// A node with a satellite receiver on a pseudo-terminal and a real chronyd: it serves stratum 1, and whatever the
// receiver does, what is served is as right as it is said to be.
#include <QElapsedTimer>
#include <QFile>
#include <QTest>
#include <cmath>

#include "host_under_test.h"
#include "isolation.h"
#include "receiver.h"

using namespace fos1;
using fos1::lab::Playing;
using fos1::lab::ReceiverFault;
using fos1::system::HostUnderTest;

namespace {

QByteArray service(const QByteArray& sources) {
    return "apiVersion: ntp.fos1.io/v1alpha1\n"
           "kind: NTPService\n"
           "metadata: {name: main-ntp}\n"
           "spec:\n"
           "  enabled: true\n"
           "  sources:\n" +
           sources +
           "  server: {}\n"
           "  security:\n"
           "    access:\n"
           "      - {network: 10.2.0.0/24, permission: allow}\n";
}

QByteArray gps(const QString& device, const QByteArray& more = {}) {
    return "    hardware:\n      gps: {enabled: true, device: " + device.toUtf8() + more + "}\n";
}

}  // namespace

class TestGps : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<HostUnderTest> m_host;
    std::unique_ptr<lab::Receiver> m_receiver;

    /// The spec names a link, as udev's are; /dev/shm is below /dev.
    const QString m_link = QStringLiteral("/dev/shm/fos1-gps-%1").arg(QCoreApplication::applicationPid());

    void plugIn() const {
        QFile::remove(m_link);
        QVERIFY(QFile::link(m_receiver->device(), m_link));
    }
    [[nodiscard]] QJsonObject condition(const char* type) const {
        return HostUnderTest::condition(m_host->service("main-ntp")[u"status"][u"conditions"].toArray(),
                                        QLatin1String(type));
    }
    [[nodiscard]] QString reason() const { return condition("HardwareHealthy")[u"reason"].toString(); }

    /// Whether a client gets time that is right to within what this node says of itself. The machine's clock is the
    /// truth.
    void verifyBound() const {
        const QJsonObject sync = m_host->syncState("main-ntp")[u"value"].toObject();
        const auto answer = m_lab->askTime("cl", "10.2.0.1");
        if (!answer || answer->leap == 3) return;
        const double offset = std::abs(static_cast<double>(answer->offset.count()));
        const double bound = sync[u"error_bound_ns"].toDouble();
        QVERIFY2(offset <= bound + 1e6,
                 qPrintable(QStringLiteral("%1 ms off, said to be within %2 ms").arg(offset / 1e6).arg(bound / 1e6)));
    }
    /// Until the condition is this, and for `seconds` more, what is served is right.
    void verifyRightUntil(const char* wanted, int patienceSeconds, int seconds = 3) {
        QElapsedTimer timer;
        timer.start();
        while (reason() != QLatin1String(wanted)) {
            verifyBound();
            if (QTest::currentTestFailed()) return;
            QVERIFY2(timer.elapsed() < patienceSeconds * 1000, qPrintable(reason()));
            QTest::qWait(250);
        }
        timer.start();
        while (timer.elapsed() < seconds * 1000) {
            verifyBound();
            if (QTest::currentTestFailed()) return;
            QTest::qWait(250);
        }
    }
    void play(const Playing& playing) const { m_receiver->play(playing); }
    [[nodiscard]] bool isStratumOne() const {
        const auto answer = m_lab->askTime("cl", "10.2.0.1");
        return answer && answer->leap != 3 && answer->stratum == 1;
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        m_receiver = std::make_unique<lab::Receiver>();
        plugIn();
        m_host = std::make_unique<HostUnderTest>(*m_lab, "host");
        QVERIFY(m_host->start());
    }
    void cleanupTestCase() { QFile::remove(m_link); }

    void gpsAloneSynchronizes() {
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service(gps(m_link))));
        QElapsedTimer timer;
        timer.start();
        const bool is = QTest::qWaitFor([this] { return isStratumOne(); }, 40'000);
        QVERIFY2(is, m_host->log().constData());
        qInfo() << "stratum 1 after" << timer.elapsed() << "ms";
        verifyRightUntil("Healthy", 5, 5);
        QCOMPARE(condition("FullyImplemented")[u"status"].toString(), QStringLiteral("True"));
        QCOMPARE(condition("HardwareHealthy")[u"status"].toString(), QStringLiteral("True"));
        QTRY_VERIFY(m_host->service("main-ntp")[u"status"][u"synchronized"].toBool());
        const QJsonObject clock = m_host->service("main-ntp")[u"status"][u"refclocks"].toArray().at(0).toObject();
        QCOMPARE(clock[u"name"].toString(), QStringLiteral("NMEA"));
        QCOMPARE(clock[u"device"].toString(), m_link);
        const QJsonObject sync = m_host->syncState("main-ntp")[u"value"].toObject();
        QCOMPARE(sync[u"source"][u"kind"].toString(), QStringLiteral("refclock"));
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
