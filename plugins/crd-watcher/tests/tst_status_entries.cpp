// SPDX-License-Identifier: GPL-2.0-or-later
// The entries of many nodes in one status: bounded, written where they are, and together with the whole where possible.
#include <algorithm>

#include "core/node_entries.h"
#include "status_rig.h"

using namespace fos1;
using namespace fos1::crd;

class TestStatusEntries : public StatusTest {
    Q_OBJECT

    /// Others that serve the object and write no more.
    void putEntries(qsizetype count) {
        QJsonArray nodes;
        for (qsizetype i = 0; i < count; ++i) {
            QJsonObject each = ready(true, {{"observedGeneration", 1}});
            each[u"name"] = QStringLiteral("other-%1").arg(i);
            nodes.append(each);
        }
        QJsonObject object = m_rig->get("a");
        object[u"status"] = QJsonObject{{"nodes", nodes}};
        m_rig->server.install({object});
    }
    [[nodiscard]] qsizetype count() const { return status()[u"nodes"].toArray().size(); }

   private Q_SLOTS:
    void init() { setUp(); }
    void cleanup() { m_rig.reset(); }

    void thousandsOfStatusesTakeOneWriteEach() {
        constexpr int kObjects = 200;
        for (int i = 0; i < kObjects; ++i) m_rig->put(QString::number(i), 1);
        Node node(*m_rig, "n1");
        for (int i = 0; i < kObjects; ++i) node.say(QString::number(i), ready(true, {{"stratum", i}}));
        const auto isWritten = [this] {
            for (int i = 0; i < kObjects; ++i)
                if (conditionIn(status(QString::number(i)), "Ready").isEmpty()) return false;
            return true;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isWritten(), 60'000);
        QTest::qWait(4 * kIntervalMs);
        // While the Lease is renewed slowly, an entry does not wait for it forever.
        QVERIFY2(writes() < kObjects * 11 / 10, qPrintable(QString::number(writes())));
        QCOMPARE(status("7")[u"nodes"][0][u"stratum"].toInt(), 7);
    }

    void fieldsThatAreNoLongerReportedGo() {
        Node node(*m_rig, "n1");
        node.say("a", ready(true, {{"stratum", 2}, {"error", "x"}}));
        QTRY_COMPARE(isReady(), QStringLiteral("True"));
        node.say("a", ready(false, {{"error", ""}}));
        QTRY_COMPARE(isReady(), QStringLiteral("False"));
        QVERIFY2(!status().contains(u"stratum") && !status().contains(u"error"),
                 QJsonDocument(status()).toJson().constData());
        QVERIFY(!entry("n1").contains(u"stratum"));
    }

    void aFullListTakesNoMoreUnlessThereIsTrouble() {
        putEntries(kMostEntries);
        Node node(*m_rig, "n1");
        node.say("a", ready(true));
        // The aggregate of those that are there.
        QTRY_COMPARE_WITH_TIMEOUT(isReady(), QStringLiteral("True"), 20'000);
        QVERIFY(isQuietFor(4 * kIntervalMs));
        QVERIFY(entry("n1").isEmpty());
        node.say("a", ready(false));
        QTRY_COMPARE_WITH_TIMEOUT(isReady(), QStringLiteral("False"), 20'000);
        QCOMPARE(count(), kMostEntries);
        QVERIFY(!entry("n1").isEmpty());
        QVERIFY(entry(QStringLiteral("other-%1").arg(kMostEntries - 1)).isEmpty());
        node.say("a", ready(true));
        QTRY_COMPARE_WITH_TIMEOUT(isReady(), QStringLiteral("True"), 20'000);
        QCOMPARE(count(), kMostEntries);
    }

    void manyThatComeAtOnceDoNotExceedTheBound() {
        putEntries(kMostEntries - 3);
        std::vector<std::unique_ptr<Node>> nodes(10);
        for (int i = 0; auto& node : nodes) node = std::make_unique<Node>(*m_rig, QStringLiteral("n%1").arg(i++));
        for (const auto& node : nodes) node->say("a", ready(true));
        QTRY_COMPARE_WITH_TIMEOUT(count(), kMostEntries, 30'000);
        QTest::qWait(6 * kIntervalMs);
        QCOMPARE(count(), kMostEntries);
        for (const auto& node : nodes) QVERIFY2(node->writer.problem().isEmpty(), qPrintable(node->writer.problem()));
    }

    void anObjectThatOthersChangeAllTheTimeIsWritten() {
        Node node(*m_rig, "n1");
        node.say("a", ready(true, {{"stratum", 1}}));
        QTRY_COMPARE(isReady(), QStringLiteral("True"));
        // Each write that names a version comes too late.
        m_rig->server.fault({{"verb", "patch"}, {"path", "things"}, {"delayMs", 200}});
        m_rig->server.control("storm", {{"apiVersion", kThing.apiVersion},
                                        {"kind", kThing.kind},
                                        {"namespace", kNs},
                                        {"perSecond", 50},
                                        {"seconds", 20}});
        node.say("a", ready(true, {{"stratum", 5}}));
        QTRY_COMPARE_WITH_TIMEOUT(status()[u"stratum"].toInt(), 5, 15'000);
        QCOMPARE(entry("n1")[u"stratum"].toInt(), 5);
        const auto all = m_rig->server.requests("patch", "things");
        QVERIFY(std::any_of(all.begin(), all.end(), [](const auto& each) { return each.status == 409; }));
        QVERIFY(node.writer.problem().isEmpty());
    }

    void anEntryOfAnEarlierVersionIsTakenOver() {
        // It was applied, and so were the fields beside it.
        const QString path = QStringLiteral("/apis/t.io/v1/namespaces/default/things/a/status");
        const auto client = m_rig->client();
        const auto applied = [&](const QString& manager, const QJsonObject& status) {
            kube::ApiRequest request;
            request.verb = "PATCH";
            request.path = path;
            request.query.addQueryItem("fieldManager", manager);
            request.query.addQueryItem("force", "true");
            request.contentType = "application/apply-patch+yaml";
            request.body = QJsonDocument(QJsonObject{{"apiVersion", "t.io/v1"},
                                                     {"kind", "Thing"},
                                                     {"metadata", QJsonObject{{"name", "a"}, {"namespace", kNs}}},
                                                     {"status", status}})
                               .toJson();
            int answer = 0;
            client->send(request, this, [&answer](const kube::ApiReply& reply) { answer = reply.status; });
            QTRY_COMPARE(answer, 200);
        };
        QJsonObject before = ready(false, {{"name", "n1"}, {"stratum", 9}, {"error", "x"}});
        applied("fos1-host.n1", {{"nodes", QJsonArray{before}}});
        applied("fos1-host", ready(false, {{"stratum", 9}, {"error", "x"}}));
        Node node(*m_rig, "n1");
        node.say("a", ready(true, {{"stratum", 2}}));
        QTRY_COMPARE(isReady(), QStringLiteral("True"));
        QCOMPARE(entry("n1")[u"stratum"].toInt(), 2);
        QVERIFY(!entry("n1").contains(u"error") && !status().contains(u"error"));
        node.say("a", {});
        QTRY_VERIFY(entry("n1").isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestStatusEntries)
#include "tst_status_entries.moc"
