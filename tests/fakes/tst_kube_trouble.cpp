// SPDX-License-Identifier: GPL-2.0-or-later
// The failures that tests can cause in the fake API server: faults, expired versions, restarts, storms.
#include <QElapsedTimer>
#include <QTest>

#include "kube_curl.h"
#include "kube_server.h"
#include "lab.h"
#include "tree.h"

using namespace fos1;
using fakes::HttpAnswer;
using fakes::KubeCurl;
using fakes::KubeServer;

namespace {

const QString kVlans = QStringLiteral("/apis/networking.fos1.io/v1/namespaces/default/vlans");

const QJsonObject kTemplate{{"apiVersion", "networking.fos1.io/v1"},
                            {"kind", "VLAN"},
                            {"metadata", QJsonObject{{"name", "vlan-{i}"}, {"namespace", "default"}}},
                            {"spec", QJsonObject{{"id", "{#i}"}, {"interface", "lan.{i}"}}}};

}  // namespace

class tst_kube_trouble : public QObject {
    Q_OBJECT

    std::unique_ptr<KubeServer> m_server;
    std::unique_ptr<KubeCurl> m_curl;

    void start(const QString& profile = QStringLiteral("1.34"), int initializingMs = 0) {
        m_server =
            std::make_unique<KubeServer>(fakes::KubeOptions{.profile = profile,
                                                            .manifests = {tree::sourceFile(QStringLiteral("crds"))},
                                                            .initializingMs = initializingMs});
        m_curl = std::make_unique<KubeCurl>(*m_server);
        QVERIFY(m_server->start());
    }

    QJsonObject bulk(int count) {
        return m_server->control("bulk", {{"template", kTemplate}, {"count", count}, {"first", 1}});
    }

    std::unique_ptr<lab::Daemon> watch(const QString& query) {
        auto curl = std::make_unique<lab::Daemon>(m_server->path("watch.out"), QStringLiteral("curl"),
                                                  m_curl->words("GET", kVlans + QStringLiteral("?watch=1&") + query));
        if (!QTest::qWaitFor([this] { return m_server->control("watches")[u"watches"].toArray().size() == 1; }))
            qWarning("the watch did not begin");
        return curl;
    }

   private Q_SLOTS:
    void answersAStatusSoOften() {
        start();
        m_server->fault({{"path", "/vlans"}, {"status", 503}, {"retryAfter", 7}, {"skip", 1}, {"count", 2}});
        QList<int> codes;
        for (int i = 0; i < 4; ++i) {
            const HttpAnswer answer = m_curl->ask("GET", kVlans);
            codes.append(answer.code());
            QCOMPARE(answer.headers["retry-after"], answer.code() == 503 ? QByteArray("7") : QByteArray());
        }
        QCOMPARE(codes, QList<int>({200, 503, 503, 200}));
    }

    void tearsStreams_data() {
        QTest::addColumn<QString>("by");
        QTest::addColumn<QString>("http");
        QTest::addColumn<QList<int>>("exitCodes");  // curl(1)
        QTest::newRow("stream") << "stream"
                                << "--http2" << QList<int>{92};
        QTest::newRow("connection") << "connection"
                                    << "--http2" << QList<int>{18, 56};
        QTest::newRow("HTTP/1.1") << "connection"
                                  << "--http1.1" << QList<int>{18, 56};
    }
    void tearsStreams() {
        QFETCH(const QString, by);
        QFETCH(const QString, http);
        QFETCH(const QList<int>, exitCodes);
        start();
        bulk(20);
        m_curl->options = {http};
        m_server->fault({{"verb", "list"}, {"tearAfter", 1000}, {"tearBy", by}});
        const HttpAnswer list = m_curl->ask("GET", kVlans);
        QVERIFY2(exitCodes.contains(list.exitCode), qPrintable(QString::number(list.exitCode)));
        QCOMPARE(list.body.size(), 1000);
        m_server->clearFaults();
        QCOMPARE(m_curl->ask("GET", kVlans).exitCode, 0);
        m_server->fault({{"verb", "watch"}, {"tearAfter", 5000}, {"tearBy", by}});
        const HttpAnswer torn = m_curl->ask("GET", kVlans + "?watch=1");
        QVERIFY(torn.exitCode != 0);
        QVERIFY(torn.body.startsWith(R"({"type":"ADDED","object":)"));
    }

    void isSlowAndSilent() {
        start();
        bulk(3);
        const QByteArray whole = m_curl->ask("GET", kVlans).body;
        QElapsedTimer timer;
        timer.start();
        m_server->fault({{"chunkBytes", 500}, {"chunkDelayMs", 20}, {"delayMs", 100}, {"count", 1}});
        QCOMPARE(m_curl->ask("GET", kVlans).body, whole);
        QVERIFY(timer.elapsed() >= 100 + 20 * (whole.size() / 500));
        m_curl->options = {"-m", "2"};
        m_server->fault({{"hang", true}, {"count", 1}});
        QCOMPARE(m_curl->ask("GET", kVlans).exitCode, 28);  // curl(1): timeout
        QTRY_COMPARE(m_server->requests().last().status, 0);
        // A client that disconnected in the meantime leaves no watch behind.
        m_server->fault({{"delayMs", 2600}, {"count", 1}});
        QCOMPARE(m_curl->ask("GET", kVlans + "?watch=1").exitCode, 28);
        m_server->fault({{"delayMs", 2600}, {"count", 1}});
        QCOMPARE(m_curl->ask("GET", kVlans).exitCode, 28);
        QCOMPARE(m_server->control("watches")[u"watches"].toArray().size(), 0);
        m_server->control("silence");
        QCOMPARE(m_curl->ask("GET", kVlans).exitCode, 28);
        m_server->control("silence", {{"on", false}});
        m_curl->options.clear();
        QCOMPARE(m_curl->ask("GET", kVlans).code(), 200);
    }

    void dropsConnections() {
        start();
        const auto curl = watch({});
        QVERIFY(m_server->control("drop")[u"dropped"].toInt() >= 1);
        QVERIFY(curl->waitForEnd(5000) > 0);
        QTRY_VERIFY(m_server->control("watches")[u"watches"].toArray().isEmpty());
    }

    void asksClientsToComeAnew() {
        start();
        const auto curl = watch({});
        QCOMPARE(m_server->control("goaway")[u"asked"].toInt(), 1);
        bulk(1);
        QTRY_VERIFY(curl->log().contains("vlan-1"));  // the watch under way continues
    }

    void forgetsVersions() {
        start();
        bulk(3);
        const QString before = QStringLiteral("?watch=1&resourceVersion=%1").arg(m_server->version() - 1);
        bulk(4);
        m_server->control("compact");
        const HttpAnswer answer = m_curl->ask("GET", kVlans + before);
        QCOMPARE(answer.code(), 200);
        QCOMPARE(answer.json()[u"object"][u"reason"].toString(), QStringLiteral("Expired"));
        const auto now = watch(QStringLiteral("resourceVersion=%1").arg(m_server->version()));
        QVERIFY(now->isRunning());
    }

    void continuesOldLists_data() {
        QTest::addColumn<QString>("profile");
        QTest::addColumn<int>("code");
        QTest::newRow("1.20") << "1.20" << 410;
        QTest::newRow("1.34") << "1.34" << 200;
    }
    void continuesOldLists() {
        QFETCH(const QString, profile);
        QFETCH(const int, code);
        start(profile);
        bulk(5);
        const auto page = [this](const QJsonObject& after) {
            return m_curl->ask(
                "GET", kVlans + QStringLiteral("?limit=2&continue=") + after[u"metadata"][u"continue"].toString());
        };
        const QJsonObject first = m_curl->ask("GET", kVlans + "?limit=2").json();
        m_curl->ask("DELETE", kVlans + "/vlan-3");
        QCOMPARE(page(first).json()[u"items"][0][u"metadata"][u"name"].toString(), QStringLiteral("vlan-3"));
        m_server->control("compact");
        const HttpAnswer second = page(first);
        QCOMPARE(second.code(), code);
        if (code == 200) return;
        // The token in the refusal continues with the current objects.
        QCOMPARE(page(second.json()).json()[u"items"][0][u"metadata"][u"name"].toString(), QStringLiteral("vlan-4"));
    }

    void comesBackWithItsObjects() {
        start(QStringLiteral("1.34"), 4000);
        bulk(3);
        QTRY_COMPARE_WITH_TIMEOUT(m_curl->ask("GET", kVlans).code(), 200, 20'000);
        const QJsonArray objects = m_server->list("networking.fos1.io/v1", "VLAN");
        const QString old = kVlans + QStringLiteral("?watch=1&resourceVersion=%1").arg(m_server->version() - 1);
        QVERIFY(m_server->restart());
        QCOMPARE(m_curl->ask("GET", old).code(), 429);
        QTRY_COMPARE_WITH_TIMEOUT(m_curl->ask("GET", old).code(), 200, 20'000);
        QCOMPARE(m_curl->ask("GET", old).json()[u"type"].toString(), QStringLiteral("ERROR"));
        QCOMPARE(m_server->list("networking.fos1.io/v1", "VLAN"), objects);
        const qint64 version = m_server->version();
        bulk(4);
        QVERIFY(m_server->version() > version);
    }

    void makesManyObjectsAndChanges() {
        start();
        QElapsedTimer timer;
        timer.start();
        bulk(2000);
        QVERIFY(timer.elapsed() < 10'000);
        const auto curl = watch(QStringLiteral("resourceVersion=%1").arg(m_server->version()));
        const QJsonObject storm{{"apiVersion", "networking.fos1.io/v1"},
                                {"kind", "VLAN"},
                                {"perSecond", 1000},
                                {"seconds", 0.5},
                                {"wait", true}};
        QCOMPARE(m_server->control("storm", storm)[u"changes"].toInt(), 500);
        QTRY_COMPARE(curl->log().count("\"MODIFIED\""), 500);
    }
};

QTEST_GUILESS_MAIN(tst_kube_trouble)
#include "tst_kube_trouble.moc"
