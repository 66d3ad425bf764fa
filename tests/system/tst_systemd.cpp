// SPDX-License-Identifier: GPL-2.0-or-later
// chronyd as a unit of a real systemd: started by the host, running without it, adopted unchanged by the next host,
// changed, healed and stopped. A client requests the time throughout.
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <atomic>
#include <thread>

#include "isolation.h"
#include "systemd_under_test.h"
#include "timedate_client.h"
#include "tree.h"

using namespace fos1;
using fos1::system::SystemdUnderTest;

namespace {

const QString kChronyd = QStringLiteral("fos1-chronyd.service");
const QString kHost = QStringLiteral("fos1-hostd.service");

QByteArray service(const QByteArray& more = {}, const QByteArray& network = "10.2.0.0/24", bool isEnabled = true) {
    return "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\nspec:\n  enabled: " +
           QByteArray(isEnabled ? "true" : "false") +
           "\n  sources: {servers: [{address: 10.1.0.1, iburst: true}]}\n"
           "  server: {stratum: 4" +
           more + "}\n  security: {access: [{network: " + network + ", permission: allow}]}\n";
}

/// A client that sends requests continuously.
class Asker {
   public:
    explicit Asker(const lab::Lab& lab)
        : m_thread([this, &lab] {
              QElapsedTimer lastAnswer;
              lastAnswer.start();
              while (!m_isOver) {
                  const auto answer = lab.askTime("cl", "10.2.0.1");
                  ++m_asked;
                  if (answer) lastAnswer.start();
                  if (!answer) m_longestMs = std::max<qint64>(m_longestMs, lastAnswer.elapsed());
                  if (!answer) ++m_silent;
                  if (answer && (answer->leap == 3 || answer->stratum != 2)) ++m_wrong;
                  std::this_thread::sleep_for(std::chrono::milliseconds(5));
              }
          }) {}
    ~Asker() { end(); }
    Asker(const Asker&) = delete;
    Asker& operator=(const Asker&) = delete;

    void end() {
        m_isOver = true;
        if (m_thread.joinable()) m_thread.join();
    }
    [[nodiscard]] int asked() const { return m_asked; }
    /// Requests without an answer within 200 ms.
    [[nodiscard]] int silent() const { return m_silent; }
    [[nodiscard]] qint64 longestSilenceMs() const { return m_longestMs; }
    /// Answers with a time other than the upstream's.
    [[nodiscard]] int wrong() const { return m_wrong; }
    [[nodiscard]] int bad() const { return m_silent + m_wrong; }

   private:
    std::atomic_bool m_isOver = false;
    std::atomic_int m_asked = 0;
    std::atomic_int m_silent = 0;
    std::atomic<qint64> m_longestMs = 0;
    std::atomic_int m_wrong = 0;
    std::thread m_thread;
};

}  // namespace

class TestSystemd : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::Daemon> m_upstream;
    std::unique_ptr<SystemdUnderTest> m_systemd;

    void declare(const QByteArray& manifest) const { m_systemd->write("/var/lib/manifests/a.yaml", manifest); }
    [[nodiscard]] QByteArray pid() const { return m_systemd->property(kChronyd, "MainPID"); }
    [[nodiscard]] bool isServing() const {
        const auto answer = m_lab->askTime("cl", "10.2.0.1");
        return answer && answer->stratum == 2 && answer->leap != 3;
    }
    /// Whether the newest host runs the newest manifest.
    [[nodiscard]] bool isApplied() const {
        const QByteArray shown = m_systemd->ctl({"get", "ntp", "main-ntp", "-o", "json"}).output;
        const QJsonObject object = QJsonDocument::fromJson(shown).object();
        const double generation = object[u"metadata"][u"generation"].toDouble();
        for (const QJsonValue& condition : object[u"status"][u"conditions"].toArray())
            if (condition[u"type"] == QStringLiteral("Reconciled"))
                return generation > 0 && condition[u"status"] == QStringLiteral("True") &&
                       condition[u"observedGeneration"].toDouble() == generation;
        return false;
    }
    [[nodiscard]] QByteArray chronyc(const QStringList& words) const {
        return m_systemd->run(QStringList{"chronyc", "-n", "-h", "/var/lib/fos1/run/ntp/chronyd/chronyd.sock"} + words)
            .output;
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\n");
        QVERIFY(m_upstream);
        m_systemd = std::make_unique<SystemdUnderTest>(*m_lab);
        QFile unit(tree::sourceFile(QStringLiteral("deploy/systemd/fos1-chronyd.service")));
        QVERIFY(unit.open(QIODevice::ReadOnly));
        m_systemd->write("/etc/systemd/system/" + kChronyd, unit.readAll());
        m_systemd->write("/etc/systemd/system/" + kHost,
                         "[Service]\nType=notify\nExecStart=" + tree::builtFile("bin/fos1-hostd").toUtf8() +
                             " --config /etc/fos1/host.yaml\n");
        m_systemd->write("/etc/fos1/host.yaml",
                         "http: {enabled: false}\ndbus: {enabled: false}\nplugins:\n"
                         "  crd-watcher: {directory: /var/lib/manifests}\n  ntp: {engine: systemd}\n");
        // The list from which timedated selects the system's own time daemon.
        m_systemd->write("/etc/systemd/ntp-units.d/10-rival.list", "rival.service\n");
        m_systemd->write("/etc/systemd/system/rival.service",
                         "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=fos1-test.target\n");
        QVERIFY(m_systemd->boot());
        declare(service());
    }
    void cleanup() {
        if (!QTest::currentTestFailed()) return;
        qWarning().noquote() << m_systemd->ctl({"get", "ntp", "main-ntp", "-o", "json"}).output;
        qWarning().noquote() << m_systemd->journal(kHost) << m_systemd->journal(kChronyd);
    }
    void cleanupTestCase() { m_systemd.reset(); }

    void theHostStartsTheUnit() {
        QCOMPARE(m_systemd->property(kChronyd, "ActiveState"), QByteArray("inactive"));
        QVERIFY(m_systemd->systemctl({"start", kHost}));
        QTRY_VERIFY(isApplied());
        QCOMPARE(m_systemd->property(kChronyd, "ActiveState"), QByteArray("active"));
        QTRY_VERIFY_WITH_TIMEOUT(isServing(), 20'000);
        // It is a child of systemd and does not set the clock.
        const auto line = m_systemd->run({"ps", "-o", "ppid=,args=", "-p", pid()}).output.simplified();
        QCOMPARE(line, QByteArray("1 /usr/sbin/chronyd -d -f /var/lib/fos1/run/ntp/chrony.conf -x -u _chrony"));
    }

    /// From the journal: what others change, and the errors that chronyd has no report for.
    void whatChronydLogsIsKnown() {
        const auto daemon = [this] {
            const QByteArray shown = m_systemd->ctl({"get", "ntp", "main-ntp", "-o", "json"}).output;
            const QJsonValue conditions = QJsonDocument::fromJson(shown).object()[u"status"][u"conditions"];
            for (const QJsonValue& each : conditions.toArray())
                if (each[u"type"] == QStringLiteral("DaemonHealthy"))
                    return each[u"reason"].toString() + u' ' + each[u"message"].toString();
            return QString();
        };
        QVERIFY(QTest::qWaitFor([&] { return daemon().startsWith(QStringLiteral("NoErrors")); }, 20'000));
        QVERIFY(chronyc({"minpoll", "10.1.0.1", "9"}).contains("200 OK"));
        QVERIFY(QTest::qWaitFor([&] { return chronyc({"-c", "sources"}).contains(",10.1.0.1,1,6,"); }, 20'000));
        QVERIFY(chronyc({"makestep"}).contains("500 Failure"));
        QVERIFY(
            QTest::qWaitFor([&] { return daemon().contains(QStringLiteral("Could not step system clock")); }, 20'000));
        QVERIFY2(daemon().startsWith(QStringLiteral("ErrorLogged")), qPrintable(daemon()));
    }

    void aKilledHostIsNotMissed() {
        const QByteArray before = pid();
        Asker asker(*m_lab);
        QVERIFY(m_systemd->systemctl({"kill", "-s", "KILL", kHost}));
        QTRY_COMPARE(m_systemd->property(kHost, "ActiveState"), QByteArray("failed"));
        QTRY_VERIFY(asker.asked() > 100);
        QVERIFY(m_systemd->systemctl({"start", kHost}));
        QTRY_VERIFY(isApplied());
        asker.end();
        QCOMPARE(pid(), before);
        QCOMPARE(asker.bad(), 0);
        QVERIFY(m_systemd->ctl({"events"}).output.contains("was already running and was adopted"));
        qInfo() << "asked" << asker.asked() << "times, none without an answer";
    }

    void aChangeGoesOnline() {
        const QByteArray before = pid();
        Asker asker(*m_lab);
        declare(service({}, "10.2.0.0/16"));
        QTRY_VERIFY(chronyc({"accheck", "10.2.9.9"}).contains("Access allowed"));
        QTRY_VERIFY(isApplied());
        asker.end();
        QCOMPARE(pid(), before);
        QCOMPARE(asker.bad(), 0);
    }

    /// The next host knows earlier online changes, including a removed rule.
    void aStoppedHostIsNotMissedEither() {
        const QByteArray before = pid();
        Asker asker(*m_lab);
        QVERIFY(m_systemd->systemctl({"stop", kHost}));
        QCOMPARE(m_systemd->property(kHost, "ActiveState"), QByteArray("inactive"));
        QCOMPARE(pid(), before);
        declare(service({}, "10.2.0.0/24"));
        QVERIFY(m_systemd->systemctl({"start", kHost}));
        QTRY_VERIFY(isApplied());
        asker.end();
        QVERIFY(chronyc({"accheck", "10.2.9.9"}).contains("Access denied"));
        QVERIFY(chronyc({"accheck", "10.2.0.9"}).contains("Access allowed"));
        QCOMPARE(pid(), before);
        QCOMPARE(asker.bad(), 0);
    }

    void aRestartKeepsTheTime() {
        const QByteArray before = pid();
        Asker asker(*m_lab);
        declare(service(", driftfile: /var/lib/fos1/ntp/chronyd/other"));
        QTRY_VERIFY(pid() != before && isApplied());
        const int asked = asker.asked();
        QTRY_VERIFY(asker.asked() > asked + 20);
        asker.end();
        qInfo() << "of" << asker.asked() << "requests" << asker.silent() << "met no process, for at most"
                << asker.longestSilenceMs() << "ms";
        // New measurements would mean seconds without the time.
        QCOMPARE(asker.wrong(), 0);
    }

    void aHostThatStopsInTheMiddleOfARestartEndsIt() {
        const QByteArray before = pid();
        declare(service(", driftfile: /var/lib/fos1/ntp/chronyd/another"));
        QTRY_VERIFY(pid() != before);  // also 0: it is stopped at this moment
        QVERIFY(m_systemd->systemctl({"stop", kHost}));
        QCOMPARE(m_systemd->property(kHost, "Result"), QByteArray("success"));
        QCOMPARE(m_systemd->property(kChronyd, "ActiveState"), QByteArray("active"));
        QTRY_VERIFY_WITH_TIMEOUT(isServing(), 20'000);
        const QByteArray after = pid();
        QVERIFY(m_systemd->systemctl({"start", kHost}));
        QTRY_VERIFY(isApplied());
        QCOMPARE(pid(), after);
    }

    void withoutABusChronydGoesOn() {
        const QByteArray before = pid();
        Asker asker(*m_lab);
        QVERIFY(m_systemd->systemctl({"stop", "dbus.socket", "dbus.service"}));
        declare(service(", driftfile: /var/lib/fos1/ntp/chronyd/third"));
        QTRY_VERIFY(m_systemd->ctl({"get", "ntp", "main-ntp", "-o", "json"}).output.contains("systemd does not start"));
        QCOMPARE(asker.bad(), 0);
        asker.end();
        QCOMPARE(pid(), before);
        QVERIFY(m_systemd->systemctl({"start", "dbus.socket"}));
        QTRY_VERIFY_WITH_TIMEOUT(isApplied(), 60'000);
        QVERIFY(pid() != before);
        QTRY_VERIFY_WITH_TIMEOUT(isServing(), 20'000);
    }

    void aKilledChronydIsHealed() {
        const QByteArray before = pid();
        QVERIFY(m_systemd->systemctl({"kill", "-s", "KILL", kChronyd}));
        QTRY_VERIFY_WITH_TIMEOUT(isServing() && pid() != before, 20'000);
        QTRY_VERIFY(m_systemd->ctl({"events"}).output.contains("chronyd was killed by signal 9"));
    }

    void withoutAHostSystemdHeals() {
        QVERIFY(m_systemd->systemctl({"kill", "-s", "KILL", kHost}));
        QTRY_COMPARE(m_systemd->property(kHost, "ActiveState"), QByteArray("failed"));
        const QByteArray before = pid();
        QVERIFY(m_systemd->systemctl({"kill", "-s", "KILL", kChronyd}));
        QTRY_VERIFY_WITH_TIMEOUT(isServing() && pid() != before, 20'000);
        // The next host cannot be certain of this one's configuration, and restarts it.
        const QByteArray healed = pid();
        QVERIFY(m_systemd->systemctl({"start", kHost}));
        QTRY_VERIFY_WITH_TIMEOUT(isApplied() && isServing(), 20'000);
        QVERIFY(pid() != healed);
    }

    void switchedOffItStops() {
        declare(service({}, "10.2.0.0/24", false));
        QTRY_COMPARE(m_systemd->property(kChronyd, "ActiveState"), QByteArray("inactive"));
        QTRY_VERIFY(isApplied());
        QVERIFY(!m_lab->askTime("cl", "10.2.0.1"));
        declare(service());
        QTRY_VERIFY_WITH_TIMEOUT(isServing(), 20'000);
        QVERIFY(QFile::remove(m_systemd->path("/var/lib/manifests/a.yaml")));
        QTRY_COMPARE(m_systemd->property(kChronyd, "ActiveState"), QByteArray("inactive"));
    }

    void aRivalIsSwitchedOffAndOnAgain() {
        qputenv("DBUS_SYSTEM_BUS_ADDRESS", m_systemd->busAddress());
        const auto ntp = [&] {
            return m_systemd->run({"timedatectl", "show", "--value", "-p", "NTP"}).output.trimmed();
        };
        QCOMPARE(m_systemd->run({"timedatectl", "set-ntp", "true"}).exitCode, 0);
        QTRY_COMPARE(m_systemd->property("rival.service", "ActiveState"), QByteArray("active"));
        const QString stateFile = m_lab->path("network-time-was-on");
        {
            ntp::TimedateClient timedate(stateFile);
            timedate.claim();
            QTRY_VERIFY(timedate.rival().standing == ntp::RivalStanding::TurnedOff);
            QTRY_COMPARE(m_systemd->property("rival.service", "ActiveState"), QByteArray("inactive"));
            QCOMPARE(m_systemd->property("rival.service", "UnitFileState"), QByteArray("disabled"));
            QCOMPARE(ntp(), QByteArray("no"));
        }
        ntp::TimedateClient next(stateFile);
        next.release();
        QTRY_COMPARE(m_systemd->property("rival.service", "ActiveState"), QByteArray("active"));
        QTRY_VERIFY(!QFile::exists(stateFile));
        QCOMPARE(ntp(), QByteArray("yes"));
    }

    void theKernelSaysTheSameToBoth() {
        const auto shown = m_systemd->run({"timedatectl", "show", "--value", "-p", "NTPSynchronized"}).output.trimmed();
        QCOMPARE(shown, QByteArray(ntp::isKernelSynchronized() ? "yes" : "no"));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestSystemd test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_systemd.moc"
