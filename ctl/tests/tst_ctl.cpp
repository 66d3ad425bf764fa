// SPDX-License-Identifier: GPL-2.0-or-later
// fos1ctl as a process against a fake daemon: its requests, output and exit status.
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include "ctl_process.h"
#include "fake_daemon.h"
#include "tree.h"

namespace {

const QByteArray kManifest =
    "# a comment\n"
    "apiVersion: ntp.fos1.io/v1alpha1\n"
    "kind: NTPService\n"
    "metadata: {name: main-ntp}\n"
    "spec:\n"
    "  enabled: true\n"
    "  sources:\n"
    "    pools:\n"
    "      - {name: a.example, servers: 4}\n"
    "  server: {}\n";

}  // namespace

class TestCtl : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void init() {
        m_daemon = std::make_unique<FakeDaemon>();
        qputenv("FOS1_SOCKET", m_daemon->socket().toLocal8Bit());
        m_daemon->answer(QStringLiteral("crd.list"), data("crds.json"));
    }

    void usageErrors_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("nothing") << QStringList{};
        QTest::newRow("no such command") << words("frob");
        QTest::newRow("half a command") << words("ntp");
        QTest::newRow("no kind") << words("get");
        QTest::newRow("no file") << words("apply");
        QTest::newRow("nothing to delete") << words("delete");
        QTest::newRow("a kind without a name") << words("delete ntp");
        QTest::newRow("unknown format") << words("status -o xml");
        QTest::newRow("bad limit") << words("events --limit 0");
    }
    void usageErrors() {
        QFETCH(QStringList, arguments);
        const Outcome outcome = run(arguments);
        QCOMPARE(outcome.exitCode, 2);
        QVERIFY(!outcome.err.isEmpty());
        // The only allowed request is the one for the plugins' subcommands.
        for (const FakeDaemon::Request& request : m_daemon->requests())
            QCOMPARE(request.method, QStringLiteral("plugin.list"));
    }

    void helpIsNoError() {
        const Outcome outcome = run(words("--help"));
        QCOMPARE(outcome.exitCode, 0);
        QVERIFY(outcome.out.contains(QStringLiteral("ntp")));
        QCOMPARE(run(words("--version")).exitCode, 0);
    }

    void noDaemon() {
        const Outcome outcome = run(words("--socket /nonexistent/s status"));
        QCOMPARE(outcome.exitCode, 3);
        QVERIFY(outcome.err.contains(QStringLiteral("/nonexistent/s (does not exist)")));
        QVERIFY(outcome.err.contains(QStringLiteral("fos1-hostd --config")));
    }

    void brokenDaemons_data() {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("expected");
        QTest::newRow("closes") << QByteArray() << QStringLiteral("fos1ctl: the daemon closed the connection\n");
        QTest::newRow("no JSON") << QByteArray("hello")
                                 << QStringLiteral("fos1ctl: the daemon's answer is not JSON-RPC\n");
        QTest::newRow("other id") << QByteArray(R"({"jsonrpc":"2.0","id":99,"result":{}})")
                                  << QStringLiteral("fos1ctl: the daemon's answer is not JSON-RPC\n");
    }
    void brokenDaemons() {
        QFETCH(QByteArray, line);
        QFETCH(QString, expected);
        m_daemon->answerRaw(line);
        const Outcome outcome = run(words("status"));
        QCOMPARE(outcome.exitCode, 1);
        QCOMPARE(outcome.err, expected);
    }

    void status() {
        m_daemon->answer(QStringLiteral("host.status"), data("status.json"));
        const Outcome outcome = run(words("status"));
        QCOMPARE(outcome.err, QString());
        QCOMPARE(outcome.exitCode, 0);
        QCOMPARE(outcome.out, QStringLiteral("fos1-hostd 0.1.0 (SDK 1.0), pid 42, up 5m30s\n"
                                             "State     degraded, not ready\n"
                                             "          - ntp has failed\n"
                                             "Objects   3\n"
                                             "Config    /etc/fos1/host.yaml\n"
                                             "Metrics   http://127.0.0.1:9559/metrics\n"
                                             "\n"
                                             "PLUGIN        VERSION   STATE     REMARK\n"
                                             "crd-watcher   0.1.0     Running\n"
                                             "ntp           0.1.0     Failed    no chronyd\n"
                                             "x             1.0       Running   Reconciled=False retries\n"));
    }

    void pluginList() {
        const QJsonObject plugins = data("plugins.json");
        m_daemon->answer(QStringLiteral("plugin.list"), plugins);
        QCOMPARE(run(words("plugin list")).out,
                 QStringLiteral("PLUGIN   VERSION   STATE     LOCATION      KINDS        PUBLISHES      "
                                "SUBSCRIBES   REMARK\n"
                                "ntp      0.1.0     Running   in the host   NTPService   time.sync/v1   -\n"));
        const Outcome asJson = run(words("plugin list -o json"));
        QCOMPARE(QJsonDocument::fromJson(asJson.out.toUtf8()).object(), plugins);
    }

    void getList() {
        QJsonObject other = data("service.json");
        other.insert(QStringLiteral("status"), QJsonObject());
        other.insert(QStringLiteral("metadata"), json(R"({"name": "b", "namespace": "lab"})"));
        m_daemon->answer(QStringLiteral("resource.list"),
                         {{QStringLiteral("items"), QJsonArray{data("service.json"), other}}});
        const Outcome outcome = run(words("get ntp"));
        QCOMPARE(outcome.exitCode, 0);
        QCOMPARE(outcome.out, QStringLiteral("NAMESPACE   NAME       ENABLED   OFFSET   READY   AGE\n"
                                             "default     main-ntp   true      0.012    True    -\n"
                                             "lab         b          true      -        -       -\n"));
        QCOMPARE(m_daemon->requests().front().params, json(R"({"kind": "ntp"})"));
    }

    void getOne() {
        m_daemon->answer(QStringLiteral("resource.get"), data("service.json"));
        const Outcome outcome = run(words("get ntp main-ntp -n default -o yaml"));
        QCOMPARE(outcome.exitCode, 0);
        QVERIFY2(
            outcome.out.startsWith(QStringLiteral("apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata:\n")),
            qPrintable(outcome.out));
        QCOMPARE(m_daemon->requests().front().params,
                 json(R"({"kind": "ntp", "name": "main-ntp", "namespace": "default"})"));
    }

    void getNothing() {
        m_daemon->answer(QStringLiteral("resource.list"), json(R"({"items": []})"));
        const Outcome empty = run(words("get ntp"));
        QCOMPARE(empty.exitCode, 0);
        QCOMPARE(empty.err, QStringLiteral("fos1ctl: no objects of kind ntp\n"));
        m_daemon->refuse(QStringLiteral("resource.get"), -32004, QStringLiteral("ntpservices \"x\" not found"));
        const Outcome absent = run(words("get ntp x"));
        QCOMPARE(absent.exitCode, 1);
        QCOMPARE(absent.err, QStringLiteral("fos1ctl: ntpservices \"x\" not found\n"));
    }

    void applyFromStdin() {
        m_daemon->answer(QStringLiteral("resource.apply"), json(R"({"result": "created"})"));
        const Outcome outcome = run(words("apply -f - -n lab"), kManifest);
        QCOMPARE(outcome.err, QString());
        QCOMPARE(outcome.exitCode, 0);
        QCOMPARE(outcome.out, QStringLiteral("ntpservice.ntp.fos1.io/main-ntp created\n"));
        const QJsonObject object = m_daemon->requests().front().params.value(u"object").toObject();
        QCOMPARE(object.value(u"metadata").toObject(), json(R"({"name": "main-ntp", "namespace": "lab"})"));
        QCOMPARE(object.value(u"spec").toObject().value(u"enabled"), QJsonValue(true));
    }

    void applyShowsMistakesAtTheirPlace() {
        m_daemon->refuse(QStringLiteral("resource.apply"), -32010, QStringLiteral("invalid"), data("mistakes.json"));
        const Outcome outcome = run(words("apply -f -"), kManifest);
        QCOMPARE(outcome.exitCode, 1);
        QCOMPARE(outcome.err, QStringLiteral("<stdin>:9:27: spec.sources.pools[0].servers: must be at most 3, is 4\n"
                                             "<stdin>:10:3: spec.server.port: is required\n"));
    }

    void applySendsNothingWhenAFileIsBroken() {
        const Outcome outcome = run(words("apply -f -"), kManifest + "---\na: [\n");
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.err.contains(QStringLiteral("<stdin>:")), qPrintable(outcome.err));
        QVERIFY(m_daemon->requests().empty());
        QCOMPARE(run(words("apply -f /nonexistent")).exitCode, 1);
    }

    void answersAreJsonWhereRequested() {
        m_daemon->answer(QStringLiteral("resource.apply"), json(R"({"result": "created"})"));
        m_daemon->answer(QStringLiteral("resource.delete"), {});
        const auto results = [](const Outcome& outcome) {
            return QJsonDocument::fromJson(outcome.out.toUtf8()).object().value(u"results").toArray();
        };
        QCOMPARE(results(run(words("apply -f - -o json"), kManifest)),
                 QJsonArray{json(R"({"kind": "NTPService", "name": "main-ntp", "result": "created"})")});
        QCOMPARE(results(run(words("delete -f - -o json"), kManifest)),
                 QJsonArray{json(R"({"kind": "NTPService", "name": "main-ntp", "result": "deleted"})")});
        QCOMPARE(results(run(words("delete ntp main-ntp -o json"))),
                 QJsonArray{json(R"({"kind": "ntp", "name": "main-ntp", "result": "deleted"})")});
        const Outcome bad =
            run(words("validate -f - -o json"), QByteArray(kManifest).replace("servers: 4", "server: 4"));
        QCOMPARE(bad.exitCode, 1);
        const QJsonObject report = QJsonDocument::fromJson(bad.out.toUtf8()).object();
        QCOMPARE(report.value(u"valid"), QJsonValue(false));
        const QJsonObject mistake = report.value(u"mistakes").toArray().first().toObject();
        QCOMPARE(mistake.value(u"place").toString(), QStringLiteral("<stdin>:9:27"));
        QCOMPARE(mistake.value(u"path").toString(), QStringLiteral("spec.sources.pools[0].server"));
    }

    void deletes() {
        m_daemon->answer(QStringLiteral("resource.delete"), {});
        QCOMPARE(run(words("delete ntp main-ntp")).out, QStringLiteral("ntp \"main-ntp\" deleted\n"));
        QCOMPARE(run(words("delete -f -"), kManifest).out, QStringLiteral("ntpservice.ntp.fos1.io/main-ntp deleted\n"));
        QCOMPARE(m_daemon->requests().back().params, json(R"({"kind": "NTPService", "name": "main-ntp"})"));
    }

    void topics() {
        m_daemon->answer(QStringLiteral("topic.list"), data("sync.json"));
        QCOMPARE(run(words("topic get")).out,
                 QStringLiteral("TOPIC          KEY        PRESENCE   AGE   PUBLISHER   REASON\n"
                                "time.sync/v1   main-ntp   Value      1s    ntp\n"));
        const Outcome one = run(words("topic get time.sync/v1 main-ntp"));
        QVERIFY2(one.out.startsWith(QStringLiteral("# Value of time.sync/v1, key main-ntp, by ntp, 1s old\n")),
                 qPrintable(one.out));
        QVERIFY(one.out.contains(QStringLiteral("offset_ns: -1254000\n")));
        QCOMPARE(run(words("topic get time.sync/v1 x")).exitCode, 1);
    }

    void events() {
        const auto event = [](const QString& reason, qint64 secondsAgo, int count) {
            const QDateTime time = QDateTime::currentDateTimeUtc().addSecs(-secondsAgo);
            return QJsonObject{{QStringLiteral("time"), time.toString(Qt::ISODateWithMs)},
                               {QStringLiteral("firstTime"), time.addSecs(-600).toString(Qt::ISODateWithMs)},
                               {QStringLiteral("type"), QStringLiteral("Normal")},
                               {QStringLiteral("reason"), reason},
                               {QStringLiteral("message"), QStringLiteral("said so")},
                               {QStringLiteral("source"), QStringLiteral("ntp")},
                               {QStringLiteral("regarding"), QJsonObject{}},
                               {QStringLiteral("count"), count}};
        };
        m_daemon->answer(QStringLiteral("event.list"),
                         {{QStringLiteral("events"), QJsonArray{event(QStringLiteral("Later"), 7200 - 20, 1),
                                                                event(QStringLiteral("Earlier"), 30 * 3600 + 60, 3)}}});
        const Outcome outcome = run(words("events --limit 7"));
        QCOMPARE(outcome.out, QStringLiteral("LAST SEEN           TYPE     REASON    OBJECT   SOURCE   MESSAGE\n"
                                             "30h (x3 over 30h)   Normal   Earlier   -        ntp      said so\n"
                                             "119m                Normal   Later     -        ntp      said so\n"));
        QCOMPARE(m_daemon->requests().front().params, json(R"({"limit": 7})"));
    }

    void validateNeedsNoDaemon() {
        const QString sample = fos1::tree::sourceFile(QStringLiteral("samples/standalone/manifests"));
        const Outcome good = run({QStringLiteral("validate"), QStringLiteral("-f"), sample});
        QCOMPARE(good.out, QStringLiteral("1 object is valid.\n"));
        QCOMPARE(good.exitCode, 0);

        const Outcome bad = run(words("validate -f -"),
                                QByteArray(kManifest).replace("servers: 4", "server: 40").replace("main-ntp", "Main"));
        QCOMPARE(bad.exitCode, 1);
        QCOMPARE(
            bad.out,
            QStringLiteral("<stdin>:4:12: metadata.name: must be lower-case letters, digits, '-' and '.' such as "
                           "\"main-site\", is \"Main\"\n"
                           "<stdin>:9:27: spec.sources.pools[0].server: unknown field; did you mean \"servers\"?\n"));
        QVERIFY(m_daemon->requests().empty());

        QCOMPARE(run({QStringLiteral("validate"), sample}).exitCode, 0);
        const Outcome empty = run(words("validate -f -"), "# nothing yet\n");
        QCOMPARE(empty.exitCode, 1);
        QCOMPARE(empty.out, QStringLiteral("<stdin>: contains no object; it is empty or has only comments\n"));
    }

    void sixMistakesAreSixLines() {
        const Outcome outcome = run(words("validate -f -"),
                                    "apiVersion: ntp.fos1.io/v1alpha1\n"
                                    "kind: NTPService\n"
                                    "metadata: {name: Main}\n"
                                    "spec:\n"
                                    "  enabled: maybe\n"
                                    "  sources:\n"
                                    "    pools:\n"
                                    "      - {name: a.example, servers: 40}\n"
                                    "      - {name: b.example, server: 1}\n"
                                    "  server: {port: 70000}\n"
                                    "  sever: {}\n");
        QCOMPARE(outcome.exitCode, 1);
        QCOMPARE(outcome.out.count(u'\n'), 6);
        for (const int line : {3, 5, 8, 9, 10, 11})
            QCOMPARE(outcome.out.count(QStringLiteral("<stdin>:%1:").arg(line)), 1);
    }

    void validateAsksThePlugin() {
        const QByteArray manifest = QByteArray(kManifest).replace("servers: 4", "minpoll: 11");
        const Outcome outcome = run(words("validate -f -"), manifest);
        QCOMPARE(outcome.exitCode, 1);
        QCOMPARE(outcome.out, QStringLiteral("<stdin>:9:27: spec.sources.pools[0].minpoll: minpoll (11) must not be "
                                             "greater than maxpoll (10, the default)\n"));
        QCOMPARE(outcome.err, QString());

        const Outcome without = run(words("validate -f - --plugins /nonexistent"), manifest);
        QCOMPARE(without.exitCode, 0);
        QCOMPARE(without.err, QStringLiteral("fos1ctl: note: no plugin here checks NTPService beyond its schema\n"));
    }

    void validateNamesDuplicates() {
        const Outcome outcome = run(words("validate -f -"), kManifest + "---\n" + kManifest);
        QCOMPARE(outcome.exitCode, 1);
        QCOMPARE(outcome.out,
                 QStringLiteral(
                     "<stdin>:15:12: metadata.name: NTPService default/main-ntp is already defined at <stdin>:2:1\n"));
    }

    void validateWithoutSchemas() {
        const Outcome outcome = run(words("validate -f - --crds /nonexistent"), kManifest);
        QCOMPARE(outcome.exitCode, 1);
        QCOMPARE(outcome.err, QStringLiteral("fos1ctl: /nonexistent: no such directory\n"));
    }

   private:
    std::unique_ptr<FakeDaemon> m_daemon;
};

QTEST_GUILESS_MAIN(TestCtl)
#include "tst_ctl.moc"
