// SPDX-License-Identifier: GPL-2.0-or-later
// Servers that ask for a new connection (GOAWAY, RFC 9113 section 6.8): with a 401, by chance to balance their load,
// and when they shut down. A client that goes on with the old connection waits until its last watch ends, which takes
// minutes.
#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>
#include <set>

#include "kube_server.h"
#include "kubeconfig.h"
#include "lab.h"
#include "list_watch.h"

using namespace fos1;
using namespace fos1::kube;
using fakes::KubeServer;

namespace {

const ResourceType kMaps{"v1", "ConfigMap", "configmaps", true};

QJsonObject configMap(const QString& name) {
    return {{"apiVersion", kMaps.apiVersion},
            {"kind", kMaps.kind},
            {"metadata", QJsonObject{{"name", name}, {"namespace", "default"}}}};
}

ApiRequest read() {
    ApiRequest request;
    request.path = kMaps.path("default");
    request.query.addQueryItem("limit", "1");
    return request;
}

ApiRequest create(const QString& name) {
    ApiRequest request;
    request.verb = "POST";
    request.path = kMaps.path("default");
    request.contentType = "application/json";
    request.body = QJsonDocument(configMap(name)).toJson();
    return request;
}

}  // namespace

class TestGoAway : public QObject {
    Q_OBJECT

    std::unique_ptr<KubeServer> m_server;
    std::unique_ptr<ApiClient> m_client;

    /// Sends all of them at once and waits for the replies.
    std::vector<ApiReply> askAll(const std::vector<ApiRequest>& requests) {
        std::vector<std::optional<ApiReply>> replies(requests.size());
        std::size_t answered = 0;
        for (std::size_t i = 0; i < requests.size(); ++i)
            m_client->send(requests[i], m_client.get(), [&replies, &answered, i](const ApiReply& reply) {
                replies[i] = reply;
                ++answered;
            });
        static_cast<void>(QTest::qWaitFor([&] { return answered == requests.size(); }, 30'000));
        std::vector<ApiReply> all;
        all.reserve(replies.size());
        for (const auto& reply : replies) all.push_back(reply.value_or(ApiReply{0, {}, {}, "never answered"}));
        return all;
    }
    ApiReply ask(const ApiRequest& request) { return askAll({request}).front(); }
    [[nodiscard]] std::unique_ptr<ListWatch> follow() const {
        return std::make_unique<ListWatch>(*m_client, kMaps, ListScope{"default", {}, {}}, ListWatch::Options());
    }
    [[nodiscard]] int connections() const { return m_server->control("connections")[u"open"].toInt(); }

   private Q_SLOTS:
    void init() {
        m_server = std::make_unique<KubeServer>();
        QVERIFY(m_server->start());
        m_client = std::make_unique<ApiClient>(*readKubeconfig(m_server->kubeconfig()), "test");
    }
    void cleanup() {
        m_client.reset();
        m_server.reset();
    }

    void aTokenThatWasBadForAMoment() {
        const QString file = m_server->path("token");
        QVERIFY(lab::writeFile(file, m_server->token().toUtf8()));
        ClusterAccess access = m_client->access();
        access.credentials = {};
        access.credentials.tokenFile = file;
        m_client = std::make_unique<ApiClient>(access, "test");
        const auto watch = follow();
        watch->start();
        QTRY_COMPARE(watch->state(), ListWatch::State::Watching);
        QVERIFY(lab::writeFile(file, "bad"));
        // The 401 is reported as such, and the next request does not wait for the end of the watch.
        for (int i = 0; i < 3; ++i) {
            QElapsedTimer timer;
            timer.start();
            const ApiReply refused = ask(read());
            QCOMPARE(refused.status, 401);
            QVERIFY2(refused.problem.contains("Unauthorized"), qPrintable(refused.problem));
            QVERIFY(timer.elapsed() < 3000);
        }
        QVERIFY(lab::writeFile(file, m_server->token().toUtf8()));
        QElapsedTimer timer;
        timer.start();
        const ApiReply reply = ask(read());
        QVERIFY2(reply.isOk(), qPrintable(reply.problem));
        QVERIFY(timer.elapsed() < 3000);
        QCOMPARE(watch->state(), ListWatch::State::Watching);
    }

    void aServerThatAnswersFewRequestsOnEachConnection_data() {
        QTest::addColumn<int>("every");
        QTest::addColumn<int>("count");
        QTest::newRow("one") << 1 << 40;
        QTest::newRow("three") << 3 << 90;
    }
    void aServerThatAnswersFewRequestsOnEachConnection() {
        QFETCH(const int, every);
        QFETCH(const int, count);
        const auto watch = follow();
        watch->start();
        QTRY_COMPARE(watch->state(), ListWatch::State::Watching);
        m_server->control("goaway-policy", {{"every", every}});
        std::vector<ApiRequest> requests;
        requests.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) requests.push_back(create(QStringLiteral("m-%1").arg(i)));
        const std::vector<ApiReply> replies = askAll(requests);
        // Created exactly once each: a refused request is repeated, an accepted one is not.
        for (const ApiReply& reply : replies) QVERIFY2(reply.status == 201, qPrintable(reply.problem));
        QCOMPARE(m_server->requests("create", "configmaps").size(), count);
        QTRY_VERIFY(connections() <= 4);
    }

    void aWatchAmongMovingConnectionsMissesNothing() {
        m_server->control("goaway-policy", {{"chance", 0.2}});
        const auto watch = follow();
        std::set<QString> seen;
        const auto note = [&seen](const QCborMap& object) {
            seen.insert(object.value(QStringLiteral("metadata")).toMap().value(QStringLiteral("name")).toString());
        };
        connect(watch.get(), &ListWatch::listed, this, [&note](const QList<QCborMap>& page) {
            for (const QCborMap& object : page) note(object);
        });
        connect(watch.get(), &ListWatch::updated, this, note);
        watch->start();
        for (int i = 0; i < 100; ++i) {
            const ApiReply reply = ask(create(QStringLiteral("m-%1").arg(i)));
            QVERIFY2(reply.status == 201, qPrintable(reply.problem));
            if (i % 20 == 10) m_server->control("end-watches");
        }
        QTRY_COMPARE_WITH_TIMEOUT(seen.size(), std::size_t(100), 10'000);
    }

    void oneConnectionRemains() {
        const auto watch = follow();
        watch->start();
        QTRY_COMPARE(watch->state(), ListWatch::State::Watching);
        for (int i = 0; i < 5; ++i) {
            m_server->control("goaway");
            QVERIFY(ask(read()).isOk());
        }
        QTRY_COMPARE(connections(), 2);
        // The watch holds the first one, until the server ends it.
        m_server->control("end-watches");
        QTRY_COMPARE(watch->state(), ListWatch::State::Watching);
        QTRY_COMPARE(connections(), 1);
    }

    void aServerThatShutsDownAndComesBack() {
        const auto watch = follow();
        watch->start();
        QTRY_COMPARE(watch->state(), ListWatch::State::Watching);
        m_server->control("shut-down", {{"ms", 2000}});
        // No connection is accepted meanwhile, and that is said at once.
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(ask(read()).status, 0);
        QVERIFY(timer.elapsed() < 5000);
        QTRY_VERIFY(!m_server->isRunning());
        QVERIFY(m_server->start());
        QVERIFY(ask(create("after")).isOk());
        QTRY_COMPARE_WITH_TIMEOUT(watch->state(), ListWatch::State::Watching, 15'000);
    }

    void whatMayHaveArrivedIsNotSentAgain() {
        QVERIFY(ask(read()).isOk());
        m_server->fault({{"method", "POST"}, {"hang", true}, {"count", 1}});
        QTimer::singleShot(500, this, [this] { m_server->control("drop"); });
        QCOMPARE(ask(create("m")).status, 0);
        QTRY_COMPARE(m_server->requests("create", "configmaps").size(), 1);
    }
};

QTEST_GUILESS_MAIN(TestGoAway)
#include "tst_go_away.moc"
