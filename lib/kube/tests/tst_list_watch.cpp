// SPDX-License-Identifier: GPL-2.0-or-later
// Tracking the objects of one type through failures of servers and connections. In the end the known objects are those
// of the server, and none was mistaken for deleted on the way.
#include <QFile>
#include <QJsonArray>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include "follower.h"
#include "kube_server.h"
#include "kubeconfig.h"
#include "lab.h"
#include "list_watch.h"
#include "tree.h"
#include "yaml_document.h"

using namespace fos1;
using namespace fos1::kube;
using fakes::KubeServer;

namespace {

const QString kCrd = tree::sourceFile(QStringLiteral("crds/ntp.fos1.io_ntpservices.yaml"));

}  // namespace

class TestListWatch : public QObject {
    Q_OBJECT

    std::unique_ptr<KubeServer> m_server;
    std::unique_ptr<ApiClient> m_client;

    void startServer(fakes::KubeOptions options = {}) {
        options.manifests.append(kCrd);
        m_client.reset();
        m_server = std::make_unique<KubeServer>(options);
        QVERIFY(m_server->start());
        m_client = std::make_unique<ApiClient>(*readKubeconfig(m_server->kubeconfig()), "test");
    }
    void installCrd() const {
        QFile file(kCrd);
        QVERIFY(file.open(QIODevice::ReadOnly));
        m_server->install({yaml::parse(file.readAll(), kCrd)->front().value.toJsonObject()});
    }
    void put(const QString& name, const QJsonObject& labels = {}, const QString& ns = QStringLiteral("default")) const {
        m_server->install({serviceObject(name, labels, ns)});
    }
    void remove(const QString& name) const {
        m_server->control(
            "delete",
            {{"apiVersion", kServices.apiVersion}, {"kind", kServices.kind}, {"namespace", "default"}, {"name", name}});
    }

   private Q_SLOTS:
    void init() { startServer(); }
    void cleanup() {
        m_client.reset();
        m_server.reset();
    }

    void pagesAndThenEvents() {
        for (const char* name : {"a", "b", "c", "d", "e"}) put(name);
        ListWatch::Options options;
        options.pageSize = 2;
        Follower follower(*m_client, {}, options);
        QTRY_VERIFY_WITH_TIMEOUT(follower.isWatching(), 10'000);
        QCOMPARE(follower.names(), QStringLiteral("a b c d e"));
        QCOMPARE(m_server->requests("list", "ntpservices").size(), 3);
        QCOMPARE(follower.objects["a"].value(QStringLiteral("kind")).toString(), QStringLiteral("NTPService"));
        QVERIFY(
            !follower.objects["a"].value(QStringLiteral("metadata")).toMap().contains(QStringLiteral("managedFields")));
        put("f");
        put("a", {{"site", "x"}});
        remove("b");
        QTRY_COMPARE(follower.names(), QStringLiteral("a c d e f"));
        QCOMPARE(follower.lists, 1);
        QVERIFY(QCborValue(follower.objects["a"]).toDiagnosticNotation().contains("site"));
    }

    void selectorsAndNamespaces() {
        put("a", {{"site", "x"}});
        put("b");
        m_server->install(
            {QJsonObject{{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", QJsonObject{{"name", "network"}}}}});
        put("c", {{"site", "x"}}, "network");
        Follower labelled(*m_client, {{}, "site=x", {}});
        Follower in(*m_client, {"network", {}, {}});
        Follower one(*m_client, {{}, {}, "metadata.name=b"});
        QTRY_VERIFY(labelled.isWatching() && in.isWatching() && one.isWatching());
        QCOMPARE(labelled.names(), QStringLiteral("a c"));
        QCOMPARE(in.names(), QStringLiteral("c"));
        QCOMPARE(one.names(), QStringLiteral("b"));
        put("a");
        put("b", {{"site", "x"}});
        QTRY_COMPARE(labelled.names(), QStringLiteral("b c"));
    }

    void anExpiredPageStartsTheListAnew_data() {
        QTest::addColumn<QString>("profile");
        QTest::newRow("1.20") << "1.20";
        QTest::newRow("1.34") << "1.34";
    }
    void anExpiredPageStartsTheListAnew() {
        QFETCH(const QString, profile);
        fakes::KubeOptions server;
        server.profile = profile;
        startServer(server);
        for (const char* name : {"a", "b", "c"}) put(name);
        ListWatch::Options options;
        options.pageSize = 1;
        m_server->fault({{"path", "continue="}, {"delayMs", 300}, {"count", 1}});
        Follower follower(*m_client, {}, options);
        QTRY_VERIFY(!m_server->requests().empty());
        m_server->control("compact", {{"snapshots", true}});
        QTRY_VERIFY_WITH_TIMEOUT(follower.isWatching(), 10'000);
        QCOMPARE(follower.names(), QStringLiteral("a b c"));
    }

    void whatHappenedMeanwhileIsCaughtUpWith() {
        put("a");
        put("b");
        Follower follower(*m_client);
        QTRY_VERIFY(follower.isWatching());
        // The connection is lost, but the version is still known: no second list.
        m_server->control("drop");
        put("c");
        QTRY_COMPARE_WITH_TIMEOUT(follower.names(), QStringLiteral("a b c"), 10'000);
        QCOMPARE(follower.lists, 1);
        // The history is gone: a new list, which also removes the deleted objects.
        m_server->fault({{"verb", "watch"}, {"status", 503}, {"count", 2}});
        m_server->control("end-watches");
        remove("a");
        put("d");
        m_server->control("compact");
        QTRY_COMPARE_WITH_TIMEOUT(follower.names(), QStringLiteral("b c d"), 20'000);
        QCOMPARE(follower.lists, 2);
        QCOMPARE(follower.deletions, QStringList{"a"});
    }

    void anExpiredVersionAsAStatusAndAsAnEvent() {
        put("a");
        Follower follower(*m_client);
        QTRY_VERIFY(follower.isWatching());
        m_server->fault({{"verb", "watch"}, {"status", 410}, {"reason", "Expired"}, {"count", 1}});
        m_server->control("end-watches");
        put("b");
        QTRY_COMPARE_WITH_TIMEOUT(follower.names(), QStringLiteral("a b"), 10'000);
        QTRY_COMPARE_WITH_TIMEOUT(follower.lists, 2, 10'000);
    }

    void aServerThatComesBack() {
        put("a");
        Follower follower(*m_client);
        QTRY_VERIFY(follower.isWatching());
        m_server->kill();
        QTRY_COMPARE_WITH_TIMEOUT(follower.watch.state(), ListWatch::State::Waiting, 10'000);
        QVERIFY(!follower.watch.problem().isEmpty());
        QTest::qWait(1500);
        QVERIFY(m_server->start());
        put("b");
        QTRY_COMPARE_WITH_TIMEOUT(follower.names(), QStringLiteral("a b"), 30'000);
        QVERIFY(follower.deletions.isEmpty());
        QTRY_VERIFY_WITH_TIMEOUT(follower.isWatching(), 10'000);
        QVERIFY(follower.watch.problem().isEmpty());
    }

    void aTypeThatIsNotThereYetSaysNothingOfItsObjects() {
        fakes::KubeOptions options;
        options.initializingMs = 1500;
        m_client.reset();
        m_server = std::make_unique<KubeServer>(options);
        QVERIFY(m_server->start());
        m_client = std::make_unique<ApiClient>(*readKubeconfig(m_server->kubeconfig()), "test");
        Follower follower(*m_client);
        QTRY_COMPARE(follower.watch.state(), ListWatch::State::Absent);
        QTest::qWait(1000);
        QCOMPARE(follower.lists, 0);
        installCrd();
        put("a");
        QTRY_COMPARE_WITH_TIMEOUT(follower.names(), QStringLiteral("a"), 20'000);
        QTRY_VERIFY(follower.isWatching());
    }

    void storageThatIsInitialising() {
        fakes::KubeOptions options;
        options.initializingMs = 2500;
        startServer(options);
        put("a");
        Follower follower(*m_client);
        QTRY_COMPARE(follower.watch.state(), ListWatch::State::Waiting);
        QVERIFY2(follower.watch.problem().contains("initializing"), qPrintable(follower.watch.problem()));
        QCOMPARE(follower.lists, 0);
        QTRY_VERIFY_WITH_TIMEOUT(follower.isWatching(), 15'000);
        QCOMPARE(follower.names(), QStringLiteral("a"));
    }

    void tornAndSlowStreams_data() {
        QTest::addColumn<QJsonObject>("fault");
        QTest::newRow("torn by stream") << QJsonObject{{"verb", "watch"}, {"tearAfter", 700}, {"count", 8}};
        QTest::newRow("torn by connection")
            << QJsonObject{{"verb", "watch"}, {"tearAfter", 700}, {"tearBy", "connection"}, {"count", 8}};
        QTest::newRow("in pieces") << QJsonObject{{"verb", "watch"}, {"chunkBytes", 13}, {"chunkDelayMs", 1}};
        QTest::newRow("a list that breaks off") << QJsonObject{{"verb", "list"}, {"tearAfter", 100}, {"count", 2}};
    }
    void tornAndSlowStreams() {
        QFETCH(const QJsonObject, fault);
        put("a");
        m_server->fault(fault);
        Follower follower(*m_client);
        QTRY_VERIFY_WITH_TIMEOUT(follower.lists > 0, 20'000);
        QString wanted = "a";
        for (const char* name : {"b", "c", "d", "e"}) {
            put(name);
            wanted += u' ' + QLatin1String(name);
        }
        QTRY_COMPARE_WITH_TIMEOUT(follower.names(), wanted, 40'000);
        QVERIFY(follower.deletions.isEmpty());
    }

    void bookmarksKeepTheVersionFresh() {
        put("a");
        Follower follower(*m_client);
        QTRY_VERIFY(follower.isWatching());
        // Changes outside this type increase the version; a bookmark reports it.
        for (int i = 0; i < 20; ++i)
            m_server->install(
                {QJsonObject{{"apiVersion", "v1"},
                             {"kind", "ConfigMap"},
                             {"metadata", QJsonObject{{"name", QString::number(i)}, {"namespace", "default"}}}}});
        m_server->control("bookmarks");
        QTest::qWait(200);
        m_server->control("compact");
        m_server->control("end-watches");
        put("b");
        QTRY_COMPARE_WITH_TIMEOUT(follower.names(), QStringLiteral("a b"), 10'000);
        QCOMPARE(follower.lists, 1);
    }

    void aTokenThatIsRotatedWhileWatching() {
        const QString file = m_server->path("token");
        QVERIFY(lab::writeFile(file, m_server->token().toUtf8()));
        ClusterAccess access = m_client->access();
        access.credentials = {};
        access.credentials.tokenFile = file;
        ApiClient client(access, "test");
        put("a");
        Follower follower(client);
        QTRY_VERIFY(follower.isWatching());
        m_server->setToken("admin", "rotated");
        m_server->control("end-watches");
        QTRY_VERIFY_WITH_TIMEOUT(follower.watch.problem().contains("Unauthorized"), 10'000);
        put("b");
        QVERIFY(lab::writeFile(file, "rotated"));
        QTRY_COMPARE_WITH_TIMEOUT(follower.names(), QStringLiteral("a b"), 20'000);
        QVERIFY(follower.deletions.isEmpty());
        QTRY_VERIFY(follower.isWatching() && follower.watch.problem().isEmpty());
    }

    void aServerThatIsKilledAgainAndAgain() {
        ListWatch::Options options;
        options.pageSize = 2;
        Follower follower(*m_client, {}, options);
        QString wanted;
        // Interrupt it a little later each time: while it connects, lists, watches.
        for (int i = 0; i < 8; ++i) {
            const QString name = QStringLiteral("n%1").arg(i);
            put(name);
            wanted += (i ? QStringLiteral(" ") : QString()) + name;
            QTest::qWait(40 * i);
            m_server->kill();
            QTest::qWait(20 * (8 - i));
            QVERIFY(m_server->start());
        }
        QTRY_COMPARE_WITH_TIMEOUT(follower.names(), wanted, 60'000);
        QVERIFY(follower.deletions.isEmpty());
        QTRY_VERIFY_WITH_TIMEOUT(follower.isWatching(), 10'000);
    }

    void oneConnectionAndNoRequestAtRest() {
        put("a");
        Follower one(*m_client);
        Follower two(*m_client, {"default", {}, {}});
        QTRY_VERIFY(one.isWatching() && two.isWatching());
        const qsizetype before = m_server->requests().size();
        QTest::qWait(2000);
        QCOMPARE(m_server->requests().size(), before);
        QCOMPARE(m_server->control("connections")[u"open"].toInt(), 1);
    }

    void aListThatDoesNotGoOnIsGivenUp() {
        // Each page names its own token for the next page.
        const QByteArray page = R"({"kind": "NTPServiceList", "metadata": {"resourceVersion": "7", "continue": "x"},
                                    "items": [{"metadata": {"name": "a", "resourceVersion": "5"}}]})";
        QTcpServer server;
        int requests = 0;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        connect(&server, &QTcpServer::newConnection, this, [&] {
            QTcpSocket* socket = server.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [&requests, &page, socket] {
                socket->readAll();
                ++requests;
                socket->write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" + page);
                socket->disconnectFromHost();
            });
        });
        ClusterAccess access;
        access.server = QUrl(QStringLiteral("http://127.0.0.1:%1").arg(server.serverPort()));
        ApiClient client(access, "test");
        Follower follower(client);
        QTRY_VERIFY2(follower.watch.problem().contains("does not continue"), qPrintable(follower.watch.problem()));
        QVERIFY(follower.watch.state() == ListWatch::State::Waiting);
        QVERIFY(follower.objects.empty());
        QCOMPARE(follower.lists, 0);
        QCOMPARE(requests, 2);
    }
};

QTEST_GUILESS_MAIN(TestListWatch)
#include "tst_list_watch.moc"
