// SPDX-License-Identifier: GPL-2.0-or-later
// Trains of pulses: what is missing, too many, on the other edge, or no clock at all.
#include <QDir>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>
#include <cerrno>

#include "refclock/pulse_clock.h"
#include "refclock/pulse_line.h"

using namespace fos1;
using namespace fos1::ntp;

namespace {

/// Edges at given times, as the kernel counts them, looked at four times a second.
class Train {
   public:
    explicit Train(int rate = 1, bool isClearEdge = false) : train(rate, isClearEdge) {}

    /// From now on for `seconds`: `each` is called for each second and gives the times of its pulses, in ms.
    void run(int seconds, const std::function<std::vector<double>(int)>& each) {
        for (int i = 0; i < seconds; ++i, ++m_second) {
            const std::vector<double> pulses = each(m_second);
            for (int quarter = 0; quarter < 4; ++quarter) {
                for (const double ms : pulses)
                    if (ms >= quarter * 250 && ms < (quarter + 1) * 250) {
                        ++edge.sequence;
                        edge.atNs = m_second * kNsPerSecond + static_cast<qint64>(ms * 1e6);
                    }
                nowNs = m_second * kNsPerSecond + (quarter + 1) * 250'000'000;
                train.look(isOther ? PulseReading{{}, edge} : PulseReading{edge, {}}, nowNs);
            }
        }
    }
    [[nodiscard]] PulseTrouble trouble() const { return train.trouble(nowNs); }

    PulseTrain train;
    PulseEdge edge;
    bool isOther = false;  ///< the clear edge
    qint64 nowNs = 0;

   private:
    int m_second = 100;
};

class FakePulses final : public PulseDevice {
   public:
    explicit FakePulses(QString name) : m_name(std::move(name)) {}
    Result<PulseReading> read() override {
        const qint64 now = arrivalNow().realNs;
        const auto second = static_cast<quint32>(now / kNsPerSecond);
        return PulseReading{{second, second * kNsPerSecond}, {}};
    }
    [[nodiscard]] QString sourceName() const override { return m_name; }

   private:
    const QString m_name;
};

PulseClock::Open opens(const char* name) {
    return [name](const QString&) -> Result<std::unique_ptr<PulseDevice>> {
        return std::unique_ptr<PulseDevice>(std::make_unique<FakePulses>(QLatin1String(name)));
    };
}

std::vector<double> well(int second) { return {(second % 3) * 0.001}; }

}  // namespace

class TestPulses : public QObject {
    Q_OBJECT

   private Q_SLOTS:
    void steady() {
        Train train;
        train.run(1, well);
        train.run(60, well);
        QCOMPARE(train.trouble(), PulseTrouble::None);
        QCOMPARE(train.train.facts().missed, 0U);
        QCOMPARE(train.train.facts().extra, 0U);
        QVERIFY(train.train.facts().jitter && *train.train.facts().jitter < std::chrono::microseconds(3));
        QVERIFY(std::abs(train.train.ratePerSecond() - 1) < 0.01);
    }

    void none() {
        Train train;
        train.run(2, [](int) { return std::vector<double>(); });
        QCOMPARE(train.trouble(), PulseTrouble::Starting);
        train.run(3, [](int) { return std::vector<double>(); });
        QCOMPARE(train.trouble(), PulseTrouble::NoPulse);
        train.run(10, well);
        QCOMPARE(train.trouble(), PulseTrouble::None);
        train.run(4, [](int) { return std::vector<double>(); });
        QCOMPARE(train.trouble(), PulseTrouble::NoPulse);
    }

    /// One pulse in 300 is 3 ms off, and one is missing.
    void oneBadPulseIsNoTrouble() {
        Train train;
        for (int i = 0; i < 900; ++i)
            train.run(1, [i](int second) {
                return i % 300 == 150 ? std::vector<double>{3} : i % 300 == 200 ? std::vector<double>() : well(second);
            });
        QCOMPARE(train.trouble(), PulseTrouble::None);
        QCOMPARE(train.train.facts().missed, 3U);
    }

    void oneTooMany() {
        Train train;
        train.run(20, well);
        train.run(1, [](int) { return std::vector<double>{0, 400}; });
        train.run(5, well);
        QCOMPARE(train.trouble(), PulseTrouble::None);
        QCOMPARE(train.train.facts().extra, 2U);  // it makes two distances short
    }

    void doubled_data() {
        QTest::addColumn<double>("second");
        QTest::newRow("after 100 ms") << 100.0;
        QTest::newRow("after 400 ms") << 400.0;
        QTest::newRow("half way") << 500.0;
        QTest::newRow("after 900 ms") << 900.0;
    }
    void doubled() {
        QFETCH(double, second);
        Train train;
        train.run(20, well);
        train.run(4, [second](int) { return std::vector<double>{0, second}; });
        QCOMPARE(train.trouble(), PulseTrouble::TooMany);
        train.run(20, well);
        QCOMPARE(train.trouble(), PulseTrouble::TooMany);
        train.run(20, well);
        QCOMPARE(train.trouble(), PulseTrouble::None);
    }

    void everySecondOneIsMissing() {
        Train train;
        train.run(20, [](int second) { return second % 2 == 0 ? std::vector<double>{0} : std::vector<double>(); });
        QCOMPARE(train.trouble(), PulseTrouble::Missing);
    }

    void tenASecond() {
        const auto ten = [](int) { return std::vector<double>{0, 100, 200, 300, 400, 500, 600, 700, 800, 900}; };
        Train train;
        train.run(20, ten);
        QCOMPARE(train.trouble(), PulseTrouble::TooMany);
        Train declared(10);
        declared.run(20, ten);
        QCOMPARE(declared.trouble(), PulseTrouble::None);
    }

    void theOtherEdge() {
        Train train;
        train.isOther = true;
        train.run(20, well);
        QCOMPARE(train.trouble(), PulseTrouble::OtherEdge);
        Train clear(1, true);
        clear.isOther = true;
        clear.run(20, well);
        QCOMPARE(clear.trouble(), PulseTrouble::None);
    }

    void aTimerOfTheKernelIsNoClock() {
        const PulseClock clock({QStringLiteral("PPS"), ClockKind::Pps, QStringLiteral("/dev/pps0"), 1, false, {}},
                               opens("ktimer"));
        QTRY_COMPARE(clock.facts().reason, QStringLiteral("NoClock"));
        QVERIFY(clock.facts().isMisleading);
        const PulseClock real({QStringLiteral("PPS"), ClockKind::Pps, QStringLiteral("/dev/pps0"), 1, false, {}},
                              opens("serial0"));
        QTRY_COMPARE_WITH_TIMEOUT(real.facts().reason, QString(kHealthyClock), 5000);
        QVERIFY(!real.facts().isMisleading);
    }

    void absent() {
        const PulseClock clock({QStringLiteral("PPS"), ClockKind::Pps, QStringLiteral("/dev/no-pps"), 1, false, {}});
        QCOMPARE(clock.facts().reason, QStringLiteral("HardwareMissing"));
        QVERIFY2(clock.facts().message.contains("/dev/no-pps"), qPrintable(clock.facts().message));
    }

    /// As pps-ldisc of Linux names its devices.
    void theDeviceOfALine() {
        QTemporaryDir directory;
        const auto put = [&](const char* path, const QByteArray& text) {
            QVERIFY(QDir(directory.path()).mkpath(QFileInfo(QLatin1String(path)).path()));
            QFile file(directory.filePath(QLatin1String(path)));
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) == text.size());
        };
        const QString line = directory.filePath(QStringLiteral("ttyS5"));
        put("ttyS5", {});
        put("pps/pps0/path", "\n");
        put("pps/pps1/path", "/dev/ttyS9\n");
        const QString kernel = directory.filePath(QStringLiteral("pps"));
        QCOMPARE(pulseDeviceOf(line, kernel), line);
        put("pps/pps2/path", QFileInfo(line).canonicalFilePath().toUtf8() + '\n');
        QCOMPARE(pulseDeviceOf(line, kernel), QStringLiteral("/dev/pps2"));
        const QString link = directory.filePath(QStringLiteral("by-id"));
        QVERIFY(QFile::link(line, link));
        QCOMPARE(pulseDeviceOf(link, kernel), QStringLiteral("/dev/pps2"));
        QVERIFY(isSerialLine(line) && isSerialLine(link) && isSerialLine(QStringLiteral("/dev/ttyUSB9")));
        QVERIFY(!isSerialLine(QStringLiteral("/dev/pps0")));
        QCOMPARE(pulseDeviceOf(QStringLiteral("/dev/ttyUSB999"), kernel), QStringLiteral("/dev/ttyUSB999"));
    }

    void whatTheKernelLacksIsSaid() {
        QVERIFY(attachPulses(-1, QStringLiteral("/dev/ttyS0"), [](int, int discipline) {
                    return discipline == 18 ? 0 : EINVAL;
                }).has_value());
        const auto none = attachPulses(-1, QStringLiteral("/dev/ttyS0"), [](int, int) { return EINVAL; });
        QVERIFY(!none && none.error().message.contains(QLatin1String("pps_ldisc")));
        // A file that is no line, for the real call.
        QVERIFY(!attachPulses(-1, QStringLiteral("/dev/ttyS0")));
    }
};

QTEST_GUILESS_MAIN(TestPulses)
#include "tst_pulses.moc"
