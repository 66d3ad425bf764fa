// SPDX-License-Identifier: GPL-2.0-or-later
// Every way in which a plugin can fail, as a real shared object in a real host, beside plugins that keep running: what
// its author sees, and that no other plugin is affected.
#include <grp.h>
#include <signal.h>
#include <sys/stat.h>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include "host_under_test.h"
#include "isolation.h"
#include "tree.h"

using namespace fos1;

using fos1::system::HostUnderTest;

namespace {

const QByteArray kService =
    "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\n"
    "spec: {enabled: true, sources: {}, server: {}}\n";

void add(HostUnderTest& host, const QStringList& names) {
    for (const QString& name : names) host.addPlugin(name);
}

QJsonObject topicValue(const HostUnderTest& host, const char* topic) {
    const QJsonArray values = host.call("topic.list", {{"topic", topic}})[u"result"][u"values"].toArray();
    return values.isEmpty() ? QJsonObject() : values.first().toObject();
}

/// The messages of all events so far, one per line.
QString events(const HostUnderTest& host) {
    QString text;
    const QJsonArray list = host.call("event.list", {{"limit", 1000}})[u"result"][u"events"].toArray();
    for (const QJsonValue& event : list)
        text += event[u"reason"].toString() + u' ' + event[u"message"].toString() + u'\n';
    return text;
}

QJsonObject plugin(const HostUnderTest& host, const QString& id) {
    return host.call("plugin.get", {{"id", id}})[u"result"].toObject();
}

}  // namespace

class TestBadPlugins : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
    }

    void refusedBeforeAnyOfTheirCodeRuns() {
        const std::map<QString, QString> expected{
            {"wrong-iid", "IID: implements \"io.fos1.Plugin/2\"; this host loads \"io.fos1.Plugin/1\""},
            {"newer-minor", "sdk: was built against SDK 1.99; this host offers 1.4"},
            {"unknown-key", "kind: unknown field; did you mean \"kinds\"?"},
            {"wrong-type", "kinds: "},
            {"twin-a", "two files have the id \"twin\""},
            {"thief", "publishes time.sync/v1, which belongs to plugin \"ntp\""},
            {"usurper", "publishes node.fact/v1, which belongs to the host"},
            {"wishful", "requires the feature \"io.fos1.Teleport/1\""},
            {"curious", "requests every Secret; to allow that, set isolation.curious.secrets to true"},
            {"curious-source",
             "requests the feature io.fos1.SpecCatalog/1; to allow that, set isolation.curious-source.features to "
             "[io.fos1.SpecCatalog/1]"},
            {"writable-by-others", "is writable by others"}};
        HostUnderTest host(*m_lab, "refused");
        for (const char* twin : {"twin-a", "twin-b"})
            host.addPlugin({"twin", tree::builtFile("tests/bad_plugins/so/") + twin + ".so"});
        for (const auto& [name, message] : expected)
            if (name != "twin-a") host.addPlugin(name);
        QCOMPARE(::chmod(qPrintable(host.path("mine/writable-by-others.so")), 0666), 0);
        host.launch();
        QTRY_COMPARE_WITH_TIMEOUT(host.pluginCondition("ntp", "Ready")[u"status"].toString(), "True", 20'000);
        for (const auto& [name, message] : expected) {
            const QString id = name == "twin-a" ? "twin" : name;
            const QJsonObject ready = host.pluginCondition(id, "Ready");
            QCOMPARE(ready[u"reason"].toString(), QStringLiteral("Refused"));
            QVERIFY2(ready[u"message"].toString().contains(message), qPrintable(ready[u"message"].toString()));
        }
        QCOMPARE(host.stop(), 0);
    }

    void aKindThatNobodyDefines() {
        HostUnderTest host(*m_lab, "kindless");
        host.addPlugin("kindless");
        QVERIFY(host.start());
        const QJsonObject defined = host.pluginCondition("kindless", "KindsDefined");
        QCOMPARE(defined[u"status"].toString(), QStringLiteral("False"));
        QVERIFY2(defined[u"message"].toString().contains("defines example.com/v1/Thing, so it gets no object"),
                 qPrintable(defined[u"message"].toString()));
        QVERIFY(host.log().contains("plugin=kindless No CRD in "));
        QVERIFY(host.pluginCondition("ntp", "KindsDefined")[u"status"].toString() == "True");
        QCOMPARE(host.stop(), 0);
        const auto check = lab::run(tree::builtFile("bin/fos1-hostd"), {"--check", "--config", host.path("host.yaml")});
        QCOMPARE(check.exitCode, 1);
        QVERIFY2(check.errors.contains("plugins.kindless: reconciles example.com/v1/Thing, which no CRD in "),
                 check.errors.constData());
    }

    /// No function of the host is on the stack. Its kind: an event of any object of a plugin in the host's process.
    void anExceptionInTheHostsProcess() {
        HostUnderTest host(*m_lab, "threw");
        host.addPlugin("throws-in-timer", "{mode: local}");
        host.addPlugin("well-behaved", "{mode: local}");
        host.launch();
        QTRY_COMPARE_WITH_TIMEOUT(host.pluginCondition("throws-in-timer", "Ready")[u"reason"].toString(), "Failed",
                                  20'000);
        const QString why = host.pluginCondition("throws-in-timer", "Ready")[u"message"].toString();
        QVERIFY2(why.startsWith("threw from an event of ") && why.endsWith(": no time"), qPrintable(why));
        QCOMPARE(host.pluginCondition("well-behaved", "Ready")[u"status"].toString(), QStringLiteral("True"));
        QVERIFY(host.isRunning());
        QCOMPARE(host.stop(), 0);
    }

    void eachFailureHasItsMessageAndTheOthersGoOn() {
        // The text of the event. A plugin is restarted after its first failure, so its state changes.
        const std::map<QString, QString> expected{
            {"missing-symbol", "undefined symbol: fos1NobodyHasThis"},
            {"no-root", "its root object does not implement io.fos1.Plugin/1"},
            {"unwilling", "did not start: there is no antenna"},
            {"throws-in-start", "threw from start: no luck"},
            {"throws-in-reconcile", "threw from reconcile: no plan"},
            {"throws-in-timer", ": no time"},
            {"crashes-in-timer", "killed by signal 11 (Segmentation fault)"},
            {"exits", "exited with status 3"},
            {"hangs-in-reconcile", "did not return from reconcile within 5 s"},
            {"hangs-in-timer", "missed 5 pings in a row: its event loop is blocked"},
            {"floods-the-bus", "values within one second; only the last value of each key is delivered"},
            {"eats-memory", "memory"},
            {"eats-cpu", "% of a core for 10 s, more than its limit of 20 %"},
            {"garbage-on-link", "sent invalid data over its link: a frame of 1952999795 bytes"}};
        HostUnderTest host(*m_lab, "failures");
        host.addPlugin("well-behaved");
        // A flood uses a whole core and, under a sanitizer, memory. With the default limits it would be killed for
        // that.
        for (const auto& [name, message] : expected)
            host.addPlugin(name, name == "floods-the-bus" ? "{cpuPercent: 100, memoryMiB: 4096}" : "");
        host.launch();
        QTRY_COMPARE_WITH_TIMEOUT(host.pluginCondition("ntp", "Ready")[u"status"].toString(), "True", 20'000);
        QVERIFY(lab::writeFile(host.manifest("a.yaml"), kService));
        QTRY_COMPARE_WITH_TIMEOUT(topicValue(host, "well-behaved.state/v1")[u"value"][u"objects"].toInt(), 1, 20'000);
        const double sequence = topicValue(host, "well-behaved.state/v1")[u"sequence"].toDouble();
        // The hanging plugin had published a value, which is retracted with the reason.
        QTRY_COMPARE_WITH_TIMEOUT(topicValue(host, "hangs.state/v1")[u"presence"].toString(), "Absent", 15'000);
        QVERIFY(topicValue(host, "hangs.state/v1")[u"reason"].toString().contains("did not return from reconcile"));
        for (const auto& [name, message] : expected) {
            QTRY_VERIFY2_WITH_TIMEOUT(events(host).contains(name + ": ") && events(host).contains(message),
                                      qPrintable(name + " in\n" + events(host)), 25'000);
        }
        // Plugins that fail immediately have failed five times by now.
        QTRY_COMPARE_WITH_TIMEOUT(host.pluginCondition("crashes-in-timer", "Ready")[u"reason"].toString(), "Resting",
                                  15'000);
        const QString resting = host.pluginCondition("crashes-in-timer", "Ready")[u"message"].toString();
        QVERIFY2(resting.contains("failure 5 in a row, so the plugin rests for 10 min"), qPrintable(resting));
        QVERIFY(host.pluginCondition("floods-the-bus", "Ready")[u"status"].toString() == "True");
        // No other plugin is affected.
        QCOMPARE(host.pluginCondition("well-behaved", "Ready")[u"status"].toString(), QStringLiteral("True"));
        QCOMPARE(topicValue(host, "well-behaved.state/v1")[u"sequence"].toDouble(), sequence);
        QCOMPARE(plugin(host, "well-behaved")[u"restarts"].toInt(-1), 0);
        QCOMPARE(host.chronyds().size(), 1);
        QElapsedTimer answer;
        answer.start();
        QVERIFY(!host.call("host.status").isEmpty());
        QVERIFY2(answer.elapsed() < 1000, qPrintable(QString::number(answer.elapsed())));
        QCOMPARE(host.stop(), 0);
    }

    void aCrashedRunnerIsBackWithItsSnapshot() {
        HostUnderTest host(*m_lab, "once");
        add(host, {"crashes-once"});
        QVERIFY(host.start());
        QVERIFY(lab::writeFile(host.manifest("a.yaml"), kService));
        QTRY_COMPARE_WITH_TIMEOUT(topicValue(host, "crashes-once.state/v1")[u"value"][u"life"].toInt(), 1, 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(topicValue(host, "crashes-once.state/v1")[u"presence"].toString(), "Absent", 20'000);
        QElapsedTimer timer;
        timer.start();
        QTRY_COMPARE_WITH_TIMEOUT(topicValue(host, "crashes-once.state/v1")[u"value"][u"life"].toInt(), 2, 20'000);
        qInfo("back with its snapshot after %lld ms", timer.elapsed());
        QCOMPARE(topicValue(host, "crashes-once.state/v1")[u"value"][u"objects"].toInt(), 1);
        QCOMPARE(plugin(host, "crashes-once")[u"restarts"].toInt(), 1);
        QVERIFY(host.http("/metrics").contains("fos1_plugin_restarts_total{plugin=\"crashes-once\"} 1"));
        QCOMPARE(host.stop(), 0);
    }

    void whatTheHostAnswers_data() {
        QTest::addColumn<QByteArray>("mode");
        QTest::newRow("in the host") << QByteArray("local");
        QTest::newRow("in a runner") << QByteArray("remote");
    }
    void whatTheHostAnswers() {
        QFETCH(QByteArray, mode);
        HostUnderTest host(*m_lab, "answers-" + mode);
        const QStringList names{"foreign-topic",   "curious-source", "wrong-thread",
                                "throws-in-start", "missing-symbol", "slow"};
        for (const QString& name : names)
            host.addPlugin(name, "{mode: " + mode + ", features: [io.fos1.EventFeed/1, io.fos1.SpecCatalog/1]}");
        host.launch();
        const auto report = [&](const char* id) { return host.pluginCondition(id, "Report")[u"message"].toString(); };
        QTRY_COMPARE_WITH_TIMEOUT(report("foreign-topic"), "foreign 3, big 5, no key 4, subscribe 4, retract 6",
                                  20'000);
        QTRY_COMPARE_WITH_TIMEOUT(
            report("curious-source"),
            "kinds ntpclients ntpservices secrets, pending 0, subscribe 4 1, event of curious-source: "
            "here I am",
            20'000);
        // Its author need not look at what the calls return.
        for (const char* words : {"call=publish subject=time.sync/v1 reason=not permitted",
                                  "call=publish subject=mine.state/v1 reason=more than is allowed",
                                  "call=publish subject=mine.state/v1 reason=an argument is invalid"}) {
            const QByteArray line = host.process().log();
            QVERIFY2(line.contains(words) && line.contains("plugin=foreign-topic "), words);
        }
        QTRY_COMPARE_WITH_TIMEOUT(report("wrong-thread"), "publish 2, complete 2, query null", 20'000);
        QTRY_VERIFY2_WITH_TIMEOUT(events(host).contains("throws-in-start: threw from start: no luck"),
                                  qPrintable(events(host)), 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(events(host).contains("undefined symbol: fos1NobodyHasThis"), 20'000);
        QVERIFY(lab::writeFile(host.manifest("a.yaml"), kService));
        QTRY_VERIFY_WITH_TIMEOUT(plugin(host, "slow")[u"slowCallbacks"].toInt() > 0, 20'000);
        QVERIFY(host.process().log().contains("slow callback plugin=slow call=reconcile"));
        QCOMPARE(host.stop(), 0);
    }

    void stopping() {
        HostUnderTest host(*m_lab, "stopping");
        add(host, {"leaks-threads", "never-stops", "well-behaved"});
        QVERIFY(host.start());
        const auto state = [&](const char* id) { return plugin(host, id)[u"state"].toString(); };
        QVERIFY(host.ctl({"plugin", "stop", "well-behaved"}).exitCode == 0);
        QCOMPARE(state("well-behaved"), QStringLiteral("Stopped"));
        QCOMPARE(host.ctl({"plugin", "start", "well-behaved"}).exitCode, 0);
        QCOMPARE(state("well-behaved"), QStringLiteral("Running"));
        const qint64 before = plugin(host, "well-behaved")[u"pid"].toInteger();
        QCOMPARE(host.ctl({"plugin", "restart", "well-behaved"}).exitCode, 0);
        QVERIFY(plugin(host, "well-behaved")[u"pid"].toInteger() != before);

        QVERIFY(host.ctl({"plugin", "stop", "leaks-threads"}).exitCode == 0);
        QVERIFY2(events(host).contains("leaks-threads: stopped, but left 1 threads running: leaked-worker"),
                 qPrintable(events(host)));
        const auto stop = host.ctl({"plugin", "stop", "never-stops"});
        QCOMPARE(stop.exitCode, 1);
        QVERIFY2(stop.errors.contains("no answer within 2000 ms"), stop.errors.constData());
        QCOMPARE(state("never-stops"), QStringLiteral("Stopped"));
        QCOMPARE(topicValue(host, "never-stops.state/v1")[u"presence"].toString(), QStringLiteral("Absent"));
        // Our own plugin in the host's process can also be restarted.
        QCOMPARE(host.ctl({"plugin", "restart", "ntp"}).exitCode, 0);
        QCOMPARE(state("ntp"), QStringLiteral("Running"));
        const auto unknown = host.ctl({"plugin", "restart", "nobody"});
        QCOMPARE(unknown.exitCode, 1);
        QVERIFY(unknown.errors.contains("no plugin \"nobody\""));
        QCOMPARE(host.ctl({"plugin", "start", "never-stops"}).exitCode, 0);
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(host.stop(), 0);
        QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
    }

    void whatDoesNotStopInTheHostIsNotStartedTwice() {
        HostUnderTest host(*m_lab, "left-behind");
        host.addPlugin("never-stops", "{mode: local}");
        QVERIFY(host.start());
        const auto restart = host.ctl({"plugin", "restart", "never-stops"});
        QCOMPARE(restart.exitCode, 1);
        QVERIFY2(restart.errors.contains("restart the host"), restart.errors.constData());
        QCOMPARE(host.ctl({"plugin", "start", "never-stops"}).exitCode, 1);
        QCOMPARE(plugin(host, "never-stops")[u"state"].toString(), QStringLiteral("Stopped"));
        QCOMPARE(host.stop(), 0);
    }

    void aRunnerHasWhatItAsksForAndIsGranted() {
        HostUnderTest host(*m_lab, "confined");
        host.addPlugin("snoops", "{capabilities: [CAP_NET_ADMIN], read: [/proc/version], write: [/tmp]}");
        QVERIFY(host.start({"FOS1_SECRET=leaked"}));
        const auto report = host.pluginCondition("snoops", "Report")[u"message"].toString();
        QVERIFY2(report.contains("NoNewPrivs: 1"), qPrintable(report));
        // CAP_NET_ADMIN is bit 12. CAP_NET_RAW was requested but not granted, /tmp granted but not requested.
        QVERIFY2(report.contains("CapEff: 0000000000001000|CapBnd: 0000000000001000"), qPrintable(report));
        QVERIFY2(report.contains("passwd=yes|uptime=no|granted=yes|tmp=no|state=yes|environment=clean"),
                 qPrintable(report));
        if (!lab::isUserNamespace()) QVERIFY2(!report.contains("Uid: 0 0 0 0|"), qPrintable(report));
        const QJsonObject granted = host.pluginCondition("snoops", "PermissionsGranted");
        QCOMPARE(granted[u"status"].toString(), QStringLiteral("False"));
        QVERIFY2(granted[u"message"].toString().contains(
                     "CAP_NET_RAW, which isolation.snoops.capabilities in host.yaml does not grant"),
                 qPrintable(granted[u"message"].toString()));
        QCOMPARE(host.stop(), 0);
    }

    /// A dynamically linked program needs its loader, a script its interpreter, a static program neither.
    void aRunnerMayExecuteWhatIsGranted() {
        HostUnderTest host(*m_lab, "executes");
        host.addPlugin("executes",
                       "{execute: [/usr/bin/id, /usr/bin/ldd, /usr/sbin/ldconfig, /usr/bin/nothing-here], "
                       "groups: [dialout, nobody-has-this]}");
        QVERIFY(host.start());
        const auto report = host.pluginCondition("executes", "Report")[u"message"].toString();
        QVERIFY2(report.startsWith("id=0 ldd=0 ldconfig=0 whoami=no"), qPrintable(report));
        const QJsonObject granted = host.pluginCondition("executes", "PermissionsGranted");
        QCOMPARE(granted[u"status"].toString(), QStringLiteral("False"));
        QStringList expected{"executing /usr/bin/whoami, which isolation.executes.execute in host.yaml does not grant",
                             "executing /usr/bin/nothing-here: No such file or directory",
                             "membership in group video, which isolation.executes.groups in host.yaml does not grant",
                             "membership in group nobody-has-this, which this machine does not have"};
        if (lab::isUserNamespace())
            expected << "membership in group dialout, which the host itself cannot give";
        else
            QVERIFY2(report.endsWith("whoami=no group=dialout"), qPrintable(report));
        for (const QString& words : expected)
            QVERIFY2(granted[u"message"].toString().contains(words), qPrintable(granted[u"message"].toString()));
        QCOMPARE(host.stop(), 0);
    }

    void systemCallsThatNoPluginNeeds() {
        HostUnderTest host(*m_lab, "escapes");
        host.addPlugin("escapes");
        QVERIFY(host.start());
        const auto report = host.pluginCondition("escapes", "Report")[u"message"].toString();
        QCOMPARE(report, QStringLiteral("unshare=EPERM clone=EPERM io_uring=ENOSYS bpf=EPERM clock=EPERM "
                                        "netfilter=EPROTONOSUPPORT alg=EAFNOSUPPORT thread=ok fork=ok"));
        // Root's other users are there.
        if (!lab::isUserNamespace()) {
            const auto forks = host.pluginCondition("escapes", "Forks")[u"message"].toString();
            QVERIFY2(forks.toInt() > 10 && forks.toInt() <= 64, qPrintable(forks));
        }
        QCOMPARE(host.stop(), 0);
    }

    /// Its children hold the link and go on to write to it, and to its standard error.
    void aRunnerWhoseChildrenGoOn() {
        HostUnderTest host(*m_lab, "writers");
        host.addPlugin("leaves-writers", "{cpuPercent: 100}");
        QVERIFY(host.start());
        QTRY_VERIFY_WITH_TIMEOUT(plugin(host, "leaves-writers")[u"restarts"].toInt() >= 1, 20'000);
        QElapsedTimer timer;
        for (int i = 0; i < 50; ++i) {
            timer.start();
            QVERIFY(!plugin(host, "leaves-writers").isEmpty());
            QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(timer.elapsed())));
        }
        const QByteArray log = host.process().log();
        QVERIFY2(log.contains("plugin=leaves-writers 2026-01-01T00:00:00.000+00:00 critical fos1.host: forged"),
                 log.left(3000).constData());
        for (const QByteArray& line : log.split('\n')) QVERIFY2(!line.startsWith("2026-01-01"), line.constData());
        QVERIFY2(log.size() < 2'000'000, qPrintable(QString::number(log.size())));
        QCOMPARE(host.stop(), 0);
        QTRY_VERIFY(lab::processesWith("fos1-plugin-runner").isEmpty());
    }

    void aKilledHostTakesItsRunnersWithIt() {
        HostUnderTest host(*m_lab, "killed");
        add(host, {"well-behaved", "hangs-in-timer"});
        QVERIFY(host.start());
        QTRY_VERIFY(plugin(host, "hangs-in-timer")[u"pid"].toInteger() > 0);
        const std::vector<qint64> runners{plugin(host, "well-behaved")[u"pid"].toInteger(),
                                          plugin(host, "hangs-in-timer")[u"pid"].toInteger()};
        host.process().signal(SIGKILL);
        for (const qint64 pid : runners)
            QTRY_VERIFY_WITH_TIMEOUT(!QFile::exists(QString("/proc/%1/exe").arg(pid)), 2000);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestBadPlugins test;
        return QTest::qExec(&test, argc, argv);
    });
}

#include "tst_bad_plugins.moc"
