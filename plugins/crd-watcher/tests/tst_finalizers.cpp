// SPDX-License-Identifier: GPL-2.0-or-later
// Finalizers delay the deletion of an object, but never for long.
#include <QElapsedTimer>

#include "kube/finalizers.h"
#include "kube_rig.h"

using namespace fos1;
using namespace fos1::crd;

namespace {

const QString kOwn = QStringLiteral("fos1.io/withdraw.n1");
const QString kDead = QStringLiteral("fos1.io/withdraw.dead");
const QString kForeign = QStringLiteral("example.org/keep");

struct Node {
    FollowedCluster cluster;
    std::map<QString, int> pending;
    std::map<QString, bool> served;
    Finalizers finalizers;

    explicit Node(const KubeRig& rig, std::chrono::milliseconds limit = std::chrono::minutes(1))
        : cluster(rig),
          finalizers(
              *cluster.client, cluster.source,
              {QStringLiteral("n1"), {QStringLiteral("t.io/v1/Thing")}, limit, std::chrono::milliseconds(300)},
              [this](const ObjectKey& key) { return pending[key.name]; },
              [this](const ObjectKey& key) {
                  const auto it = served.find(key.name);
                  return it == served.end() ? std::nullopt : std::optional(it->second);
              }) {}

    void serve(const QString& name, bool isServed = true) {
        served[name] = isServed;
        finalizers.consider(KubeRig::key(name));
    }
};

}  // namespace

class TestFinalizers : public QObject {
    Q_OBJECT

    std::unique_ptr<KubeRig> m_rig;

    [[nodiscard]] QStringList finalizersOf(const QString& name) const {
        return m_rig->get(name)[u"metadata"][u"finalizers"].toVariant().toStringList();
    }
    [[nodiscard]] qsizetype writes() const { return m_rig->server.requests("patch", "things").size(); }
    void put(const QString& name, const QStringList& finalizers, int value = 1) const {
        m_rig->put(name, value, {{"finalizers", QJsonArray::fromStringList(finalizers)}});
    }

   private Q_SLOTS:
    void init() { m_rig = std::make_unique<KubeRig>(); }
    void cleanup() { m_rig.reset(); }

    void namesAreValid() {
        QCOMPARE(finalizerOf("router-a"), QStringLiteral("fos1.io/withdraw.router-a"));
        const QString longName = QString(200, u'x') + ".example.org";
        for (const QString& name : {longName, longName + "2", QString(54, u'y'), QString(55, u'y')})
            QVERIFY(finalizerOf(name).section(u'/', 1).size() <= 63);
        QVERIFY(finalizerOf(longName) != finalizerOf(longName + "2"));
    }

    void whatIsServedIsHeldAndNothingElse() {
        put("a", {kForeign});
        m_rig->put("b", 1);
        m_rig->put("x", 1, {}, {}, kOther);
        Node node(*m_rig);
        QTRY_VERIFY(node.cluster.isWell());
        node.serve("a");
        node.served["x"] = true;
        node.finalizers.consider({kOther.apiVersion, kOther.kind, kNs, "x"});
        QTRY_COMPARE(finalizersOf("a"), (QStringList{kForeign, kOwn}));
        node.serve("a", false);
        QTRY_COMPARE(finalizersOf("a"), QStringList{kForeign});
        QTest::qWait(200);
        QCOMPARE(writes(), 2);
        QCOMPARE(m_rig->server.requests("patch", "others").size(), 0);
    }

    void whatIsNotKnownYetChangesNothing() {
        put("a", {kOwn});
        Node node(*m_rig);
        QTRY_VERIFY(node.cluster.isWell());
        QTest::qWait(300);
        QCOMPARE(writes(), 0);
        node.serve("a", false);
        QTRY_VERIFY(finalizersOf("a").isEmpty());
    }

    void itLeavesWhenThePluginsAreDone() {
        put("a", {kOwn});
        Node node(*m_rig);
        QTRY_VERIFY(node.cluster.isWell());
        node.serve("a");
        node.pending["a"] = 1;
        m_rig->remove("a");
        QTRY_VERIFY(node.cluster.sink.inForce().isEmpty());
        QTest::qWait(1000);
        QVERIFY(!m_rig->get("a").isEmpty());
        QElapsedTimer since;
        since.start();
        node.pending["a"] = 0;
        QTRY_VERIFY(m_rig->get("a").isEmpty());
        QVERIFY2(since.elapsed() >= 270, "what follows the plugins had no time");
    }

    void itLeavesAfterTheLimitWhateverThePluginsDo() {
        put("a", {kOwn});
        Node node(*m_rig, std::chrono::milliseconds(1500));
        QTRY_VERIFY(node.cluster.isWell());
        node.serve("a");
        node.pending["a"] = 1;
        QElapsedTimer since;
        since.start();
        m_rig->remove("a");
        QTRY_VERIFY_WITH_TIMEOUT(m_rig->get("a").isEmpty(), 10'000);
        QVERIFY2(since.elapsed() >= 1400, qPrintable(QString::number(since.elapsed())));
    }

    void thoseOfDeadNodesLeaveAfterTwiceTheLimit() {
        put("a", {kDead, kForeign, kOwn});
        Node node(*m_rig, std::chrono::milliseconds(1000));
        QTRY_VERIFY(node.cluster.isWell());
        node.serve("a");
        QElapsedTimer since;
        since.start();
        m_rig->remove("a");
        QTRY_COMPARE(finalizersOf("a"), (QStringList{kDead, kForeign}));
        QVERIFY(since.elapsed() < 1900);
        QTRY_COMPARE_WITH_TIMEOUT(finalizersOf("a"), QStringList{kForeign}, 10'000);
        QVERIFY2(since.elapsed() >= 1900, qPrintable(QString::number(since.elapsed())));
        // Finalizers of other owners are never touched.
        QTest::qWait(500);
        QCOMPARE(writes(), 2);
    }

    void aChangeBetweenIsNotUndone() {
        m_rig->put("a", 1);
        Node node(*m_rig);
        QTRY_VERIFY(node.cluster.isWell());
        // Our write is delayed: meanwhile another client adds a finalizer.
        m_rig->server.fault({{"verb", "patch"}, {"delayMs", 500}, {"count", 1}});
        node.serve("a");
        QTest::qWait(100);
        put("a", {kForeign}, 2);
        QTRY_COMPARE(finalizersOf("a"), (QStringList{kForeign, kOwn}));
        QVERIFY(writes() >= 2);
    }

    void whatOnlyTheSnapshotKnowsIsNotWritten() {
        put("a", {kForeign});
        {
            Node node(*m_rig);
            QTRY_VERIFY(node.cluster.isWell());
            node.cluster.source.stop();
        }
        m_rig->server.fault({{"verb", "list"}, {"delayMs", 3000}, {"count", 2}});
        Node node(*m_rig);
        QVERIFY(node.cluster.source.isFromSnapshot());
        node.serve("a");
        QTest::qWait(500);
        QVERIFY(node.cluster.source.isFromSnapshot());
        QCOMPARE(writes(), 0);
        QTRY_COMPARE_WITH_TIMEOUT(finalizersOf("a"), (QStringList{kForeign, kOwn}), 20'000);
    }

    void aServerThatRefusesIsNotAskedAllTheTime() {
        put("a", {kOwn});
        Node node(*m_rig);
        QTRY_VERIFY(node.cluster.isWell());
        node.serve("a");
        m_rig->server.fault({{"verb", "patch"}, {"status", 500}, {"message", "no room"}});
        m_rig->remove("a");
        QTRY_VERIFY2(node.finalizers.problem().contains("no room"), qPrintable(node.finalizers.problem()));
        QTest::qWait(3000);
        QVERIFY2(writes() <= 4, qPrintable(QString::number(writes())));
        m_rig->server.clearFaults();
        QTRY_VERIFY(m_rig->get("a").isEmpty());
        QTRY_VERIFY(node.finalizers.problem().isEmpty());
    }

    void aServerThatDiesMeanwhileHoldsNothingForEver() {
        put("a", {kOwn});
        Node node(*m_rig);
        QTRY_VERIFY(node.cluster.isWell());
        node.serve("a");
        node.pending["a"] = 1;
        m_rig->remove("a");
        QTRY_VERIFY(node.cluster.sink.inForce().isEmpty());
        m_rig->server.kill();
        node.pending["a"] = 0;
        QTRY_VERIFY(!node.finalizers.problem().isEmpty());
        QVERIFY(m_rig->server.start());
        QTRY_VERIFY_WITH_TIMEOUT(m_rig->get("a").isEmpty(), 40'000);
        QTRY_VERIFY(node.finalizers.problem().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestFinalizers)
#include "tst_finalizers.moc"
