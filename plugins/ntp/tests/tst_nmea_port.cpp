// SPDX-License-Identifier: GPL-2.0-or-later
// A serial line over a pseudo-terminal: speed, unplugging, other programs, and the samples that chronyd's socket gets.
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "receiver_pty.h"
#include "receiver_text.h"
#include "refclock/device_holders.h"
#include "refclock/gps_clock.h"

using namespace fos1::ntp;
using namespace fos1::lab;
using namespace std::chrono_literals;

namespace {

GpsSpec specFor(const QString& device) {
    GpsSpec spec;
    spec.device = device;
    spec.options.refid = QStringLiteral("NMEA");
    spec.pivotUnix = 1'767'225'600;
    return spec;
}

/// Sends the burst of each second of the machine's clock, or of another time.
class Player : public QObject {
   public:
    explicit Player(const ReceiverPty& pty) : m_pty(pty) {
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setSingleShot(true);
        connect(&m_timer, &QTimer::timeout, this, [this] {
            const qint64 now = QDateTime::currentMSecsSinceEpoch();
            Report report;
            report.time = QDateTime::fromMSecsSinceEpoch((now + 100) / 1000 * 1000, Qt::UTC);
            const bool isRight = onlyAt == 0 || m_pty.speed() == onlyAt;
            m_pty.write(isRight ? burst(report) : QByteArray(200, '\x78'));
            plan();
        });
        plan();
    }
    speed_t onlyAt = 0;  ///< a reader with another speed sees rubbish

   private:
    void plan() { m_timer.start(static_cast<int>(1000 - QDateTime::currentMSecsSinceEpoch() % 1000)); }

    const ReceiverPty& m_pty;
    QTimer m_timer;
};

/// What chronyd makes of `refclock SOCK`.
class SampleSocket {
   public:
    explicit SampleSocket(const QString& path) : m_path(QFile::encodeName(path)) {
        m_file = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        qstrncpy(address.sun_path, m_path.constData(), sizeof address.sun_path);
        ::unlink(m_path.constData());
        if (::bind(m_file, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) qFatal("bind failed");
    }
    ~SampleSocket() {
        ::close(m_file);
        ::unlink(m_path.constData());
    }
    [[nodiscard]] QByteArray next() const {
        QByteArray datagram(256, '\0');
        const auto length = ::recv(m_file, datagram.data(), static_cast<std::size_t>(datagram.size()), 0);
        return length < 0 ? QByteArray() : datagram.left(length);
    }

   private:
    QByteArray m_path;
    int m_file = -1;
};

double cpuSeconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

QList<int> disciplines;  // NOLINT: what a plain function was called with

}  // namespace

class TestNmeaPort : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;

    [[nodiscard]] QString path(const char* name) const { return m_dir.filePath(QLatin1String(name)); }
    static bool hasReason(const GpsClock& clock, const char* reason, int patience) {
        const bool has = QTest::qWaitFor([&] { return clock.facts().reason == QLatin1String(reason); }, patience);
        if (!has) qWarning() << clock.facts().reason << clock.facts().message;
        return has;
    }

   private Q_SLOTS:
    /// The discipline is set on the open port, and the sentences come as before. No kernel here has it for
    /// pseudo-terminals, so the call is behind a seam.
    void pulsesOnItsLine() {
        ReceiverPty pty;
        const Player player(pty);
        quint64 bytes = 0;
        disciplines.clear();
        {
            NmeaPort port(pty.device(), 115200, [&bytes] { return bytes; });
            QObject::connect(&port, &NmeaPort::received, &port,
                             [&bytes](const QByteArray& all) { bytes += static_cast<quint64>(all.size()); });
            port.takePulses([](int file, int discipline) {
                disciplines.append(::isatty(file) == 1 ? discipline : -1);
                return 0;
            });
            port.start();
            QTRY_VERIFY(bytes > 0);
            QCOMPARE(disciplines, QList<int>{18});
            QCOMPARE(port.pulseTrouble(), QString());
        }
        QCOMPARE(disciplines, (QList<int>{18, 0}));
        NmeaPort port(pty.device(), 115200, [] { return quint64{0}; });
        port.takePulses([](int, int) { return EINVAL; });
        port.start();
        QTRY_VERIFY(port.pulseTrouble().contains(QLatin1String("pps_ldisc")));
        QVERIFY(port.isOpen());
    }

    void samplesReachTheSocketAndAgainAfterARestart() {
        const ReceiverPty pty;
        Player player(pty);
        auto socket = std::make_unique<SampleSocket>(path("gps.sock"));
        const GpsClock clock(specFor(pty.device()), path("gps.sock"), 1s, {});
        QByteArray sample;
        QVERIFY(QTest::qWaitFor([&] { return !(sample = socket->next()).isEmpty(); }, 12'000));
        QCOMPARE(sample.size(), 40);
        double offset = 0;
        memcpy(&offset, sample.constData() + 16, sizeof offset);
        QVERIFY2(offset < 0 && offset > -0.2, qPrintable(QString::number(offset)));
        QVERIFY(sample.endsWith(QByteArray::fromHex("4b434f53")));
        QCOMPARE(clock.facts().reason, QStringLiteral("Healthy"));
        socket.reset();
        QVERIFY(hasReason(clock, "NotFed", 3000));
        socket = std::make_unique<SampleSocket>(path("gps.sock"));
        QVERIFY(QTest::qWaitFor([&] { return !socket->next().isEmpty(); }, 3000));
        QVERIFY(hasReason(clock, "Healthy", 1000));
    }

    void theSpeedIsFound_data() {
        QTest::addColumn<int>("spoken");
        QTest::addColumn<int>("configured");
        QTest::newRow("9600 at once") << int(B9600) << 0;
        QTest::newRow("115200, not configured") << int(B115200) << 0;
        QTest::newRow("9600, configured otherwise") << int(B9600) << 115200;
    }

    void theSpeedIsFound() {
        QFETCH(int, spoken);
        QFETCH(int, configured);
        const ReceiverPty pty;
        Player player(pty);
        player.onlyAt = static_cast<speed_t>(spoken);
        GpsSpec spec = specFor(pty.device());
        if (configured != 0) spec.baud = configured;
        const GpsClock clock(spec, {}, 1s, {});
        QVERIFY(hasReason(clock, "Healthy", 20'000));
        if (configured != 0)
            QVERIFY2(clock.facts().message.contains("speaks at 9600 baud, the spec says 115200"),
                     qPrintable(clock.facts().message));
        // The receiver is reset to another speed.
        player.onlyAt = B38400;
        QVERIFY(hasReason(clock, "NoSentences", 10'000));
        QVERIFY(hasReason(clock, "Healthy", 30'000));
        QCOMPARE(clock.facts().gnss->baud, 38400);
    }

    /// Under another number, behind the link that the spec names. /dev/shm is below /dev.
    void unpluggedAndPluggedInAgain() {
        const QTemporaryDir links(QStringLiteral("/dev/shm/fos1-receiver-XXXXXX"));
        const QString link = links.filePath(QStringLiteral("gps0"));
        auto pty = std::make_unique<ReceiverPty>();
        QVERIFY(QFile::link(pty->device(), link));
        const GpsClock clock(specFor(link), {}, 1s, {});
        auto player = std::make_unique<Player>(*pty);
        QVERIFY(hasReason(clock, "Healthy", 10'000));
        int changes = 0;
        connect(&clock, &GpsClock::changed, this, [&changes] { ++changes; });
        player.reset();
        pty.reset();
        QFile::remove(link);
        QVERIFY(hasReason(clock, "HardwareMissing", 2000));
        const double before = cpuSeconds();
        QTest::qWait(3000);
        QVERIFY(cpuSeconds() - before < 0.3);  // a busy loop takes all of it
        QVERIFY(changes <= 2);
        pty = std::make_unique<ReceiverPty>();
        player = std::make_unique<Player>(*pty);
        QVERIFY(QFile::link(pty->device(), link));
        QElapsedTimer timer;
        timer.start();
        QVERIFY(hasReason(clock, "Healthy", 10'000));
        qInfo() << "healthy again after" << timer.elapsed() << "ms";
        QFile::remove(link);
    }

    void anotherReaderIsNamed() {
        const ReceiverPty pty;
        QProcess reader;
        reader.setStandardInputFile(pty.device());
        reader.start(QStringLiteral("sleep"), {QStringLiteral("60")});
        QVERIFY(reader.waitForStarted());
        const GpsClock clock(specFor(pty.device()), {}, 1s, {});
        QVERIFY(hasReason(clock, "DeviceBusy", 2000));
        QVERIFY2(clock.facts().message.contains(QStringLiteral("sleep (process %1)").arg(reader.processId())),
                 qPrintable(clock.facts().message));
        reader.kill();
        reader.waitForFinished();
        QVERIFY(QTest::qWaitFor([&] { return clock.facts().isPresent; }, 6000));
    }

    void absentSilentAndRubbish() {
        const GpsClock absent(specFor(QStringLiteral("/dev/no-such-receiver")), {}, 1s, {});
        QVERIFY(hasReason(absent, "HardwareMissing", 1000));
        const ReceiverPty quiet;
        const GpsClock silent(specFor(quiet.device()), {}, 1s, {});
        QVERIFY(hasReason(silent, "NoData", 8000));
        const ReceiverPty noisy;
        const GpsClock rubbish(specFor(noisy.device()), {}, 1s, {});
        QTimer timer;
        connect(&timer, &QTimer::timeout, &timer, [&noisy] { noisy.write(QByteArray(100, '\xa5')); });
        timer.start(100);
        QVERIFY(hasReason(rubbish, "NoSentences", 8000));
        QCOMPARE(rubbish.facts().samples, 0U);
    }
};

QTEST_GUILESS_MAIN(TestNmeaPort)
#include "tst_nmea_port.moc"
