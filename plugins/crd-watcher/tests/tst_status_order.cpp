// SPDX-License-Identifier: GPL-2.0-or-later
// Which status is written first when there is much to write, and that a restarted host writes nothing again.
#include <QElapsedTimer>
#include <QTest>

#include "status_rig.h"

using namespace fos1;
using namespace fos1::crd;

class TestStatusOrder : public StatusTest {
    Q_OBJECT

    static QJsonObject changedAt(QJsonObject status, const QString& time) {
        QJsonArray conditions = status[u"conditions"].toArray();
        QJsonObject condition = conditions[0].toObject();
        condition[u"lastTransitionTime"] = time;
        conditions[0] = condition;
        status[u"conditions"] = conditions;
        return status;
    }

   private Q_SLOTS:
    void init() { setUp(); }
    void cleanup() { m_rig.reset(); }

    void theWholeIsWrittenUnderConstantNews() {
        Node node(*m_rig, "n1");
        QElapsedTimer since;
        since.start();
        std::set<int> wholes;
        for (int i = 1; since.elapsed() < 12 * kIntervalMs; ++i) {
            node.say("a", ready(true, {{"stratum", i}}));
            QTest::qWait(20);
            wholes.insert(status("a")[u"stratum"].toInt());
        }
        QVERIFY2(wholes.size() >= 3, qPrintable(QString::number(wholes.size())));
    }

    void noObjectStarvesBehindOthersThatChange() {
        constexpr int kBusy = 40;
        for (int i = 0; i < kBusy; ++i) m_rig->put(QStringLiteral("a-%1").arg(i), 1);
        m_rig->put("z", 1);
        // So slow that the first objects have news again before all have been written.
        m_rig->server.fault({{"verb", "patch"}, {"path", "things"}, {"delayMs", 2 * kIntervalMs}});
        Node node(*m_rig, "n1");
        QElapsedTimer since;
        since.start();
        for (int round = 1; since.elapsed() < 30 * kIntervalMs && status("z").isEmpty(); ++round) {
            for (int i = 0; i < kBusy; ++i) node.say(QStringLiteral("a-%1").arg(i), ready(true, {{"stratum", round}}));
            node.say("z", ready(true));
            QTest::qWait(20);
        }
        QVERIFY(!status("z").isEmpty());
    }

    void aRestartChangesNothingInTheCluster() {
        constexpr int kObjects = 20;
        for (int i = 0; i < kObjects; ++i) m_rig->put(QString::number(i), 1);
        const auto sayAll = [](Node& node, const QString& time, double offset) {
            for (int i = 0; i < kObjects; ++i)
                node.say(QString::number(i), changedAt(ready(true, {{"offset", offset}}), time));
        };
        const auto isWritten = [this] {
            for (int i = 0; i < kObjects; ++i)
                if (conditionIn(status(QString::number(i)), "Ready").isEmpty()) return false;
            return true;
        };
        {
            Node node(*m_rig, "n1");
            sayAll(node, "2026-01-01T00:00:00Z", 0.25);
            QTRY_VERIFY_WITH_TIMEOUT(isWritten(), 20'000);
            QTest::qWait(2 * kIntervalMs);
        }
        const qsizetype before = writes();
        Node again(*m_rig, "n1");
        QTRY_VERIFY(again.cluster.isWell());
        sayAll(again, "2026-01-02T00:00:00Z", 0.5);
        QTest::qWait(5 * kIntervalMs);
        QCOMPARE(writes(), before);
        // What changes is written, and only that has a new time.
        QJsonObject news = changedAt(ready(false), "2026-01-03T00:00:00Z");
        QJsonArray conditions = news[u"conditions"].toArray();
        conditions.append(QJsonObject{{"type", "Other"}, {"status", "True"}, {"reason", "X"}, {"message", "x"}});
        news[u"conditions"] = conditions;
        again.say("0", news);
        const auto timeOf = [this](const char* type) {
            return conditionIn(status("0")[u"nodes"][0].toObject(), type)[u"lastTransitionTime"].toString();
        };
        QTRY_COMPARE(timeOf("Ready"), QStringLiteral("2026-01-03T00:00:00Z"));
        const QString accepted = timeOf("Accepted");
        QVERIFY(!accepted.isEmpty());
        QTRY_COMPARE(conditionIn(status("0"), "Accepted")[u"lastTransitionTime"].toString(), accepted);
    }
};

QTEST_GUILESS_MAIN(TestStatusOrder)
#include "tst_status_order.moc"
