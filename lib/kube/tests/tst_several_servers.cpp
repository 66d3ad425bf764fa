// SPDX-License-Identifier: GPL-2.0-or-later
// Two API servers of one cluster behind a load balancer that moves connections: nothing is missed, and requests go on.
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QTest>
#include <optional>
#include <set>

#include "kube_server.h"
#include "kubeconfig.h"
#include "list_watch.h"
#include "load_balancer.h"

using namespace fos1;
using namespace fos1::kube;
using fakes::KubeServer;
using fakes::LoadBalancer;

namespace {

const ResourceType kMaps{"v1", "ConfigMap", "configmaps", true};

QJsonObject configMap(const QString& name) {
    return {{"apiVersion", kMaps.apiVersion},
            {"kind", kMaps.kind},
            {"metadata", QJsonObject{{"name", name}, {"namespace", "default"}}}};
}

/// Names of the objects that a watch has shown.
struct Seen {
    ListWatch watch;
    std::set<QString> names;

    explicit Seen(ApiClient& client) : watch(client, kMaps, {}, {}) {
        const auto add = [this](const QCborMap& object) {
            names.insert(object.value(QStringLiteral("metadata")).toMap().value(QStringLiteral("name")).toString());
        };
        QObject::connect(&watch, &ListWatch::listed, &watch, [add](const QList<QCborMap>& page) {
            for (const QCborMap& object : page) add(object);
        });
        QObject::connect(&watch, &ListWatch::updated, &watch, add);
        watch.start();
    }
};

}  // namespace

class TestSeveralServers : public QObject {
    Q_OBJECT

    std::unique_ptr<KubeServer> m_server;
    std::unique_ptr<LoadBalancer> m_balancer;
    std::unique_ptr<ApiClient> m_client;
    quint16 m_replica = 0;

    /// The status of the answer. What may have arrived is not sent again by the client but by its user: it is created,
    /// or it exists already.
    int create(const QString& name) {
        ApiRequest request;
        request.verb = "POST";
        request.path = kMaps.path("default");
        request.contentType = "application/json";
        request.body = QJsonDocument(configMap(name)).toJson();
        constexpr int kTries = 5;
        for (int i = 0; i < kTries; ++i) {
            std::optional<ApiReply> reply;
            m_client->send(request, m_client.get(), [&reply](const ApiReply& got) { reply = got; });
            if (!QTest::qWaitFor([&reply] { return reply.has_value(); }, 5000)) return -1;
            if (reply->status != 0) return reply->status;
            qInfo().noquote() << reply->problem;
        }
        return 0;
    }

   private Q_SLOTS:
    void init() {
        m_server = std::make_unique<KubeServer>();
        QVERIFY(m_server->start());
        m_replica = static_cast<quint16>(m_server->control("replica")[u"port"].toInt());
        QVERIFY(m_replica != 0);
        m_balancer = std::make_unique<LoadBalancer>(std::vector{m_server->port(), m_replica});
        ClusterAccess access = *readKubeconfig(m_server->kubeconfig());
        access.server.setPort(m_balancer->port());
        m_client = std::make_unique<ApiClient>(access, "test");
    }
    void cleanup() {
        m_client.reset();
        m_balancer.reset();
        m_server.reset();
    }

    void connectionsThatAreMovedMissNothing() {
        Seen seen(*m_client);
        constexpr int kRounds = 15;
        for (int i = 0; i < kRounds; ++i) {
            m_server->install({configMap(QStringLiteral("theirs-%1").arg(i))});
            const int status = create(QStringLiteral("ours-%1").arg(i));
            QVERIFY2(status == 201 || status == 409, qPrintable(QString::number(status)));
            m_balancer->rebalance();
        }
        const auto isAllSeen = [&seen] {
            for (int i = 0; i < kRounds; ++i)
                for (const char* whose : {"ours-%1", "theirs-%1"})
                    if (!seen.names.contains(QString::fromLatin1(whose).arg(i))) return false;
            return true;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isAllSeen(), 10'000);
        for (const quint16 port : {m_server->port(), m_replica}) QVERIFY(m_balancer->connections().contains(port));
        QTRY_COMPARE(seen.watch.state(), ListWatch::State::Watching);
    }

    void oneServerThatDiesIsLeft() {
        Seen seen(*m_client);
        QTRY_COMPARE(seen.watch.state(), ListWatch::State::Watching);
        const quint16 used = m_balancer->connections().begin()->first;
        m_server->control("down", {{"port", used}});
        QElapsedTimer since;
        since.start();
        const int status = create("after");
        QVERIFY2(status == 201 || status == 409, qPrintable(QString::number(status)));
        QTRY_VERIFY_WITH_TIMEOUT(seen.names.contains("after"), 10'000);
        QTRY_COMPARE(seen.watch.state(), ListWatch::State::Watching);
        QVERIFY2(since.elapsed() < 10'000, qPrintable(QString::number(since.elapsed())));
        QVERIFY(m_balancer->connections().rbegin()->first != used || m_balancer->connections().size() == 2);
    }
};

QTEST_GUILESS_MAIN(TestSeveralServers)
#include "tst_several_servers.moc"
