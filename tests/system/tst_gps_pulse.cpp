// SPDX-License-Identifier: GPL-2.0-or-later
// A receiver with a pulse, against a real chronyd: the pulse is followed and the receiver numbers it. The device for
// the pulse is made by a library that is preloaded into host and chronyd, since no kernel here has one.
#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include "gps_under_test.h"
#include "isolation.h"
#include "tree.h"

using namespace fos1;
using fos1::system::GpsUnderTest;

class TestGpsPulse : public QObject {
    Q_OBJECT

    std::unique_ptr<GpsUnderTest> m_gps;

    void pulses(const QByteArray& how) const { QVERIFY(lab::writeFile(m_gps->lab.path("pulses"), how)); }
    [[nodiscard]] QString selected() const { return m_gps->sync()[u"source"][u"name"].toString(); }
    [[nodiscard]] QJsonObject clock(const char* name) const {
        for (const QJsonValue& each : m_gps->host->service("main-ntp")[u"status"][u"refclocks"].toArray())
            if (each[u"name"].toString() == QLatin1String(name)) return each.toObject();
        return {};
    }
    void verifyPulseIsFollowed() const {
        QTRY_COMPARE_WITH_TIMEOUT(selected(), QStringLiteral("PPS"), 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(m_gps->sync()[u"error_bound_ns"].toDouble() < 1e7, 30'000);
        QCOMPARE(m_gps->rightUntil("Healthy", 10, 5), QString());
        // What was left of the error while the sentences were followed is corrected slowly, and an answer may be late.
        const auto isExact = [this] {
            const auto answer = m_gps->ask();
            return answer && answer->stratum == 1 && std::chrono::abs(answer->offset) < std::chrono::milliseconds(1);
        };
        QTRY_VERIFY_WITH_TIMEOUT(isExact(), 120'000);
    }

   private Q_SLOTS:
    void initTestCase() {
        m_gps = std::make_unique<GpsUnderTest>();
        const QByteArray shim = tree::builtFile("tests/libfos1_pulse_shim.so").toUtf8();
        const QByteArray state = m_gps->lab.path("pulses").toUtf8();
        const QString wrapper = m_gps->lab.path("chronyd-with-pulses");
        QVERIFY(lab::writeFile(wrapper, "#!/bin/sh\nexport LD_PRELOAD=" + shim + " PULSES=" + state +
                                            "\nexec /usr/sbin/chronyd \"$@\"\n"));
        QFile::setPermissions(wrapper, QFile::ReadOwner | QFile::ExeOwner | QFile::ReadOther | QFile::ExeOther);
        m_gps->host->config.replace("ntp: {", "ntp: {chronyd: " + wrapper.toUtf8() + ", ");
        pulses("absent");
        QCOMPARE(m_gps->start({"LD_PRELOAD=" + shim, "PULSES=" + state, "ASAN_OPTIONS=verify_asan_link_order=0"}),
                 QString());
    }

    /// A missing device would end chronyd.
    void aDeviceThatIsAbsentIsWaitedFor() {
        QVERIFY(m_gps->declare("    hardware:\n      pps: {enabled: true, prefer: true}\n" + m_gps->gps()));
        QTRY_VERIFY_WITH_TIMEOUT(m_gps->isStratum(1), 40'000);
        QTRY_COMPARE(selected(), QStringLiteral("NMEA"));
        QCOMPARE(m_gps->rightUntil("HardwareMissing", 5), QString());
        QVERIFY(m_gps->condition("HardwareHealthy")[u"message"].toString().contains("PPS (/dev/pps0)"));
        QCOMPARE(m_gps->condition("FullyImplemented")[u"status"].toString(), QStringLiteral("True"));
        pulses("well");
        verifyPulseIsFollowed();
        QTRY_COMPARE_WITH_TIMEOUT(clock("PPS")[u"reason"].toString(), QStringLiteral("Healthy"), 15'000);
        const QByteArray why = m_gps->host->ctl({"ntp", "refclocks"}).output;
        QVERIFY2(why.contains("NMEA numbers the seconds"), why.constData());
    }

    /// The sentences come 120 ms late, give or take 10.
    void itsDelayIsMeasured() {
        QByteArray page;
        QTRY_VERIFY_WITH_TIMEOUT(
            (page = m_gps->host->ctl({"ntp", "calibrate", "NMEA"}).output).contains("Proposed for the NTPService"),
            30'000);
        const auto found = QRegularExpression("offset: 0\\.(\\d+)").match(QString::fromUtf8(page));
        QVERIFY2(found.hasMatch() && page.contains("PPS"), page.constData());
        const double offset = QString("0." + found.captured(1)).toDouble();
        QVERIFY2(offset > 0.11 && offset < 0.135, page.constData());
    }

    void aDeadPulse() {
        pulses("dead");
        QCOMPARE(m_gps->rightUntil("NoPulse", 10, 45), QString());
        pulses("well");
        verifyPulseIsFollowed();
    }

    void aDoubledPulse() {
        pulses("double");
        QCOMPARE(m_gps->rightUntil("TooManyPulses", 10, 20), QString());
        QTRY_VERIFY_WITH_TIMEOUT(m_gps->ask().has_value(), 10'000);
        pulses("well");
        QCOMPARE(m_gps->rightUntil("Healthy", 60), QString());
        verifyPulseIsFollowed();
    }

    void aDeviceThatVanishes() {
        pulses("absent");
        QCOMPARE(m_gps->rightUntil("HardwareMissing", 10, 20), QString());
        QTRY_COMPARE_WITH_TIMEOUT(selected(), QStringLiteral("NMEA"), 60'000);
        QCOMPARE(m_gps->host->chronyds().size(), 1);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestGpsPulse test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_gps_pulse.moc"
