// SPDX-License-Identifier: GPL-2.0-or-later
// The main job with real daemons: an upstream chronyd, the host with its chronyd, and a client across three network
// namespaces. What is served is asked with NTP, what runs is asked with chronyc and /proc, not with our own code.
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <QDateTime>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QTest>
#include <cmath>
#include <ctime>

#include "host_under_test.h"
#include "isolation.h"

using namespace fos1;
using fos1::system::HostUnderTest;

namespace {

constexpr double kUpstreamShift = 5.0;  ///< seconds by which the upstream's time differs from this machine's

QByteArray service(const QByteArray& sources, const QByteArray& more = {}) {
    return "apiVersion: ntp.fos1.io/v1alpha1\n"
           "kind: NTPService\n"
           "metadata: {name: main-ntp}\n"
           "spec:\n"
           "  enabled: true\n"
           "  sources:\n" +
           sources +
           "  server:\n"
           "    stratum: 4\n"
           "    makestep: {threshold: 0.1, limit: 3}\n"
           "  security:\n"
           "    access:\n"
           "      - {network: 10.2.0.0/24, permission: allow}\n"
           "      - {network: 'fd02::/64', permission: allow}\n" +
           more;
}

const QByteArray kOneServer = "    servers:\n      - {address: 10.1.0.1, iburst: true}\n";
const QByteArray kTwoServers = kOneServer + "      - {address: 'fd01::1', iburst: true}\n";

/// Gives the upstream a time of its own through a SOCK reference clock (chrony.conf(5), refclock SOCK).
class ShiftedClock : public QObject {
   public:
    explicit ShiftedClock(QString socketPath) : m_path(std::move(socketPath)) {
        m_timer.setInterval(100);
        connect(&m_timer, &QTimer::timeout, this, &ShiftedClock::feed);
        m_timer.start();
    }
    void feed() const {
        struct Sample {
            timeval time;
            double offset;
            int pulse;
            int leap;
            int padding;
            int magic;
        } sample{};
        ::gettimeofday(&sample.time, nullptr);
        sample.offset = kUpstreamShift;
        sample.magic = 0x534f434b;
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        qstrncpy(address.sun_path, qPrintable(m_path), sizeof address.sun_path);
        const int fd = ::socket(AF_UNIX, SOCK_DGRAM, 0);
        ::sendto(fd, &sample, sizeof sample, MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::close(fd);
    }

   private:
    QString m_path;
    QTimer m_timer;
};

}  // namespace

class TestEndToEnd : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<ShiftedClock> m_clock;
    std::unique_ptr<lab::Daemon> m_upstream;
    std::unique_ptr<HostUnderTest> m_host;

    struct Answer {
        int stratum = 16;
        double offset = 0;
    };

    /// What a client of the VLAN gets from `address`.
    Answer ask(const QString& address) const {
        const auto result = m_lab->runIn("cl", "ntpdig", {"-j", "-t", "0.5", address}, 5000);
        const QJsonObject json = QJsonDocument::fromJson(result.output).object();
        if (json.isEmpty()) return {};
        return {json["stratum"].toInt(16), json["offset"].toDouble()};
    }

    QByteArray chronyc(const QStringList& arguments) const {
        return lab::run("chronyc", QStringList{"-n", "-c", "-h", m_host->chronySocket()} + arguments).output;
    }

    bool isServing() const { return ask("10.2.0.1").stratum == 2; }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        const QString sock = m_lab->path("upstream-clock.sock");
        m_upstream = m_lab->startChronyd(
            "up", "upstream", "refclock SOCK " + sock.toUtf8() + " refid GPS poll -2\nmakestep 0.1 -1\nallow\n");
        QVERIFY(m_upstream);
        m_clock = std::make_unique<ShiftedClock>(sock);
        const QString upstreamSocket = m_lab->path("upstream/chronyd.sock");
        QTRY_VERIFY_WITH_TIMEOUT(
            lab::run("chronyc", {"-n", "-c", "-h", upstreamSocket, "tracking"}).output.contains(",1,"), 15'000);

        m_host = std::make_unique<HostUnderTest>(*m_lab, "host");
        QVERIFY(m_host->start());
        QVERIFY(m_host->chronyds().isEmpty());
    }

    void aManifestBecomesTimeWithinFiveSeconds() {
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service(kOneServer)));
        QElapsedTimer timer;
        timer.start();
        Answer answer;
        while (timer.elapsed() < 8000 && answer.stratum != 2) answer = ask("10.2.0.1");
        qInfo() << "the client got the upstream's time after" << timer.elapsed() << "ms; stratum" << answer.stratum
                << "offset" << answer.offset;
        QCOMPARE(answer.stratum, 2);
        QVERIFY(timer.elapsed() < 5000);
        // The upstream's time, not this machine's.
        QVERIFY2(std::abs(answer.offset - kUpstreamShift) < 0.05, qPrintable(QString::number(answer.offset)));
        QCOMPARE(ask("fd02::1").stratum, 2);
    }

    void theStateSaysSo() {
        QTRY_VERIFY(m_host->syncState("main-ntp")["value"]["synchronised"].toBool());
        const QJsonObject sync = m_host->syncState("main-ntp")["value"].toObject();
        QCOMPARE(sync["stratum"].toInt(), 2);
        QCOMPARE(sync["source"]["address"].toString(), QStringLiteral("10.1.0.1"));
        QVERIFY(sync["fit_to_advertise"].toBool());
        QTRY_VERIFY(m_host->service("main-ntp")["status"]["synchronized"].toBool());
        const QJsonArray conditions = m_host->service("main-ntp")["status"]["conditions"].toArray();
        QCOMPARE(HostUnderTest::condition(conditions, "Ready")["status"].toString(), QStringLiteral("True"));
        QCOMPARE(HostUnderTest::condition(conditions, "Reconciled")["status"].toString(), QStringLiteral("True"));
    }

    void metricsAreWhatPromtoolExpects() {
        QTRY_VERIFY(m_host->http("/metrics").contains("ntp_sync 1"));
        const QByteArray metrics = m_host->http("/metrics");
        for (const char* name :
             {"ntp_offset_milliseconds ", "ntp_jitter_milliseconds ", "ntp_stratum 2", "ntp_frequency_drift_ppm ",
              "ntp_source_offset_milliseconds{", "ntp_source_jitter_milliseconds{", "ntp_source_delay_milliseconds{",
              "ntp_source_stratum{", "ntp_source_reachability{"})
            QVERIFY2(metrics.contains(name), name);
        const auto verdict = lab::run("promtool", {"check", "metrics"}, 10'000, metrics);
        QVERIFY2(verdict.exitCode == 0, (verdict.output + verdict.errors).constData());
        QCOMPARE(m_host->http("/healthz"), QByteArray("ok\n"));
        QCOMPARE(m_host->http("/readyz"), QByteArray("ok\n"));
    }

    void anAddedServerIsShownByChronyd() {
        QVERIFY(!chronyc({"sources"}).contains("fd01::1"));
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service(kTwoServers)));
        QTRY_VERIFY_WITH_TIMEOUT(chronyc({"sources"}).contains("fd01::1"), 3000);
        QTRY_VERIFY_WITH_TIMEOUT(isServing(), 6000);
        QVERIFY(chronyc({"sources"}).contains("10.1.0.1"));
    }

    void aKilledChronydIsBackWithinTwoSeconds() {
        QTRY_COMPARE(m_host->chronyds().size(), 1);
        const qint64 before = m_host->chronyds().first();
        ::kill(static_cast<pid_t>(before), SIGKILL);
        QElapsedTimer timer;
        timer.start();
        QTRY_VERIFY_WITH_TIMEOUT(!chronyc({"tracking"}).isEmpty() && !m_host->chronyds().contains(before), 5000);
        qInfo() << "chronyd was back after" << timer.elapsed() << "ms";
        QVERIFY(timer.elapsed() < 2000);
        QCOMPARE(m_host->chronyds().size(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(isServing(), 8000);
    }

    void brokenManifestsChangeNothing_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("no YAML") << QByteArray("spec: [\n") << "main.yaml:";
        QTest::newRow("empty mapping value of a wrong type")
            << service("    servers: 7\n") << "main.yaml:7:5: spec.sources.servers: ";
        QTest::newRow("unknown field")
            << service("    serverz: []\n")
            << "main.yaml:7:5: spec.sources.serverz: unknown field; did you mean \"servers\"?";
        QTest::newRow("no address") << service("    servers:\n      - {address: 10.0.0.300}\n")
                                    << "main.yaml:8:10: spec.sources.servers[0].address: ";
        QTest::newRow("other kind") << QByteArray("apiVersion: v1\nkind: Nonsense\nmetadata: {name: x}\n")
                                    << "main.yaml:";
    }
    void brokenManifestsChangeNothing() {
        QFETCH(QByteArray, text);
        QFETCH(QString, expected);
        QTRY_COMPARE(m_host->chronyds().size(), 1);
        const qint64 chronyd = m_host->chronyds().first();
        const QByteArray sources = chronyc({"sources"});
        const QJsonValue spec = m_host->service("main-ntp")["spec"];
        QVERIFY(spec.isObject());
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), text));
        const auto broken = [&] { return m_host->pluginCondition("crd-watcher", "ManifestsValid"); };
        QTRY_VERIFY2(broken()["message"].toString().contains(expected), qPrintable(broken()["message"].toString()));
        QCOMPARE(broken()["status"].toString(), QStringLiteral("False"));
        const QJsonArray events = m_host->call("event.list")["result"]["events"].toArray();
        QVERIFY(events.last()["message"].toString().contains(expected));
        QCOMPARE(m_host->service("main-ntp")["spec"], spec);
        QCOMPARE(HostUnderTest::condition(m_host->service("main-ntp")["status"]["conditions"].toArray(),
                                          "Accepted")["status"]
                     .toString(),
                 QStringLiteral("False"));
        QCOMPARE(m_host->chronyds(), QList<qint64>{chronyd});
        QVERIFY(isServing());

        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service(kTwoServers)));
        QTRY_COMPARE(broken()["status"].toString(), QStringLiteral("True"));
        QCOMPARE(m_host->chronyds(), QList<qint64>{chronyd});
    }

    void theSameObjectInTwoFilesNamesBoth() {
        QVERIFY(lab::writeFile(m_host->manifest("second.yaml"), service(kOneServer)));
        const auto message = [&] {
            return m_host->pluginCondition("crd-watcher", "ManifestsValid")["message"].toString();
        };
        QTRY_VERIFY2(message().contains("second.yaml:3:") && message().contains("main.yaml and in "),
                     qPrintable(message()));
        QVERIFY(QFile::remove(m_host->manifest("second.yaml")));
        QTRY_VERIFY(!message().contains("second.yaml"));
    }

    void applyAndDeleteThroughTheControlSocket() {
        const auto applied = m_host->ctl({"apply", "-f", "-"}, service(kOneServer));
        QVERIFY2(applied.exitCode == 0, applied.errors.constData());
        QTRY_VERIFY_WITH_TIMEOUT(!chronyc({"sources"}).contains("fd01::1") && !chronyc({"sources"}).isEmpty(), 3000);
        const auto refused = m_host->ctl({"apply", "-f", "-"}, service("    servers:\n      - {address: a b}\n"));
        QCOMPARE(refused.exitCode, 1);
        QVERIFY2(refused.errors.contains("spec.sources.servers[0].address"), refused.errors.constData());
        QTRY_VERIFY_WITH_TIMEOUT(isServing(), 8000);
        for (const QStringList& command :
             {QStringList{"status"}, QStringList{"plugin", "list"}, QStringList{"get", "ntp"},
              QStringList{"get", "ntp", "main-ntp", "-o", "yaml"}, QStringList{"ntp", "status"},
              QStringList{"ntp", "sources"}, QStringList{"topic", "get"}, QStringList{"events"}}) {
            const auto result = m_host->ctl(command);
            QVERIFY2(result.exitCode == 0 && !result.output.isEmpty(), qPrintable(command.join(u' ')));
        }
    }

    void disablingStopsChronydAndEnablingStartsIt() {
        QByteArray off = service(kOneServer);
        off.replace("enabled: true", "enabled: false");
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), off));
        QTRY_VERIFY_WITH_TIMEOUT(m_host->chronyds().isEmpty(), 3000);
        QTRY_COMPARE(m_host->syncState("main-ntp")["presence"].toString(), QStringLiteral("Absent"));
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service(kOneServer)));
        QTRY_VERIFY_WITH_TIMEOUT(isServing(), 8000);
    }

    void deletingTheManifestStopsChronyd() {
        QTRY_COMPARE(m_host->chronyds().size(), 1);
        QVERIFY(QFile::remove(m_host->manifest("main.yaml")));
        QTRY_VERIFY_WITH_TIMEOUT(m_host->chronyds().isEmpty(), 3000);
        QTRY_COMPARE(m_host->syncState("main-ntp")["presence"].toString(), QStringLiteral("Absent"));
        QTRY_VERIFY(!m_host->http("/metrics").contains("ntp_source_stratum{"));
    }

    void sigtermEndsEverythingInOrder() {
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service(kOneServer)));
        QTRY_COMPARE_WITH_TIMEOUT(m_host->chronyds().size(), 1, 3000);
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(m_host->stop(), 0);
        QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(m_host->chronyds().isEmpty());
        // Under the sanitizers a report would be here.
        QVERIFY2(!m_host->process().log().contains("Sanitizer"), m_host->process().log().constData());
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestEndToEnd test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_end_to_end.moc"
