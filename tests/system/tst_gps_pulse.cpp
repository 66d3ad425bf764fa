// SPDX-License-Identifier: GPL-2.0-or-later
// A receiver with a pulse, against a real chronyd: the pulse is followed and the receiver numbers it. The device for
// the pulse is made by a library that is preloaded into host and chronyd, since no kernel here has one.
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include "gps_under_test.h"
#include "isolation.h"
#include "tree.h"

using namespace fos1;
using fos1::system::GpsUnderTest;

namespace {

const QByteArray kComment = "# the antenna on the roof";

QByteArray textOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

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

    /// What chronyd has of the sentences, against the clock that follows the pulse; in seconds.
    [[nodiscard]] std::optional<double> offsetOfSentences() const {
        const QJsonObject page =
            QJsonDocument::fromJson(m_gps->host->ctl({"ntp", "refclocks", "-o", "json"}).output).object();
        const QJsonObject table = page[u"sections"].toArray().at(0)[u"table"].toObject();
        qsizetype column = 0;
        const QJsonArray columns = table[u"columns"].toArray();
        while (column < columns.size() && columns.at(column)[u"title"].toString() != u"Offset") ++column;
        for (const QJsonValue& row : table[u"rows"].toArray())
            if (row[u"cells"].toArray().at(0).toString() == u"NMEA" && !row[u"cells"].toArray().at(column).isNull())
                return row[u"cells"].toArray().at(column).toDouble() / 1e9;
        return std::nullopt;
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
        QVERIFY(m_gps->declare("    hardware:\n      " + kComment + "\n      pps: {enabled: true, prefer: true}\n" +
                               m_gps->gps()));
        QTRY_VERIFY_WITH_TIMEOUT(m_gps->isStratum(1), 90'000);
        QTRY_COMPARE_WITH_TIMEOUT(selected(), QStringLiteral("NMEA"), 30'000);
        QCOMPARE(m_gps->rightUntil("HardwareMissing", 5), QString());
        QVERIFY(m_gps->condition("HardwareHealthy")[u"message"].toString().contains("PPS (/dev/pps0)"));
        QCOMPARE(m_gps->condition("FullyImplemented")[u"status"].toString(), QStringLiteral("True"));
        pulses("well");
        verifyPulseIsFollowed();
        QTRY_COMPARE_WITH_TIMEOUT(clock("PPS")[u"reason"].toString(), QStringLiteral("Healthy"), 15'000);
        const QByteArray why = m_gps->host->ctl({"ntp", "refclocks"}).output;
        QVERIFY2(why.contains("NMEA numbers the seconds"), why.constData());
    }

    /// The sentences come 120 ms late, give or take 10. What is proposed is written into the manifest as a person
    /// would, and chronyd gets it.
    void itsDelayIsMeasured() {
        constexpr double kTrue = 0.120;
        const auto early = m_gps->host->ctl({"ntp", "calibrate", "NMEA:1024", "--apply"});
        QCOMPARE(early.exitCode, 1);
        QVERIFY2(early.errors.contains("of 1024 instants so far"), early.errors.constData());
        const auto waited = lab::run(
            tree::builtFile("bin/fos1ctl"),
            {"--socket", m_gps->host->socket(), "ntp", "calibrate", "NMEA:30", "--wait", "90", "-o", "json"}, 100'000);
        QVERIFY2(waited.errors.contains("[##########] ") && waited.errors.contains(" of 30 instants"),
                 waited.errors.constData());
        const QJsonObject proposal = QJsonDocument::fromJson(waited.output).object()[u"proposal"].toObject();
        const QJsonObject hardware = proposal[u"merge"][u"spec"][u"sources"][u"hardware"].toObject();
        const double offset = hardware[u"gps"][u"offset"].toDouble();
        const double delay = hardware[u"gps"][u"delay"].toDouble();
        QVERIFY2(delay > 0.01 && delay < 0.1 && std::abs(offset - kTrue) <= delay / 2, waited.output.constData());
        QCOMPARE(hardware[u"pps"][u"lock"].toString(), QStringLiteral("NMEA"));
        const QByteArray text = m_gps->host->ctl({"ntp", "calibrate", "NMEA:30"}).output;
        for (const char* words :
             {"Measured by", "PPS", "####", "Proposed for ntpservice.ntp.fos1.io/main-ntp", "lock:"})
            QVERIFY2(text.contains(words), text.constData());

        QTRY_VERIFY_WITH_TIMEOUT(std::abs(offsetOfSentences().value_or(0)) > kTrue / 2, 30'000);
        const QString manifest = m_gps->host->manifest(QStringLiteral("main.yaml"));
        const QByteArray before = textOf(manifest);
        QVERIFY(before.contains(kComment));
        const auto applied = m_gps->host->ctl({"ntp", "calibrate", "NMEA:30", "--apply"});
        QVERIFY2(applied.exitCode == 0, applied.errors.constData());
        QCOMPARE(applied.output, QByteArray("ntpservice.ntp.fos1.io/main-ntp configured\n"));
        const QByteArray after = textOf(manifest);
        QVERIFY2(after.contains(kComment) && after.contains("offset: 0.1") && after.contains("lock: NMEA") &&
                     !after.contains("maxupdateskew"),
                 after.constData());
        const auto isCorrected = [this, delay] {
            const auto left = offsetOfSentences();
            return left && std::abs(*left) < delay;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isCorrected(), 60'000);
        verifyPulseIsFollowed();
        QCOMPARE(m_gps->host->ctl({"ntp", "calibrate", "NMEA:1024", "--apply"}).exitCode, 1);
        QCOMPARE(textOf(manifest), after);
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
