// SPDX-License-Identifier: GPL-2.0-or-later
// A kind whose CRD gets a new version: both are served for a while, the new one is stored, and in the end the old one
// is gone (kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning). Nothing
// is converted.
#include "status_rig.h"

using namespace fos1;
using namespace fos1::crd;

namespace {

const kube::ResourceType kNext{QStringLiteral("t.io/v2"), QStringLiteral("Thing"), QStringLiteral("things"), true};

/// The CRD of Thing with the versions v1 and v2.
QJsonObject crdWith(bool isV1Served, bool isV2Stored) {
    QJsonObject crd = crdOf(kThing);
    QJsonObject spec = crd[u"spec"].toObject();
    QJsonObject v1 = spec[u"versions"][0].toObject();
    QJsonObject v2 = v1;
    v1[u"served"] = isV1Served;
    v1[u"storage"] = !isV2Stored;
    v2[u"name"] = QStringLiteral("v2");
    v2[u"storage"] = isV2Stored;
    spec[u"versions"] = QJsonArray{v1, v2};
    crd[u"spec"] = spec;
    return crd;
}

}  // namespace

class TestCrdVersions : public StatusTest {
    Q_OBJECT

    /// A server ends the watches of a kind whose CRD changes.
    void change(const QJsonObject& crd) const {
        m_rig->server.install({crd});
        m_rig->server.control("end-watches");
    }

   private Q_SLOTS:
    void init() { setUp(); }
    void cleanup() { m_rig.reset(); }

    void theWatcherGoesOnWhenVersionsChange() {
        Node node(*m_rig, "n1");
        QTRY_COMPARE(node.cluster.sink.inForce(), QStringLiteral("Thing/a=1"));
        node.say("a", ready(true));
        QTRY_COMPARE(isReady(), QStringLiteral("True"));

        change(crdWith(true, true));
        m_rig->put("b", 2, {}, {}, kNext);
        QTRY_COMPARE_WITH_TIMEOUT(node.cluster.sink.inForce(), QStringLiteral("Thing/a=1 Thing/b=2"), 20'000);
        m_rig->put("a", 3);
        QTRY_COMPARE_WITH_TIMEOUT(node.cluster.sink.inForce(), QStringLiteral("Thing/a=3 Thing/b=2"), 20'000);
        node.say("b", ready(true, {{"stratum", 2}}));
        QTRY_COMPARE_WITH_TIMEOUT(status("b")[u"stratum"].toInt(), 2, 20'000);
        QVERIFY(node.writer.problem().isEmpty());

        // A version that is no longer served says nothing about its objects.
        change(crdWith(false, true));
        QTRY_VERIFY_WITH_TIMEOUT(!node.cluster.source.problems().isEmpty(), 20'000);
        QCOMPARE(node.cluster.sink.inForce(), QStringLiteral("Thing/a=3 Thing/b=2"));
        change(crdWith(true, true));
        m_rig->put("b", 4, {}, {}, kNext);
        QTRY_COMPARE_WITH_TIMEOUT(node.cluster.sink.inForce(), QStringLiteral("Thing/a=3 Thing/b=4"), 30'000);
        QTRY_VERIFY_WITH_TIMEOUT(node.cluster.source.problems().isEmpty(), 20'000);
    }

    void anUpgradedHostReadsTheSnapshotOfTheEarlierOne() {
        const auto client = m_rig->client();
        const auto inForce = [&](const kube::ResourceType& type, bool isServerUp) {
            RecordingSink sink;
            KubeSource source(*client, {type}, {}, m_rig->snapshot(),
                              [&sink](const QCborMap& transaction) { return sink(transaction); });
            source.start();
            static_cast<void>(QTest::qWaitFor(
                [&] { return !sink.transactions.empty() && source.isFromSnapshot() != isServerUp; }, 20'000));
            source.stop();
            if (sink.transactions.empty()) return QString();
            const QJsonObject replace = sink.transactions.back()[u"replace"].toObject();
            const QString version =
                replace.isEmpty() ? QString() : replace.begin().value()[0][u"apiVersion"].toString();
            return version + u' ' + sink.inForce();
        };
        QCOMPARE(inForce(kThing, true), QStringLiteral("t.io/v1 Thing/a=1"));
        m_rig->server.kill();
        QCOMPARE(inForce(kNext, false), QStringLiteral("t.io/v2 Thing/a=1"));
    }
};

QTEST_GUILESS_MAIN(TestCrdVersions)
#include "tst_crd_versions.moc"
