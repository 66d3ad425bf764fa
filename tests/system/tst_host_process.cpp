// SPDX-License-Identifier: GPL-2.0-or-later
// fos1-hostd as a process: its reaction to a wrong configuration, broken plugins, invalid data on its socket, the
// service manager, a second instance, and its exit.
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QLocalSocket>
#include <QTest>

#include "host_under_test.h"
#include "isolation.h"
#include "tree.h"

using namespace fos1;

using fos1::system::HostUnderTest;

namespace {

/// Receives the messages of sd_notify(3).
class NotifySocket {
   public:
    explicit NotifySocket(const QString& path) : m_fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        qstrncpy(address.sun_path, qPrintable(path), sizeof address.sun_path);
        m_isBound = ::bind(m_fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    ~NotifySocket() { ::close(m_fd); }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    [[nodiscard]] bool isBound() const { return m_isBound; }
    /// Everything received so far.
    QByteArray received() {
        char buffer[4096];
        for (ssize_t n = 0; (n = ::recv(m_fd, buffer, sizeof buffer, 0)) > 0;)
            m_received += QByteArray(buffer, static_cast<qsizetype>(n)) + '\n';
        return m_received;
    }

   private:
    int m_fd;
    bool m_isBound = false;
    QByteArray m_received;
};

}  // namespace

class TestHostProcess : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
    }

    void wrongConfigurationsAreLocated_data() {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("unknown key") << QByteArray("stateDir: state\nhttpd: {}\n")
                                     << QByteArray("host.yaml:2:1: httpd: unknown field; did you mean \"http\"?");
        QTest::newRow("duplicate key") << QByteArray("stateDir: state\nstateDir: other\n")
                                       << QByteArray("host.yaml:2:1: ");
        QTest::newRow("plugin option") << QByteArray(
                                              "stateDir: state\nplugins:\n  crd-watcher: {directory: m}\n"
                                              "  ntp: {clockcontrol: true}\n")
                                       << QByteArray(
                                              "host.yaml:4:9: plugins.ntp.clockcontrol: unknown field; did you mean "
                                              "\"clockControl\"?");
        QTest::newRow("no YAML") << QByteArray("a: [\n") << QByteArray("host.yaml:");
        QTest::newRow("port taken or bad address")
            << QByteArray("stateDir: state\nhttp: {address: nowhere}\n") << QByteArray("is not an IP address");
    }
    void wrongConfigurationsAreLocated() {
        QFETCH(QByteArray, config);
        QFETCH(QByteArray, expected);
        HostUnderTest host(*m_lab, QStringLiteral("wrong-%1").arg(QTest::currentDataTag()).replace(u' ', u'-'));
        host.config = config;
        host.launch();
        QCOMPARE(host.process().waitForEnd(5000), 1);
        QVERIFY2(host.process().log().contains(expected), host.process().log().constData());
    }

    void aMissingConfigurationIsNamed() {
        const auto result = lab::run(tree::builtFile("bin/fos1-hostd"), {"--config", "/nowhere/host.yaml"});
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.errors.contains("/nowhere/host.yaml: "), result.errors.constData());
    }

    void brokenPluginsAreConditionsNotTheEnd() {
        HostUnderTest host(*m_lab, "plugins");
        QVERIFY(lab::writeFile(host.path("garbage.so"), "this is no shared object"));
        host.config += "  missing: {}\n";
        host.addPlugin({"garbage", host.path("garbage.so")});
        host.addPlugin({"crd-watcher", tree::builtPlugin("crd-watcher")});
        // The same plugin twice is refused too; then only ntp runs.
        host.launch();
        QTRY_VERIFY_WITH_TIMEOUT(!host.call("host.status").isEmpty(), 20'000);
        const auto ready = [&](const char* id) { return host.pluginCondition(id, "Ready"); };
        QTRY_COMPARE_WITH_TIMEOUT(ready("ntp")[u"status"].toString(), QStringLiteral("True"), 20'000);
        QCOMPARE(ready("garbage")[u"reason"].toString(), QStringLiteral("Refused"));
        QVERIFY2(ready("garbage")[u"message"].toString().contains("is not a Qt plugin"),
                 qPrintable(ready("garbage")[u"message"].toString()));
        QVERIFY(ready("missing")[u"message"].toString().contains("no plugin with the id \"missing\""));
        QVERIFY(ready("crd-watcher")[u"message"].toString().contains("two files have the id"));
        const QJsonObject status = host.call("host.status")[u"result"].toObject();
        QCOMPARE(status[u"state"].toString(), QStringLiteral("degraded"));
        QVERIFY(host.http("/readyz").contains("plugin missing is Refused"));
        QVERIFY(host.http("/metrics").contains("fos1_plugin_up{plugin=\"ntp\"} 1"));
        QVERIFY(host.http("/metrics").contains("fos1_plugin_up{plugin=\"garbage\"} 0"));
        QCOMPARE(host.stop(), 0);
    }

    void hangUpReloadsAndBrokenManifestsAreNotReady() {
        HostUnderTest host(*m_lab, "hangup");
        QVERIFY(host.start());
        QTRY_COMPARE(host.http("/readyz"), QByteArray("ok\n"));
        QCOMPARE(host.ctl({"status", "--check"}).output, QByteArray("ready\n"));

        QVERIFY(lab::writeFile(host.manifest("broken.yaml"), "kind: [\n"));
        QTRY_VERIFY(host.http("/readyz").startsWith("a manifest is broken: " +
                                                    QFile::encodeName(host.manifest("broken.yaml"))));
        const auto check = host.ctl({"status", "--check"});
        QCOMPARE(check.exitCode, 1);
        QVERIFY2(check.output.startsWith("not ready: a manifest is broken: "), check.output.constData());
        QVERIFY(QFile::remove(host.manifest("broken.yaml")));
        QTRY_COMPARE(host.http("/readyz"), QByteArray("ok\n"));

        host.process().signal(SIGHUP);
        QTRY_VERIFY2(host.log().contains("reloaded plugin=crd-watcher"), host.log().constData());
        QVERIFY(host.log().contains("fos1ctl plugin restart ID"));
        QTRY_COMPARE(host.http("/readyz"), QByteArray("ok\n"));
        QCOMPARE(host.stop(), 0);
    }

    void theSamplePluginOfTheDocumentsRuns() {
        HostUnderTest host(*m_lab, "hello");
        host.addPlugin(
            {"com.example.hello", tree::builtFile("tests/template/com.example.hello.so"), "{greeting: Good morning}"});
        QVERIFY(host.start());
        QVERIFY(lab::writeFile(host.manifest("a.yaml"),
                               "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\n"
                               "spec: {enabled: true, sources: {}, server: {}}\n"));
        const auto said = [&] {
            const QJsonArray values =
                host.call("topic.list", {{"topic", "com.example.hello.state/v1"}})[u"result"][u"values"].toArray();
            return values.isEmpty() ? QJsonObject() : values.first().toObject();
        };
        QTRY_COMPARE(said()[u"value"][u"sentence"].toString(),
                     QStringLiteral("Good morning, the time is not good yet."));
        QVERIFY(QFile::remove(host.manifest("a.yaml")));
        QTRY_COMPARE(said()[u"presence"].toString(), QStringLiteral("Absent"));
        QCOMPARE(host.stop(), 0);
    }

    void garbageOnTheControlSocketIsAnsweredAndSurvived() {
        HostUnderTest host(*m_lab, "garbage");
        QVERIFY(host.start());
        QLocalSocket socket;
        socket.connectToServer(host.socket());
        QVERIFY(socket.waitForConnected(1000));
        QByteArray garbage;
        for (int i = 0; i < 2000; ++i) garbage += QByteArray(37, static_cast<char>(i * 31)) + (i % 3 ? "" : "\n");
        socket.write(garbage + "\n{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"host.status\"}\n");
        QByteArray answers;
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < 5000 && !answers.contains("\"id\":77") && socket.waitForReadyRead(1000))
            answers += socket.readAll();
        QVERIFY(answers.contains("-32700"));
        QVERIFY(answers.contains("\"id\":77"));
        QCOMPARE(host.stop(), 0);
    }

    void theServiceManagerIsTold() {
        HostUnderTest host(*m_lab, "notify");
        NotifySocket notify(m_lab->path("notify.sock"));
        QVERIFY(notify.isBound());
        QVERIFY(host.start({"NOTIFY_SOCKET=" + m_lab->path("notify.sock"), "WATCHDOG_USEC=200000"}));
        QTRY_VERIFY(notify.received().contains("READY=1"));
        QTRY_VERIFY(notify.received().count("WATCHDOG=1") >= 3);
        QCOMPARE(host.stop(), 0);
        QVERIFY(notify.received().contains("STOPPING=1"));
    }

    void aSecondHostOnTheSameStateIsRefused() {
        HostUnderTest host(*m_lab, "twice");
        QVERIFY(host.start());
        const auto second = m_lab->runIn("rt", tree::builtFile("bin/fos1-hostd"), {"--config", host.path("host.yaml")});
        QCOMPARE(second.exitCode, 1);
        QVERIFY2(second.errors.contains("another fos1-hostd (pid "), second.errors.constData());
        QVERIFY(!host.call("host.status").isEmpty());
        QCOMPARE(host.stop(), 0);
    }

    void nothingOfTheHostsEnvironmentGoesOn() {
        HostUnderTest host(*m_lab, "environment");
        const mode_t before = ::umask(0);
        const bool isStarted = host.start({"FOS1_SECRET=leaked"});
        ::umask(before);
        QVERIFY(isStarted);
        QVERIFY(lab::writeFile(host.manifest("a.yaml"),
                               "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\n"
                               "spec: {enabled: true, sources: {servers: [{address: 10.1.0.1}]}, server: {}}\n"));
        QTRY_COMPARE_WITH_TIMEOUT(host.chronyds().size(), 1, 5000);
        QFile environment(QStringLiteral("/proc/%1/environ").arg(host.chronyds().front()));
        QVERIFY(environment.open(QIODevice::ReadOnly));
        QVERIFY(!environment.readAll().contains("leaked"));
        const auto found =
            lab::run("find", {host.path("state"), "-perm", "/0002", "-not", "-type", "l", "-not", "-type", "s"});
        QCOMPARE(found.output, QByteArray());
        QCOMPARE(host.stop(), 0);
    }

    /// The number in it may be anybody's by now.
    void whatALockFileContainsDoesNotMatter_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("garbage") << QByteArray("\xff\xfe no lock\n");
        QTest::newRow("a process that runs") << QByteArray::number(::getpid()) + "\nfos1-hostd\nrouter\n";
        QTest::newRow("nothing") << QByteArray();
    }
    void whatALockFileContainsDoesNotMatter() {
        QFETCH(const QByteArray, content);
        HostUnderTest host(*m_lab, "lock");
        QVERIFY(QDir().mkpath(host.path("state")));
        QVERIFY(lab::writeFile(host.path("state/host.lock"), content));
        QVERIFY(host.start());
        QCOMPARE(host.stop(), 0);
    }

    void aStateDirectoryOfSomebodyElseIsRefused() {
        HostUnderTest host(*m_lab, "stranger");
        const auto refused = [&] {
            return m_lab->runIn("rt", tree::builtFile("bin/fos1-hostd"), {"--config", host.path("host.yaml")});
        };
        QVERIFY(host.start());
        QCOMPARE(host.stop(), 0);
        QCOMPARE(::chmod(host.path("state").toUtf8().constData(), 0777), 0);
        QVERIFY2(refused().errors.contains("everybody may write to it"), refused().errors.constData());
        QCOMPARE(::chmod(host.path("state").toUtf8().constData(), 0755), 0);
        if (lab::isUserNamespace() || ::geteuid() != 0) return;  // there is no other user
        QCOMPARE(::chown(host.path("state").toUtf8().constData(), 12345, 12345), 0);
        QVERIFY2(refused().errors.contains("belongs to user 12345"), refused().errors.constData());
    }

    void aKilledHostLeavesNothingInTheWayOfTheNext() {
        const QByteArray manifest =
            "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\n"
            "spec: {enabled: true, sources: {servers: [{address: 10.1.0.1}]}, server: {}}\n";
        HostUnderTest host(*m_lab, "killed");
        QVERIFY(host.start());
        QVERIFY(lab::writeFile(host.manifest("a.yaml"), manifest));
        QTRY_COMPARE_WITH_TIMEOUT(host.chronyds().size(), 1, 5000);
        host.process().signal(SIGKILL);
        QVERIFY(host.process().waitForEnd(2000) != 0);
        QVERIFY(host.start());
        // One chronyd, ours: neither the one left behind, nor none because that one occupies the port.
        QTRY_VERIFY_WITH_TIMEOUT(host.service("main-ntp")[u"status"][u"running"].toBool(), 6000);
        QTRY_COMPARE(host.chronyds().size(), 1);
        QCOMPARE(host.stop(), 0);
        QTRY_VERIFY(host.chronyds().isEmpty());
    }

    void readingTheConfigurationOnly() {
        HostUnderTest host(*m_lab, "check");
        QVERIFY(lab::writeFile(host.path("host.yaml"), host.config));
        const auto result =
            lab::run(tree::builtFile("bin/fos1-hostd"), {"--check", "--config", host.path("host.yaml")});
        QCOMPARE(result.exitCode, 0);
        QVERIFY(!QFile::exists(host.path("state")));
    }

    void checkFinds_data() {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* name, const QByteArray& from, const QByteArray& to,
                            const QByteArray& expected) { QTest::newRow(name) << from << to << expected; };
        const QByteArray source = "crd-watcher: {directory: manifests}";
        row("unknown plugin", source, source + "\n  ntpp: {}", "plugins.ntpp: no plugin with the id \"ntpp\"");
        row("no source", source, "crd-watcher: {}", "plugins.crd-watcher: needs one of \"directory\", \"kubernetes\"");
        row("both sources", source, "crd-watcher: {directory: manifests, kubernetes: {}}",
            "plugins.crd-watcher: must have only one of \"directory\", \"kubernetes\"");
        row("missing group", "plugins:", "control: {group: nobody-has-this}\nplugins:",
            "control.group: no group \"nobody-has-this\" on this machine");
        row("no address", "http:", "http: {address: nowhere}\nx:", "http.address: \"nowhere\" is not an IP address");
        row("foreign address", "http:", "http: {address: 192.0.2.77}\nx:",
            "http.address: no interface of this machine has the address 192.0.2.77 now");
        row("multicast", "http:", "http: {address: 224.0.1.1}\nx:", "http.address: a server cannot listen on");
        row("missing user", "plugins:", "isolation: {ntp: {user: nobody-has-this}}\nplugins:",
            "isolation.ntp.user: no user \"nobody-has-this\" on this machine");
    }
    void checkFinds() {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        QFETCH(QByteArray, expected);
        HostUnderTest host(*m_lab, QStringLiteral("check-%1").arg(QTest::currentDataTag()).replace(u' ', u'-'));
        QByteArray config = host.config;
        if (from == "http:") {  // the whole line
            const qsizetype at = config.indexOf("\nhttp:") + 1;
            const qsizetype end = at > 0 ? config.indexOf('\n', at) : 0;
            config = config.left(at) + to.left(to.indexOf('\n')) + '\n' + config.mid(at > 0 ? end + 1 : 0);
        } else {
            QVERIFY2(config.contains(from), config.constData());
            config.replace(from, to);
        }
        QVERIFY(lab::writeFile(host.path("host.yaml"), config));
        const auto result =
            lab::run(tree::builtFile("bin/fos1-hostd"), {"--check", "--config", host.path("host.yaml")});
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.errors.contains(expected), result.errors.constData());
        QVERIFY2(result.errors.contains("host.yaml:"), result.errors.constData());
    }

    void aBrokenSectionDoesNotStopThePlugin() {
        HostUnderTest host(*m_lab, "section");
        QVERIFY(host.start());
        const QByteArray good = host.config;
        QVERIFY(lab::writeFile(host.path("host.yaml"), QByteArray(good).replace("ntp: {", "ntp: {nonsense: 1, ")));
        const auto refused = host.ctl({"plugin", "restart", "ntp"});
        QCOMPARE(refused.exitCode, 1);
        QVERIFY2(refused.errors.contains("not restarted: ") && refused.errors.contains("plugins.ntp.nonsense"),
                 refused.errors.constData());
        QCOMPARE(host.pluginCondition("ntp", "Ready")[u"status"].toString(), QStringLiteral("True"));
        QVERIFY(lab::writeFile(host.path("host.yaml"), good));
        QCOMPARE(host.ctl({"plugin", "restart", "ntp"}).exitCode, 0);
        QCOMPARE(host.stop(), 0);
    }

    void aPluginWithAWrongSchemaIsRefusedAlone() {
        HostUnderTest host(*m_lab, "schema");
        host.addPlugin(QStringLiteral("wrong-schema"));
        host.launch();
        QTRY_COMPARE_WITH_TIMEOUT(host.pluginCondition("ntp", "Ready")[u"status"].toString(), QStringLiteral("True"),
                                  20'000);
        const QString why = host.pluginCondition("wrong-schema", "Ready")[u"message"].toString();
        QVERIFY2(why.contains("the schema of its configuration is wrong"), qPrintable(why));
        QCOMPARE(host.stop(), 0);
    }

    void theSamplesAreConfigurations_data() {
        QTest::addColumn<QString>("sample");
        const QDir samples(tree::sourceFile(QStringLiteral("samples")));
        for (const QString& name : samples.entryList(QDir::Dirs | QDir::NoDotAndDotDot))
            QTest::newRow(qPrintable(name)) << samples.filePath(name);
        // Some are for the package, which makes a group.
        QFile groups(QStringLiteral("/etc/group"));
        QVERIFY(groups.open(QIODevice::ReadOnly));
        const QByteArray text = groups.readAll();
        if (text.contains("\nfos1:")) return;
        QVERIFY(lab::writeFile(m_lab->path("group"), text + "fos1:x:64999:\n"));
        QCOMPARE(lab::run("mount", {"--bind", m_lab->path("group"), "/etc/group"}).exitCode, 0);
    }
    void theSamplesAreConfigurations() {
        QFETCH(const QString, sample);
        const auto checked =
            lab::run(tree::builtFile("bin/fos1-hostd"), {"--check", "--config", sample + "/host.yaml"});
        QVERIFY2(checked.exitCode == 0, (checked.output + checked.errors).constData());
        const auto valid = lab::run(tree::builtFile("bin/fos1ctl"), {"validate", "-f", sample + "/manifests"});
        QVERIFY2(valid.exitCode == 0, (valid.output + valid.errors).constData());
    }

    void withoutADaemonTheExitCodeIsThree() {
        HostUnderTest host(*m_lab, "nobody");
        QCOMPARE(host.ctl({"status"}).exitCode, 3);
        QCOMPARE(host.ctl({"no-such-command"}).exitCode, 2);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestHostProcess test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_host_process.moc"
