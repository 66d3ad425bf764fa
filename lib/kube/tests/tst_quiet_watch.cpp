// SPDX-License-Identifier: GPL-2.0-or-later
// Watches in which nothing arrives: because nothing happens, because the server hangs, or because it does not know our
// version yet. Only trouble is reported as trouble.
#include <QFile>
#include <QTest>

#include "follower.h"
#include "kube_server.h"
#include "kubeconfig.h"
#include "tree.h"

using namespace fos1;
using namespace fos1::kube;
using fakes::KubeServer;

class TestQuietWatch : public QObject {
    Q_OBJECT

    std::unique_ptr<KubeServer> m_server;
    std::unique_ptr<ApiClient> m_client;

    void put(const QString& name) const { m_server->install({serviceObject(name)}); }
    [[nodiscard]] static ListWatch::Options impatient() {
        ListWatch::Options options;
        options.silence = std::chrono::seconds(1);
        return options;
    }

   private Q_SLOTS:
    void init() {
        m_server = std::make_unique<KubeServer>(
            fakes::KubeOptions{.manifests = {tree::sourceFile(QStringLiteral("crds/ntp.fos1.io_ntpservices.yaml"))}});
        QVERIFY(m_server->start());
        m_client = std::make_unique<ApiClient>(*readKubeconfig(m_server->kubeconfig()), "test");
    }
    void cleanup() {
        m_client.reset();
        m_server.reset();
    }

    void aServerWithNothingToSayIsNoTrouble() {
        put("a");
        Follower follower(*m_client, {}, impatient());
        QTRY_VERIFY(follower.isWatching());
        // It is asked, and the watch goes on from the same version.
        QTRY_VERIFY_WITH_TIMEOUT(m_server->requests("watch", "ntpservices").size() >= 3, 10'000);
        QVERIFY(follower.isWatching());
        QCOMPARE(follower.problems, QStringList());
        QCOMPARE(follower.lists, 1);
        put("b");
        QTRY_COMPARE(follower.names(), QStringLiteral("a b"));
    }

    void aServerThatHangsIsGivenUp() {
        put("a");
        Follower follower(*m_client, {}, impatient());
        QTRY_VERIFY(follower.isWatching());
        m_server->freeze(true);
        QTRY_COMPARE_WITH_TIMEOUT(follower.watch.state(), ListWatch::State::Waiting, 20'000);
        QVERIFY2(follower.watch.problem().contains("no answer"), qPrintable(follower.watch.problem()));
        m_server->freeze(false);
        put("b");
        QTRY_COMPARE_WITH_TIMEOUT(follower.names(), QStringLiteral("a b"), 10'000);
        QTRY_VERIFY(follower.isWatching() && follower.watch.problem().isEmpty());
        QVERIFY(follower.deletions.isEmpty());
    }

    void aServerThatWasRestoredToAnEarlierState() {
        for (int i = 0; i < 20; ++i) put(QStringLiteral("later-%1").arg(i));
        Follower follower(*m_client, {}, impatient());
        QTRY_VERIFY(follower.isWatching());
        m_server->kill();
        QVERIFY(QFile::remove(m_server->path("state.jsonl")));
        QVERIFY(m_server->start());
        put("a");
        QTRY_COMPARE_WITH_TIMEOUT(follower.names(), QStringLiteral("a"), 20'000);
        QCOMPARE(follower.deletions.size(), 20);
    }

    void aVersionThatExpiredIsNoTrouble_data() {
        QTest::addColumn<QJsonObject>("fault");
        QTest::newRow("of a watch") << QJsonObject{
            {"verb", "watch"}, {"status", 410}, {"reason", "Expired"}, {"count", 2}};
        QTest::newRow("of a list") << QJsonObject{
            {"verb", "list"}, {"status", 410}, {"reason", "Expired"}, {"count", 1}};
    }
    void aVersionThatExpiredIsNoTrouble() {
        QFETCH(const QJsonObject, fault);
        put("a");
        m_server->fault(fault);
        Follower follower(*m_client);
        QTRY_VERIFY_WITH_TIMEOUT(follower.isWatching(), 10'000);
        put("b");
        QTRY_COMPARE_WITH_TIMEOUT(follower.names(), QStringLiteral("a b"), 10'000);
        QCOMPARE(follower.problems, QStringList());
    }

    void aVersionThatAlwaysExpiresIsReported() {
        m_server->fault({{"verb", "watch"}, {"status", 410}, {"reason", "Expired"}, {"message", "too old"}});
        Follower follower(*m_client);
        QTRY_VERIFY_WITH_TIMEOUT(follower.watch.problem().contains("too old"), 20'000);
    }
};

QTEST_GUILESS_MAIN(TestQuietWatch)
#include "tst_quiet_watch.moc"
