// SPDX-License-Identifier: GPL-2.0-or-later
// Status of objects on its way to a cluster: what is written, by which node, and above all how rarely.
#include <QElapsedTimer>
#include <QSignalSpy>

#include "status_rig.h"

using namespace fos1;
using namespace fos1::crd;

class TestStatusWriter : public StatusTest {
    Q_OBJECT

   private Q_SLOTS:
    void init() { setUp(); }
    void cleanup() { m_rig.reset(); }

    void anEntryAndTheWholeAndNoMore() {
        Node node(*m_rig, "n1");
        node.say("a", ready(true, {{"stratum", 2}, {"refid", ""}, {"sources", QJsonArray{QJsonObject{{"reach", 1}}}}}));
        QTRY_COMPARE(isReady(), QStringLiteral("True"));
        QCOMPARE(entry("n1")[u"stratum"].toInt(), 2);
        QVERIFY(!entry("n1").contains(u"refid"));
        QCOMPARE(status()[u"stratum"].toInt(), 2);
        QVERIFY(!status().contains(u"sources"));
        QVERIFY(isQuietFor(4 * kIntervalMs));
        QCOMPARE(writes(), 1);
        for (const auto& request : m_rig->server.requests("patch", "things"))
            QCOMPARE(request.subresource, QStringLiteral("status"));
        QVERIFY(node.writer.problem().isEmpty());
        QCOMPARE(node.writer.isServedHere(KubeRig::key("a")), std::optional(true));
    }

    void whatIsNoNewsIsNotWritten() {
        Node node(*m_rig, "n1");
        node.say("a", ready(true, {{"offset", 0.25}}));
        QTRY_COMPARE(isReady(), QStringLiteral("True"));
        QTest::qWait(2 * kIntervalMs);
        const qsizetype before = writes();
        for (int i = 0; i < 20; ++i) {
            node.say("a", ready(true, {{"offset", 0.25 + i / 64.0}}));
            QTest::qWait(kIntervalMs / 10);
        }
        QTest::qWait(2 * kIntervalMs);
        QCOMPARE(writes(), before);
    }

    void newsIsWrittenOnceInAnInterval() {
        Node node(*m_rig, "n1");
        QElapsedTimer since;
        since.start();
        int last = 0;
        while (since.elapsed() < 5 * kIntervalMs) {
            node.say("a", ready(true, {{"stratum", ++last}}));
            QTest::qWait(10);
        }
        QTRY_COMPARE(status()[u"stratum"].toInt(), last);
        const qint64 most = since.elapsed() / kIntervalMs + 2;
        QVERIFY2(writes() <= most, qPrintable(QStringLiteral("%1 of at most %2").arg(writes()).arg(most)));
        QVERIFY(isQuietFor(3 * kIntervalMs));
    }

    void whatComesAndGoesIsWrittenWhenItStays() {
        Node node(*m_rig, "n1");
        const auto say = [&node](const char* state) {
            node.say("a", ready(true, {{"sources", QJsonArray{QJsonObject{{"name", "x"}, {"state", state}}}}}));
        };
        const auto written = [this] { return entry("n1")[u"sources"][0][u"state"].toString(); };
        say("selected");
        QTRY_COMPARE(isReady(), QStringLiteral("True"));
        QTest::qWait(2 * kIntervalMs);
        const qsizetype before = writes();
        for (int i = 0; i < 5; ++i) {
            say("waits");
            QTest::qWait(kSettleMs / 3);
            say("selected");
            QTest::qWait(kSettleMs / 3);
        }
        QCOMPARE(writes(), before);
        QElapsedTimer since;
        since.start();
        say("waits");
        QTRY_COMPARE(written(), QStringLiteral("waits"));
        QVERIFY2(since.elapsed() >= kSettleMs, qPrintable(QString::number(since.elapsed())));
    }

    void whatIsNewsByItselfWaitsForNothing() {
        Node node(*m_rig, "n1", std::chrono::minutes(10), std::chrono::minutes(1), std::chrono::minutes(5));
        const auto sources = [](const char* state) {
            return QJsonObject{{"sources", QJsonArray{QJsonObject{{"name", "x"}, {"state", state}}}}};
        };
        node.say("a", ready(true, sources("selected")));
        QTRY_COMPARE(isReady(), QStringLiteral("True"));
        node.say("a", ready(true, sources("waits")));
        node.say("a", ready(false, sources("waits")));
        QTRY_COMPARE_WITH_TIMEOUT(isReady(), QStringLiteral("False"), 20'000);  // well under five minutes
    }

    void anObjectThatNoNodeServesSaysSo() {
        {
            Node node(*m_rig, "n1");
            node.say("a", ready(true, {{"stratum", 2}}));
            QTRY_COMPARE(isReady(), QStringLiteral("True"));
            node.say("a", ready(false, {}, "OtherNode"));
            QTRY_COMPARE_WITH_TIMEOUT(isReady(), QStringLiteral("False"), 25'000);
            QCOMPARE(conditionIn(status(), "Ready")[u"reason"].toString(), QStringLiteral("NotServed"));
            QCOMPARE(status()[u"conditions"].toArray().size(), 1);
            QVERIFY(!status().contains(u"stratum"));
            QVERIFY(isQuietFor(2 * kSettleMs));
        }
        // The next node makes it report something better.
        Node node(*m_rig, "n2");
        node.say("a", ready(true, {{"stratum", 3}}));
        QTRY_COMPARE_WITH_TIMEOUT(isReady(), QStringLiteral("True"), 25'000);
        QCOMPARE(status()[u"stratum"].toInt(), 3);
        QVERIFY(isQuietFor(2 * kSettleMs));
    }

    void numbersAloneAreWrittenNowAndThen() {
        Node node(*m_rig, "n1", std::chrono::milliseconds(2000));
        node.say("a", ready(true, {{"offset", 0.25}}));
        QTRY_COMPARE(isReady(), QStringLiteral("True"));
        node.say("a", ready(true, {{"offset", 0.5}}));
        QTest::qWait(3 * kIntervalMs);
        QCOMPARE(entry("n1")[u"offset"].toDouble(), 0.25);
        QElapsedTimer timer;
        timer.start();
        while (entry("n1")[u"offset"].toDouble() != 0.5 && timer.elapsed() < 10'000) {
            node.say("a", ready(true, {{"offset", 0.5}}));
            QTest::qWait(100);
        }
        QCOMPARE(entry("n1")[u"offset"].toDouble(), 0.5);
    }

    void aNodeThatNoLongerServesTakesItsEntryAlong_data() {
        QTest::addColumn<QJsonObject>("farewell");
        QTest::newRow("another node's") << ready(false, {}, "OtherNode");
        QTest::newRow("nothing more is said") << QJsonObject();
    }
    void aNodeThatNoLongerServesTakesItsEntryAlong() {
        QFETCH(const QJsonObject, farewell);
        Node one(*m_rig, "n1");
        Node two(*m_rig, "n2");
        one.say("a", ready(false));
        two.say("a", ready(true));
        QTRY_VERIFY(!entry("n1").isEmpty() && !entry("n2").isEmpty());
        one.say("a", farewell);
        QCOMPARE(one.writer.isServedHere(KubeRig::key("a")), std::optional(false));
        QTRY_VERIFY(entry("n1").isEmpty());
        QVERIFY(!entry("n2").isEmpty());
        // Its entry no longer counts.
        QTRY_COMPARE_WITH_TIMEOUT(isReady(), QStringLiteral("True"), 25'000);
        QVERIFY(isQuietFor(4 * kIntervalMs));
    }

    void aNodeThatHasNotSpokenYetKeepsWhatItSaidBefore() {
        {
            Node node(*m_rig, "n1");
            node.say("a", ready(true));
            QTRY_COMPARE(isReady(), QStringLiteral("True"));
        }
        // The host is restarted; its plugins take a while.
        const qsizetype before = writes();
        Node again(*m_rig, "n1");
        QTRY_VERIFY(again.cluster.isWell());
        QTest::qWait(3 * kIntervalMs);
        QVERIFY(!entry("n1").isEmpty());
        again.say("a", ready(true));
        QTest::qWait(3 * kIntervalMs);
        QCOMPARE(writes(), before);
    }

    void aNodeThatNeverSpeaksTakesItsEntryAlongInTheEnd() {
        {
            Node node(*m_rig, "n1");
            node.say("a", ready(true));
            QTRY_COMPARE(isReady(), QStringLiteral("True"));
        }
        Node again(*m_rig, "n1", std::chrono::minutes(10), std::chrono::milliseconds(4000));
        QSignalSpy changed(&again.writer, &StatusWriter::servingChanged);
        QTRY_VERIFY(again.cluster.isWell());
        QVERIFY(!again.writer.isServedHere(KubeRig::key("a")).has_value());
        QTest::qWait(2 * kIntervalMs);
        QVERIFY(!entry("n1").isEmpty());
        QTRY_VERIFY_WITH_TIMEOUT(entry("n1").isEmpty(), 20'000);
        QVERIFY(again.writer.problem().isEmpty());
        QVERIFY(!changed.isEmpty());
        QCOMPARE(again.writer.isServedHere(KubeRig::key("a")), std::optional(false));
    }

    void twoNodesComeToTheSameAndAreQuiet() {
        Node one(*m_rig, "n1");
        Node two(*m_rig, "n2");
        one.say("a", ready(true, {{"stratum", 2}}));
        two.say("a", ready(false, {{"stratum", 16}}));
        // A node that does not get the Lease tries again after the Lease's duration.
        QTRY_COMPARE_WITH_TIMEOUT(isReady(), QStringLiteral("False"), 30'000);
        QTRY_COMPARE_WITH_TIMEOUT(status()[u"stratum"].toInt(), 16, 30'000);
        // n2 may have written first.
        QTRY_COMPARE_WITH_TIMEOUT(status()[u"nodes"].toArray().size(), 2, 30'000);
        QTRY_COMPARE_WITH_TIMEOUT(conditionIn(status(), "Ready")[u"message"].toString(),
                                  QStringLiteral("n2: It is not."), 30'000);
        QElapsedTimer timer;
        timer.start();
        while (!isQuietFor(3000)) QVERIFY(timer.elapsed() < 60'000);
        QVERIFY2(writes() <= 6, qPrintable(QString::number(writes())));
    }

    void anObjectThatIsRefusedSaysWhy() {
        Node node(*m_rig, "n1");
        node.say("a", ready(true));
        QTRY_COMPARE(isReady(), QStringLiteral("True"));
        QCOMPARE(conditionIn(entry("n1"), "Accepted")[u"status"].toString(), QStringLiteral("True"));
        m_rig->put("a", -1, {}, {});
        QTRY_COMPARE(conditionIn(entry("n1"), "Accepted")[u"status"].toString(), QStringLiteral("False"));
        QCOMPARE(conditionIn(entry("n1"), "Stalled")[u"status"].toString(), QStringLiteral("True"));
        QTRY_COMPARE(conditionIn(status(), "Stalled")[u"status"].toString(), QStringLiteral("True"));
        for (const QJsonValue condition : entry("n1")[u"conditions"].toArray()) {
            if (condition[u"type"].toString() != QStringLiteral("Stalled"))
                QCOMPARE(condition[u"status"].toString(), QStringLiteral("False"));
            QCOMPARE(condition[u"message"].toString(),
                     QStringLiteral("The last good version stays in force: spec.value: must not be negative"));
        }
        m_rig->put("a", 2);
        QTRY_COMPARE(conditionIn(entry("n1"), "Accepted")[u"status"].toString(), QStringLiteral("True"));
        QCOMPARE(entry("n1")[u"conditions"].toArray().size(), 2);
        // An object that was never valid is reported too, although no plugin knows it.
        m_rig->put("new", -1);
        QTRY_VERIFY(!status("new")[u"nodes"].toArray().isEmpty());
        const QString message = status("new")[u"nodes"][0][u"conditions"][0][u"message"].toString();
        QVERIFY2(message.startsWith("It is not in force"), qPrintable(message));
    }

    void aKindWithoutNodesGetsTheStatusAsItIs() {
        m_rig->put("x", 1, {}, {}, kOther);
        Node node(*m_rig, "n1");
        const ObjectKey key{kOther.apiVersion, kOther.kind, kNs, "x"};
        node.writer.onStatus(key.toCbor(), QCborMap::fromJsonObject(ready(true, {{"list", QJsonArray{1, 2}}})));
        const auto written = [&] {
            return m_rig->server.object(kOther.apiVersion, kOther.kind, kNs, "x")[u"status"].toObject();
        };
        QTRY_COMPARE(written()[u"list"].toArray().size(), 2);
        QVERIFY(!written().contains(u"nodes"));
        QVERIFY(isQuietFor(3 * kIntervalMs));
        QCOMPARE(m_rig->server.requests("patch", "others").size(), 1);
    }

    void aServerThatRefusesIsAskedMoreAndMoreRarely() {
        m_rig->server.fault({{"verb", "patch"}, {"path", "status"}, {"status", 500}, {"message", "no room"}});
        Node node(*m_rig, "n1");
        node.say("a", ready(true));
        QTRY_VERIFY(writes() > 0);
        QTRY_VERIFY2(node.writer.problem().contains("no room"), qPrintable(node.writer.problem()));
        // After 2 s, 4 s, 8 s, whatever else is reported meanwhile.
        QElapsedTimer since;
        since.start();
        for (int i = 0; since.elapsed() < 5000; ++i) {
            node.say("a", ready(true, {{"stratum", i}}));
            QTest::qWait(50);
        }
        QVERIFY2(writes() <= 3, qPrintable(QString::number(writes())));
        m_rig->server.clearFaults();
        QTRY_COMPARE_WITH_TIMEOUT(isReady(), QStringLiteral("True"), 20'000);
        QTRY_VERIFY(node.writer.problem().isEmpty());
    }

    void aLeaseThatCannotBeHadIsReported() {
        m_rig->server.fault({{"path", "leases"}, {"status", 403}, {"message", "leases are not for you"}});
        Node node(*m_rig, "n1");
        node.say("a", ready(true));
        QTRY_VERIFY2(node.writer.problem().contains("not for you"), qPrintable(node.writer.problem()));
        QTRY_VERIFY(!entry("n1").isEmpty());
        QVERIFY(isReady().isEmpty());
        m_rig->server.clearFaults();
        QTRY_COMPARE_WITH_TIMEOUT(isReady(), QStringLiteral("True"), 25'000);
        QTRY_VERIFY(node.writer.problem().isEmpty());
    }

    void aServerThatDiesLearnsItLater() {
        Node node(*m_rig, "n1");
        node.say("a", ready(true, {{"stratum", 2}}));
        QTRY_COMPARE(isReady(), QStringLiteral("True"));
        QTest::qWait(kIntervalMs);
        m_rig->server.kill();
        node.say("a", ready(false, {{"stratum", 16}}));
        QTRY_VERIFY(!node.writer.problem().isEmpty());
        QVERIFY(m_rig->server.start());
        QTRY_COMPARE_WITH_TIMEOUT(isReady(), QStringLiteral("False"), 40'000);
        QCOMPARE(entry("n1")[u"stratum"].toInt(), 16);
        QTRY_VERIFY(node.writer.problem().isEmpty());
        // An object that was deleted in the meantime causes no problem.
        m_rig->remove("a");
        node.say("a", ready(true));
        QTest::qWait(2 * kIntervalMs);
        QVERIFY(node.writer.problem().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestStatusWriter)
#include "tst_status_writer.moc"
