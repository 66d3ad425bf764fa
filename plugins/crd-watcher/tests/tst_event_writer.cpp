// SPDX-License-Identifier: GPL-2.0-or-later
// Events about objects on their way to a cluster: as series, and never as a flood.
#include <QElapsedTimer>

#include "kube/event_writer.h"
#include "kube_rig.h"

using namespace fos1;
using namespace fos1::crd;

namespace {

QCborMap happening(const QString& object, const QString& message, int count = 1) {
    return {{QStringLiteral("regarding"), KubeRig::key(object).toCbor()},
            {QStringLiteral("type"), QStringLiteral("Warning")},
            {QStringLiteral("reason"), QStringLiteral("SourceLost")},
            {QStringLiteral("message"), message},
            {QStringLiteral("source"), QStringLiteral("ntp")},
            {QStringLiteral("count"), count},
            {QStringLiteral("firstTime"), QStringLiteral("2026-01-01T00:00:00Z")},
            {QStringLiteral("lastTime"), QStringLiteral("2026-01-01T00:00:01.5Z")}};
}

struct Node {
    FollowedCluster cluster;
    EventWriter writer;

    explicit Node(const KubeRig& rig) : cluster(rig), writer(*cluster.client, cluster.source, QStringLiteral("n1")) {}
};

}  // namespace

class TestEventWriter : public QObject {
    Q_OBJECT

    std::unique_ptr<KubeRig> m_rig;

    [[nodiscard]] QJsonArray events() const { return m_rig->server.list("events.k8s.io/v1", "Event", kNs); }
    [[nodiscard]] qsizetype asked(const QString& verb) const { return m_rig->server.requests(verb, "events").size(); }

   private Q_SLOTS:
    void init() {
        m_rig = std::make_unique<KubeRig>();
        m_rig->put("a", 1);
    }
    void cleanup() { m_rig.reset(); }

    void whatIsSaid() {
        Node node(*m_rig);
        QTRY_VERIFY(node.cluster.isWell());
        node.writer.onEvent(happening("a", "ntp.example is gone"));
        QTRY_COMPARE(events().size(), 1);
        const QJsonObject said = events()[0].toObject();
        QCOMPARE(said[u"regarding"][u"name"].toString(), QStringLiteral("a"));
        QCOMPARE(said[u"regarding"][u"uid"].toString(), m_rig->get("a")[u"metadata"][u"uid"].toString());
        QCOMPARE(said[u"note"].toString(), QStringLiteral("ntp.example is gone"));
        QCOMPARE(said[u"reason"].toString(), QStringLiteral("SourceLost"));
        QCOMPARE(said[u"type"].toString(), QStringLiteral("Warning"));
        QCOMPARE(said[u"reportingController"].toString(), QStringLiteral("fos1.io/ntp"));
        QCOMPARE(said[u"reportingInstance"].toString(), QStringLiteral("n1"));
        QCOMPARE(said[u"eventTime"].toString(), QStringLiteral("2026-01-01T00:00:01.500000Z"));
    }

    void theSameAgainIsOneSeries() {
        Node node(*m_rig);
        QTRY_VERIFY(node.cluster.isWell());
        for (int count = 1; count <= 50; ++count) {
            node.writer.onEvent(happening("a", "again", count));
            QTest::qWait(10);
        }
        QTest::qWait(500);
        QCOMPARE(events().size(), 1);
        QCOMPARE(asked("create"), 1);
        QVERIFY2(asked("patch") <= 2, qPrintable(QString::number(asked("patch"))));
    }

    void aRestartedHostGoesOnWithItsSeries() {
        for (int run = 0; run < 2; ++run) {
            Node node(*m_rig);
            QTRY_VERIFY(node.cluster.isWell());
            node.writer.onEvent(happening("a", "again"));
            QTRY_COMPARE(asked("create"), run + 1);
            QTRY_COMPARE(asked("patch"), run);
        }
        QTRY_COMPARE(events()[0][u"series"][u"count"].toInt(), 2);
        QCOMPARE(events().size(), 1);
    }

    void aSeriesThatTheServerHasForgottenBeginsAnew() {
        Node node(*m_rig);
        QTRY_VERIFY(node.cluster.isWell());
        node.writer.onEvent(happening("a", "again", 7));
        QTRY_COMPARE(events().size(), 1);
        QCOMPARE(asked("patch"), 1);
        QCOMPARE(asked("create"), 1);
    }

    void aFloodIsDammed() {
        Node node(*m_rig);
        QTRY_VERIFY(node.cluster.isWell());
        QElapsedTimer since;
        since.start();
        for (int i = 0; i < 2000; ++i) node.writer.onEvent(happening("a", QStringLiteral("number %1").arg(i)));
        QTRY_VERIFY(asked("create") >= 25);
        QTest::qWait(2500);
        const qsizetype created = asked("create");
        const qint64 most = 25 + since.elapsed() / 1000 + 1;
        QVERIFY2(created <= most, qPrintable(QStringLiteral("%1 of at most %2").arg(created).arg(most)));
        // It continues after the limit.
        QVERIFY(created > 25);
    }

    void whatIsAboutNoObjectOfTheClusterStaysHere() {
        Node node(*m_rig);
        QTRY_VERIFY(node.cluster.isWell());
        node.writer.onEvent(happening("nobody", "hello"));
        node.writer.onEvent({});
        node.writer.onEvent(happening("a", "hello"));
        QTRY_COMPARE(events().size(), 1);
        QCOMPARE(asked("create"), 1);
    }

    void aServerThatDiesTakesNothingElseAlong() {
        Node node(*m_rig);
        QTRY_VERIFY(node.cluster.isWell());
        m_rig->server.kill();
        for (int i = 0; i < 3; ++i) node.writer.onEvent(happening("a", QStringLiteral("lost %1").arg(i)));
        QTRY_VERIFY(!node.cluster.source.problems().isEmpty());
        QTest::qWait(500);
        QVERIFY(m_rig->server.start());
        QTRY_VERIFY_WITH_TIMEOUT(node.cluster.isWell(), 40'000);
        node.writer.onEvent(happening("a", "after it"));
        QTRY_VERIFY_WITH_TIMEOUT(!events().isEmpty(), 30'000);
        QCOMPARE(events().last()[u"note"].toString(), QStringLiteral("after it"));
    }
};

QTEST_GUILESS_MAIN(TestEventWriter)
#include "tst_event_writer.moc"
