// SPDX-License-Identifier: GPL-2.0-or-later
// What is stored of an object of a cluster, and which parts count as a change.
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "model/cluster_object.h"

using namespace fos1;
using namespace fos1::crd;

namespace {

QCborMap sample() {
    return QCborMap::fromJsonObject(QJsonDocument::fromJson(R"({
        "apiVersion": "t.io/v1", "kind": "Thing",
        "metadata": {"name": "a", "namespace": "network", "uid": "u-1", "generation": 3, "resourceVersion": "17",
                     "creationTimestamp": "2026-01-01T00:00:00Z", "labels": {"site": "x"}, "selfLink": "/old",
                     "annotations": {"mine": "1", "kubectl.kubernetes.io/last-applied-configuration": "{}"},
                     "managedFields": [{"manager": "m"}], "finalizers": ["f/1", "f/2"],
                     "ownerReferences": [{"name": "o"}]},
        "spec": {"value": 1},
        "status": {"stratum": 2}})")
                                        .object());
}

QCborMap withMetadata(const char* field, const QCborValue& value) {
    QCborMap object = sample();
    QCborMap metadata = object.value(QStringLiteral("metadata")).toMap();
    metadata.insert(QLatin1String(field), value);
    object.insert(QStringLiteral("metadata"), metadata);
    return object;
}

}  // namespace

class TestClusterObject : public QObject {
    Q_OBJECT

    Compactor m_compactor;

   private Q_SLOTS:
    void whatTheHostSees() {
        const QJsonObject desired = desiredOf(sample()).toJsonObject();
        const QJsonObject wanted = QJsonDocument::fromJson(R"({
            "apiVersion": "t.io/v1", "kind": "Thing",
            "metadata": {"name": "a", "namespace": "network", "uid": "u-1", "generation": 3,
                         "creationTimestamp": "2026-01-01T00:00:00Z", "labels": {"site": "x"},
                         "annotations": {"mine": "1"}},
            "spec": {"value": 1}})")
                                       .object();
        QCOMPARE(desired, wanted);
        QCborMap only = withMetadata("annotations", QCborMap{{QStringLiteral("kubectl.kubernetes.io/"
                                                                             "last-applied-configuration"),
                                                              QStringLiteral("{}")}});
        QVERIFY(!desiredOf(only).value(QStringLiteral("metadata")).toMap().contains(QStringLiteral("annotations")));
    }

    void whatIsKept() {
        const ClusterObject object = clusterObjectOf(sample(), m_compactor);
        QCOMPARE(object.version, QStringLiteral("17"));
        QCOMPARE(object.finalizers, (QStringList{"f/1", "f/2"}));
        QVERIFY(!object.isDeleting);
        QCOMPARE(m_compactor.expandedMap(object.status).value(QStringLiteral("stratum")).toInteger(), 2);
        QCOMPARE(clusterKeyOf(sample()), (ObjectKey{"t.io/v1", "Thing", "network", "a"}));
        QVERIFY(clusterObjectOf(withMetadata("deletionTimestamp", QStringLiteral("2026-01-01T00:00:00Z")), m_compactor)
                    .isDeleting);
        // An object from the snapshot is restored unchanged.
        const QByteArray desired = m_compactor.expanded(object.desired);
        const QCborMap map = QCborValue::fromCbor(desired).toMap();
        QCOMPARE(map.value(QStringLiteral("metadata")).toMap().value(QStringLiteral("uid")).toString(),
                 QStringLiteral("u-1"));
        QCOMPARE(m_compactor.expanded(clusterObjectOf(map, m_compactor).desired), desired);
    }

    void whatCountsAsAChange_data() {
        QTest::addColumn<QCborMap>("object");
        QTest::addColumn<bool>("isChange");
        QCborMap status = sample();
        status.insert(QStringLiteral("status"), QCborMap{{QStringLiteral("stratum"), 3}});
        QCborMap spec = sample();
        spec.insert(QStringLiteral("spec"), QCborMap{{QStringLiteral("value"), 2}});
        QTest::newRow("nothing") << sample() << false;
        QTest::newRow("status") << status << false;
        QTest::newRow("version") << withMetadata("resourceVersion", QStringLiteral("18")) << false;
        QTest::newRow("finalizers") << withMetadata("finalizers", QCborArray()) << false;
        QTest::newRow("managed fields") << withMetadata("managedFields", QCborArray()) << false;
        QTest::newRow("spec") << spec << true;
        QTest::newRow("labels") << withMetadata("labels", QCborMap{{QStringLiteral("site"), QStringLiteral("y")}})
                                << true;
        QTest::newRow("annotations") << withMetadata("annotations", QCborMap()) << true;
        QTest::newRow("generation") << withMetadata("generation", 4) << true;
        QTest::newRow("another object of that name") << withMetadata("uid", QStringLiteral("u-2")) << true;
    }
    void whatCountsAsAChange() {
        QFETCH(const QCborMap, object);
        QFETCH(const bool, isChange);
        const auto desired = [this](const QCborMap& of) {
            return m_compactor.expanded(clusterObjectOf(of, m_compactor).desired);
        };
        QCOMPARE(desired(object) != desired(sample()), isChange);
    }
};

QTEST_APPLESS_MAIN(TestClusterObject)
#include "tst_cluster_object.moc"
