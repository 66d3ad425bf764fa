// SPDX-License-Identifier: GPL-2.0-or-later
// The host or Kea is killed at each step of a write, right before a command reaches Kea or right after Kea has carried
// it out: Kea has the old or the new configuration, in memory and on disk, and all is right again soon after the
// restart.
#include <QFile>
#include <QJsonDocument>
#include <QTest>
#include <csignal>

#include "control_proxy.h"
#include "host_under_test.h"
#include "isolation.h"
#include "lan_daemons.h"

using namespace fos1;
using fos1::lab::IpFamily;
using fos1::system::ControlProxy;
using fos1::system::HostUnderTest;
using fos1::system::Moment;

namespace {

constexpr int kPatience = 30'000;

const QByteArray kKea =
    R"({"Dhcp4": {"interfaces-config": {"interfaces": ["lan.20"]},
  "control-socket": {"socket-type": "unix", "socket-name": "DIRECTORY/real"},
  "lease-database": {"type": "memfile", "persist": false}, "valid-lifetime": 600,
  "subnet4": [{"id": 7, "subnet": "10.20.0.0/24", "interface": "lan.20", "user-context": {"site": "lab"},
      "pools": [{"pool": "10.20.0.100-10.20.0.200"}], "option-data": [{"name": "routers", "data": "10.20.0.1"}]},
    {"id": 3, "subnet": "10.30.0.0/24", "option-data": [{"name": "ntp-servers", "data": "10.30.0.9"}]}]}})";

const QByteArray kManifests =
    "apiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-20}\nspec: {id: 20, interface: lan}\n"
    "---\napiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\nspec:\n  enabled: true\n"
    "  sources:\n    servers: [{address: 10.1.0.1, iburst: true, minpoll: -2, maxpoll: -2}]\n"
    "  server: {}\n  vlanConfig:\n    - {vlanRef: vlan-20, enabled: true}\n";

const QStringList kSteps{QStringLiteral("config-get"), QStringLiteral("config-test"), QStringLiteral("config-get"),
                         QStringLiteral("config-set"), QStringLiteral("config-write")};

/// The step of a write that a command is, after step `last`; -1: of none. Looks that find nothing to do are config-get
/// alone, and a config-write follows the first of them.
int nextStep(int last, const QString& command) {
    if (command == kSteps[0]) return last == 1 ? 2 : 0;
    const int step = static_cast<int>(kSteps.indexOf(command));
    return step == 4 && last != 3 ? -1 : step;
}

enum class Victim { Unknown = 0, Host, Server };

}  // namespace

class TestDhcpDeath : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::Daemon> m_upstream;
    std::unique_ptr<lab::Daemon> m_kea;
    std::unique_ptr<HostUnderTest> m_host;
    std::unique_ptr<ControlProxy> m_proxy;
    ControlProxy::Watch m_watch;
    QJsonValue m_old;  ///< Kea's configuration before the host ran
    QJsonValue m_new;  ///< the same with our options

    [[nodiscard]] QJsonValue keaConfig() const {
        QLocalSocket control;
        control.connectToServer(m_lab->path("kea/real"));
        if (!control.waitForConnected(1000)) return {};
        control.write(R"({"command": "config-get"})");
        QByteArray answer;
        while (control.waitForReadyRead(2000)) answer += control.readAll();
        return QJsonDocument::fromJson(answer)[u"arguments"];
    }
    /// From the file that it has, or anew.
    void startKea(bool isFresh) {
        if (isFresh) {
            m_kea = lab::startKea(*m_lab, "rt", "kea", IpFamily::V4, kKea);
        } else {
            QFile file(m_lab->path("kea/kea.json"));
            QVERIFY(file.open(QIODevice::ReadOnly));
            m_kea = lab::startKea(*m_lab, "rt", "kea", IpFamily::V4, file.readAll());
        }
        QTRY_VERIFY2_WITH_TIMEOUT(keaConfig().isObject(), m_kea->log().constData(), kPatience);
    }
    [[nodiscard]] QByteArray state() const {
        return m_proxy->commands().join(u' ').toUtf8() + '\n' + m_host->ctl({"dhcp", "show"}).output + m_host->log() +
               QJsonDocument(keaConfig().toObject()).toJson(QJsonDocument::Compact);
    }
    /// Meanwhile the proxy is served.
    void stopHost() {
        m_host->process().signal(SIGTERM);
        QTRY_VERIFY_WITH_TIMEOUT(!m_host->isRunning(), 6000);
        QCOMPARE(m_host->process().waitForEnd(0), 0);
    }
    static void kill(lab::Daemon& daemon) {
        daemon.signal(SIGKILL);
        daemon.waitForEnd(5000);
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>(lab::FirstClient::Absent);
        m_lab->addVlan(20);
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\n");
        startKea(true);
        m_old = keaConfig();
        m_proxy = std::make_unique<ControlProxy>(m_lab->path("control"), m_lab->path("kea/real"),
                                                 [this](int number, const QString& command, Moment moment) {
                                                     if (m_watch) m_watch(number, command, moment);
                                                 });
        m_host = std::make_unique<HostUnderTest>(*m_lab, "host");
        m_host->config.replace("plugins:\n",
                               "plugins:\n  vlan-inventory: {}\n  dhcp-bridge: {changeSeconds: 1, pollSeconds: 1, "
                               "servers: [{name: lan, kind: kea4, persist: true, socket: " +
                                   m_lab->path("control").toUtf8() + "}]}\n");
        QVERIFY(lab::writeFile(m_host->manifest("all.yaml"), kManifests));
        // Undisturbed: these are the steps, and what they come to.
        QVERIFY(m_host->start());
        const auto steps = [this] {
            const QStringList& all = m_proxy->commands();
            return QStringList(all.mid(all.indexOf(kSteps[1]), kSteps.size() - 1));
        };
        QTRY_VERIFY2_WITH_TIMEOUT(steps() == kSteps.mid(1), state().constData(), kPatience);
        QTRY_VERIFY(keaConfig() != m_old);
        m_new = keaConfig();
        QVERIFY(QJsonDocument(m_new.toObject()).toJson().contains("fos1-host"));
        stopHost();
        QCOMPARE(keaConfig(), m_old);
        kill(*m_kea);
    }

    void killedAt_data() {
        QTest::addColumn<int>("step");
        QTest::addColumn<Moment>("moment");
        QTest::addColumn<Victim>("victim");
        for (const Victim victim : {Victim::Host, Victim::Server})
            for (int step = 0; step < kSteps.size(); ++step)
                for (const Moment moment : {Moment::Before, Moment::After})
                    QTest::addRow("%s, %s %s (%d)", victim == Victim::Host ? "the host" : "Kea",
                                  moment == Moment::Before ? "before" : "after", qPrintable(kSteps[step]), step + 1)
                        << step << moment << victim;
    }
    void killedAt() {
        QFETCH(const int, step);
        QFETCH(const Moment, moment);
        QFETCH(const Victim, victim);
        bool isDead = false;
        int inWrite = -1;
        m_watch = [&](int /*number*/, const QString& command, Moment now) {
            if (isDead) return;
            if (now == Moment::Before) inWrite = nextStep(inWrite, command);
            if (inWrite != step || now != moment) return;
            isDead = true;
            kill(victim == Victim::Host ? m_host->process() : *m_kea);
        };
        m_proxy->restart();
        startKea(true);
        QVERIFY(m_host->start());
        QTRY_VERIFY2_WITH_TIMEOUT(isDead, state().constData(), kPatience);
        m_watch = nullptr;
        if (victim == Victim::Server) {
            // What it has on disk is what it starts with.
            startKea(false);
        } else {
            const QJsonValue now = keaConfig();
            const bool isPastSet = step > 3 || (step == 3 && moment == Moment::After);
            // A command that was sent is carried out, also after its sender died.
            QVERIFY2(now == m_new || now == m_old, state().constData());
            QVERIFY2(!isPastSet || now == m_new, state().constData());
            QVERIFY(m_host->start());
        }
        QTRY_VERIFY2_WITH_TIMEOUT(keaConfig() == m_new, state().constData(), kPatience);
        QTRY_VERIFY2_WITH_TIMEOUT(m_host->ctl({"dhcp", "show", "vlan-20"}).output.contains("10.20.0.1"),
                                  state().constData(), kPatience);
        // A host that did not write it recognizes it as ours.
        stopHost();
        QVERIFY2(keaConfig() == m_old, state().constData());
        kill(*m_kea);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestDhcpDeath test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_dhcp_death.moc"
