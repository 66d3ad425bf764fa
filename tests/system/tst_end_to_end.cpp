// SPDX-License-Identifier: GPL-2.0-or-later
// The main task with real daemons: an upstream chronyd, the host with its chronyd, and a client across three network
// namespaces. NTP shows what is served; chronyc and /proc show what runs. Neither uses our own code.
#include <signal.h>

#include <QCryptographicHash>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QTest>
#include <cmath>

#include "host_under_test.h"
#include "isolation.h"

using namespace fos1;
using fos1::system::HostUnderTest;

namespace {

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

/// The reference id of the upstream: its IPv4 address, or the start of the MD5 sum of fd01::1 (RFC 5905, section 7.3).
const QList<QByteArray> kUpstreams = [] {
    const QByteArray v6 = QByteArray::fromHex("fd010000000000000000000000000001");
    const auto sum = QCryptographicHash::hash(v6, QCryptographicHash::Md5);
    QList<QByteArray> parts;
    for (int i = 0; i < 4; ++i) parts.append(QByteArray::number(static_cast<unsigned char>(sum[i])));
    return QList<QByteArray>{"10.1.0.1", parts.join('.')};
}();

const QByteArray kOneServer = "    servers:\n      - {address: 10.1.0.1, iburst: true}\n";
const QByteArray kTwoServers = kOneServer + "      - {address: 'fd01::1', iburst: true}\n";

}  // namespace

class TestEndToEnd : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::Daemon> m_upstream;
    std::unique_ptr<HostUnderTest> m_host;

    /// Whether a client of the VLAN gets the upstream's time: one stratum below it, with its address as reference.
    [[nodiscard]] bool isServing() const {
        const auto answer = m_lab->askTime("cl", "10.2.0.1");
        return answer && answer->stratum == 2 && answer->leap != 3 && kUpstreams.contains(answer->reference);
    }

    QByteArray chronyc(const QStringList& arguments) const {
        return lab::run("chronyc", QStringList{"-n", "-c", "-h", m_host->chronySocket()} + arguments).output;
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\n");
        QVERIFY(m_upstream);
        QTRY_VERIFY_WITH_TIMEOUT(m_lab->askTime("rt", "10.1.0.1").has_value(), 5000);

        m_host = std::make_unique<HostUnderTest>(*m_lab, "host");
        QVERIFY(m_host->start());
        QVERIFY(m_host->chronyds().isEmpty());
    }

    /// Of these, chronyd's own three measurements at intervals of two seconds take 4.25 s.
    void aManifestBecomesTimeWithinFiveSeconds() {
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service(kOneServer)));
        QElapsedTimer timer;
        timer.start();
        qint64 started = -1;
        while (timer.elapsed() < 8000 && !isServing()) {
            if (started < 0 && !m_host->chronyds().isEmpty()) started = timer.elapsed();
            QTest::qWait(10);
        }
        qInfo() << "chronyd ran after" << started << "ms, the client got the upstream's time after" << timer.elapsed()
                << "ms";
        QVERIFY(started >= 0 && started < 2000);
        QVERIFY(timer.elapsed() < 5000);
        // The same with an independent client, over IPv6 too.
        for (const char* address : {"10.2.0.1", "fd02::1"}) {
            const auto result = m_lab->runIn("cl", "ntpdig", {"-j", "-t", "1", address}, 5000);
            const QJsonObject answer = QJsonDocument::fromJson(result.output).object();
            QCOMPARE(answer[u"stratum"].toInt(), 2);
            QVERIFY2(std::abs(answer[u"offset"].toDouble()) < 0.05, result.output.constData());
        }
    }

    void onlyThoseWhoMayAreAnswered() {
        QVERIFY(m_lab->askTime("cl", "10.2.0.1").has_value());
        QVERIFY(!m_lab->askTime("up", "10.1.0.2").has_value());
    }

    void theStateSaysSo() {
        QTRY_VERIFY_WITH_TIMEOUT(m_host->syncState("main-ntp")[u"value"][u"fit_to_advertise"].toBool(), 20'000);
        const QJsonObject sync = m_host->syncState("main-ntp")[u"value"].toObject();
        QCOMPARE(sync[u"stratum"].toInt(), 2);
        QCOMPARE(sync[u"source"][u"address"].toString(), QStringLiteral("10.1.0.1"));
        QTRY_VERIFY(m_host->service("main-ntp")[u"status"][u"synchronized"].toBool());
        const QJsonArray conditions = m_host->service("main-ntp")[u"status"][u"conditions"].toArray();
        QCOMPARE(HostUnderTest::condition(conditions, "Ready")[u"status"].toString(), QStringLiteral("True"));
        QCOMPARE(HostUnderTest::condition(conditions, "Reconciled")[u"status"].toString(), QStringLiteral("True"));
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
        // promtool prefers seconds, but these names are fixed. Any other complaint is a mistake.
        QVERIFY2(verdict.exitCode == 0 || verdict.exitCode == 3, (verdict.output + verdict.errors).constData());
        const QList<QByteArray> remarks = (verdict.output + verdict.errors).trimmed().split('\n');
        for (const QByteArray& remark : remarks)
            QVERIFY2(remark.contains("use base unit \"seconds\" instead of \"milliseconds\""), remark.constData());
        QCOMPARE(m_host->http("/healthz"), QByteArray("ok\n"));
        QCOMPARE(m_host->http("/readyz"), QByteArray("ok\n"));
    }

    void anAddedServerIsShownByChronyd() {
        QVERIFY(!chronyc({"sources"}).contains("fd01::1"));
        const QList<qint64> before = m_host->chronyds();
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service(kTwoServers)));
        QTRY_VERIFY_WITH_TIMEOUT(chronyc({"sources"}).contains("fd01::1"), 3000);
        // It served without interruption: it is the same chronyd, and it still has its first source.
        QVERIFY(isServing());
        QVERIFY(chronyc({"sources"}).contains("10.1.0.1"));
        QCOMPARE(m_host->chronyds(), before);
    }

    /// A change that needs a restart: clients see a short silence at most, and never unsynchronized time.
    void aRestartCostsNoTime() {
        QTRY_VERIFY(isServing());
        // Measurements survive the restart; a source with hardly any must make them first.
        const auto samples = [&] {
            for (const QByteArray& line : chronyc({"sourcestats"}).split('\n'))
                if (line.startsWith("10.1.0.1,")) return line.split(',').value(1).toInt();
            return 0;
        };
        QTRY_VERIFY_WITH_TIMEOUT(samples() >= 4, 15'000);
        const QList<qint64> before = m_host->chronyds();
        QVERIFY(!m_host->http("/metrics").contains("ntp_restart_gap_milliseconds "));
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"),
                               service(kTwoServers, "    ratelimit: {enabled: true, interval: 0.001, burst: 255}\n")));
        QElapsedTimer sinceAnswer;
        sinceAnswer.start();
        qint64 silence = 0;
        int after = 0;
        for (int asked = 0; asked < 1000 && after < 20; ++asked) {
            const auto answer = m_lab->askTime("cl", "10.2.0.1");
            if (!answer) continue;
            silence = std::max(silence, sinceAnswer.restart());
            QVERIFY2(answer->leap != 3 && answer->stratum == 2, "unsynchronized time was served");
            const QList<qint64> now = m_host->chronyds();
            if (now.size() == 1 && now != before) ++after;
            QTest::qWait(5);
        }
        QCOMPARE(after, 20);
        const auto gap = [&] {
            for (const QByteArray& line : m_host->http("/metrics").split('\n'))
                if (line.startsWith("ntp_restart_gap_milliseconds ")) return line.mid(29).toInt();
            return -1;
        };
        QTRY_VERIFY(gap() >= 0);
        qInfo() << "the client had no answer for" << silence << "ms, measured were" << gap() << "ms";
        const QList<qint64> limited = m_host->chronyds();
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service(kTwoServers)));
        QTRY_VERIFY(m_host->chronyds().size() == 1 && m_host->chronyds() != limited && isServing());
    }

    /// A source that another program deletes is restored, and the event is reported.
    void whatOthersChangeIsHealed() {
        const QList<qint64> before = m_host->chronyds();
        const auto heals = [&] {
            QByteArray lines;
            for (const QByteArray& line : m_host->ctl({"events"}).output.split('\n'))
                if (line.contains("Healed")) lines += line + '\n';
            return lines;
        };
        const QByteArray healsBefore = heals();
        QVERIFY(lab::run("chronyc", {"-h", m_host->chronySocket(), "delete", "10.1.0.1"}).output.contains("OK"));
        // It may be back before its absence can be seen; the event shows it.
        QTRY_VERIFY_WITH_TIMEOUT(chronyc({"sources"}).contains("10.1.0.1"), 20'000);
        QTRY_VERIFY(heals() != healsBefore);
        QCOMPARE(m_host->chronyds(), before);
        QTRY_VERIFY_WITH_TIMEOUT(isServing(), 8000);
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
        const QJsonValue spec = m_host->service("main-ntp")[u"spec"];
        QVERIFY(spec.isObject());
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), text));
        const auto broken = [&] { return m_host->pluginCondition("crd-watcher", "ManifestsValid"); };
        QTRY_VERIFY2(broken()[u"message"].toString().contains(expected), qPrintable(broken()[u"message"].toString()));
        QCOMPARE(broken()[u"status"].toString(), QStringLiteral("False"));
        const QJsonArray events = m_host->call("event.list")[u"result"].toObject()[u"events"].toArray();
        QVERIFY(std::any_of(events.begin(), events.end(), [&](const QJsonValue& event) {
            return event[u"reason"] == QLatin1String("ManifestInvalid") &&
                   event[u"message"].toString().contains(expected);
        }));
        QCOMPARE(m_host->service("main-ntp")[u"spec"], spec);
        QCOMPARE(HostUnderTest::condition(m_host->service("main-ntp")[u"status"][u"conditions"].toArray(),
                                          "Accepted")[u"status"]
                     .toString(),
                 QStringLiteral("False"));
        QCOMPARE(m_host->chronyds(), QList<qint64>{chronyd});
        QVERIFY(isServing());

        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service(kTwoServers)));
        QTRY_COMPARE(broken()[u"status"].toString(), QStringLiteral("True"));
        QCOMPARE(m_host->chronyds(), QList<qint64>{chronyd});
    }

    void theSameObjectInTwoFilesNamesBoth() {
        QVERIFY(lab::writeFile(m_host->manifest("second.yaml"), service(kOneServer)));
        const auto message = [&] {
            return m_host->pluginCondition("crd-watcher", "ManifestsValid")[u"message"].toString();
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
        QTRY_COMPARE(m_host->syncState("main-ntp")[u"presence"].toString(), QStringLiteral("Absent"));
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service(kOneServer)));
        QTRY_VERIFY_WITH_TIMEOUT(isServing(), 8000);
    }

    void deletingTheManifestStopsChronyd() {
        QTRY_COMPARE(m_host->chronyds().size(), 1);
        QVERIFY(QFile::remove(m_host->manifest("main.yaml")));
        QTRY_VERIFY_WITH_TIMEOUT(m_host->chronyds().isEmpty(), 3000);
        QTRY_COMPARE(m_host->syncState("main-ntp")[u"presence"].toString(), QStringLiteral("Absent"));
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
        // A sanitizer's report would appear here.
        QVERIFY2(!m_host->process().log().contains("Sanitizer"), m_host->process().log().constData());
    }

    /// Of the file behind a link nothing is notified, whether it is written in place or replaced.
    void theTargetOfALinkIsFollowed() {
        HostUnderTest host(*m_lab, "link");
        host.config.replace("9559", "9560");
        const QString target = host.path("target.yaml");
        const auto service = [](const char* server) {
            return QByteArray(
                       "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\n"
                       "spec: {enabled: false, sources: {servers: [{address: ") +
                   server + "}]}, server: {}}\n";
        };
        const auto declared = [&] {
            return host.service("main-ntp")[u"spec"][u"sources"][u"servers"][0][u"address"].toString();
        };
        QVERIFY(lab::writeFile(target, service("192.0.2.1")));
        QVERIFY(host.start());
        QVERIFY(QFile::link(target, host.manifest("main.yaml")));
        QTRY_COMPARE(declared(), QStringLiteral("192.0.2.1"));
        QFile file(target);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(service("192.0.2.2")) > 0);
        file.close();
        QTRY_COMPARE_WITH_TIMEOUT(declared(), QStringLiteral("192.0.2.2"), 10'000);
        QVERIFY(lab::writeFile(target, service("192.0.2.3")));
        QTRY_COMPARE_WITH_TIMEOUT(declared(), QStringLiteral("192.0.2.3"), 10'000);
        QVERIFY(QFile::remove(target));
        QTRY_VERIFY(host.ctl({"status", "--check"}).output.contains("is a link to a file that does not exist"));
        QCOMPARE(declared(), QStringLiteral("192.0.2.3"));
        QCOMPARE(host.stop(), 0);
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
