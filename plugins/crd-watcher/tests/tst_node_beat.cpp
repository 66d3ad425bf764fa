// SPDX-License-Identifier: GPL-2.0-or-later
// Nodes show that they live, and the status of those that do not is removed by the others.
#include <QElapsedTimer>
#include <QTest>

#include "kube/node_beat.h"
#include "status_rig.h"

using namespace fos1;
using namespace fos1::crd;

namespace {

/// A node with a heartbeat.
struct LivingNode : Node {
    NodeBeat beat;

    LivingNode(const KubeRig& rig, const QString& name)
        : Node(rig, name),
          beat(*cluster.client, {kNs, name, std::chrono::milliseconds(300), std::chrono::seconds(2)}, [this] {
              return NodeBeat::Others{writer.nodes(), 0};
          }) {
        QObject::connect(&beat, &NodeBeat::gone, &writer, &StatusWriter::setGone);
        beat.start();
    }
};

}  // namespace

class TestNodeBeat : public StatusTest {
    Q_OBJECT

    [[nodiscard]] QStringList nodes() const {
        QStringList names;
        for (const QJsonValue entry : status()[u"nodes"].toArray()) names.append(entry[u"name"].toString());
        return names;
    }
    [[nodiscard]] QJsonObject lease(const QString& node) const {
        return m_rig->server.object("coordination.k8s.io/v1", "Lease", kNs, "fos1-host." + node);
    }

   private Q_SLOTS:
    void init() { setUp(); }
    void cleanup() { m_rig.reset(); }

    void aLeaseOfEachNodeIsRenewed() {
        LivingNode node(*m_rig, "n1");
        node.beat.setOwner("the-uid");
        QTRY_COMPARE(lease("n1")[u"spec"][u"holderIdentity"].toString(), QStringLiteral("n1"));
        const QString first = lease("n1")[u"spec"][u"renewTime"].toString();
        QTRY_VERIFY(lease("n1")[u"spec"][u"renewTime"].toString() > first);
        QTRY_COMPARE(lease("n1")[u"metadata"][u"ownerReferences"][0][u"uid"].toString(), QStringLiteral("the-uid"));
        QVERIFY(node.beat.problem().isEmpty());
        // Alone, a node has nobody to look for.
        QCOMPARE(m_rig->server.requests("list", "leases").size(), 0);
        bool isDone = false;
        node.beat.leave([&isDone] { isDone = true; });
        QTRY_VERIFY(isDone);
        QVERIFY(!lease("n1")[u"spec"].toObject().contains(u"holderIdentity"));
        m_rig->server.fault({{"path", "leases"}, {"status", 403}, {"message", "leases are not for you"}});
        LivingNode refused(*m_rig, "n2");
        QTRY_VERIFY2(refused.beat.problem().contains("not for you"), qPrintable(refused.beat.problem()));
    }

    void aNodeThatDiesLosesItsEntry() {
        LivingNode one(*m_rig, "n1");
        auto two = std::make_unique<LivingNode>(*m_rig, "n2");
        one.say("a", ready(true, {{"observedGeneration", 2}}));
        two->say("a", ready(false, {{"observedGeneration", 1}}));
        QTRY_COMPARE_WITH_TIMEOUT(conditionIn(status(), "Ready")[u"status"].toString(), QStringLiteral("False"),
                                  30'000);
        QTRY_COMPARE(nodes().size(), 2);
        // Both live: nothing is removed.
        QTest::qWait(4000);
        QCOMPARE(nodes().size(), 2);
        two.reset();
        QTRY_COMPARE_WITH_TIMEOUT(nodes(), QStringList{"n1"}, 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(conditionIn(status(), "Ready")[u"status"].toString(), QStringLiteral("True"), 30'000);
        QCOMPARE(status()[u"observedGeneration"].toInt(), 2);
        // It comes back with what it has to say.
        LivingNode again(*m_rig, "n2");
        again.say("a", ready(false));
        QTRY_COMPARE_WITH_TIMEOUT(nodes().size(), 2, 20'000);
        QTest::qWait(4000);
        QCOMPARE(nodes().size(), 2);
    }

    void aNodeThatLeavesIsNotWaitedFor() {
        LivingNode one(*m_rig, "n1");
        LivingNode two(*m_rig, "n2");
        one.say("a", ready(true));
        two.say("a", ready(true));
        QTRY_COMPARE_WITH_TIMEOUT(nodes().size(), 2, 20'000);
        two.beat.leave([] {});
        two.cluster.source.stop();
        QTRY_COMPARE_WITH_TIMEOUT(nodes(), QStringList{"n1"}, 20'000);
    }

    void withoutALeaseTheNodeObjectDecides() {
        const auto nodeObject =
            QJsonObject{{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", QJsonObject{{"name", "older"}}}};
        m_rig->server.install({nodeObject});
        Node older(*m_rig, "older");  // its host has no heartbeat yet
        Node gone(*m_rig, "gone");
        older.say("a", ready(true));
        gone.say("a", ready(true));
        QTRY_COMPARE_WITH_TIMEOUT(nodes().size(), 2, 20'000);
        gone.cluster.source.stop();
        LivingNode one(*m_rig, "n1");
        one.say("a", ready(true));
        QTRY_VERIFY_WITH_TIMEOUT(nodes().contains("n1") && !nodes().contains("gone"), 20'000);
        QVERIFY(nodes().contains("older"));
    }
};

QTEST_GUILESS_MAIN(TestNodeBeat)
#include "tst_node_beat.moc"
