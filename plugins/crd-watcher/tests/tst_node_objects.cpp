// SPDX-License-Identifier: GPL-2.0-or-later
// Kinds whose nodes report in objects of their own: who writes what, who reads it, and what happens when nodes come, go
// and disagree.
#include <QSignalSpy>

#include "report_rig.h"

using namespace fos1;
using namespace fos1::crd;

class TestNodeObjects : public StatusTest {
    Q_OBJECT

    [[nodiscard]] QJsonObject report(const QString& node) const {
        return m_rig->server.object(kReport.apiVersion, kReport.kind, {}, node);
    }
    [[nodiscard]] QString count() const { return status()[u"nodesReady"].toString(); }
    /// Without heartbeats and what they look for.
    [[nodiscard]] qsizetype requests() const {
        const auto all = m_rig->server.requests();
        return std::count_if(all.begin(), all.end(), [](const fakes::KubeRequest& each) {
            return each.resource != u"leases" && each.resource != u"nodes" && !each.url.contains(u"limit=1&") &&
                   !each.url.endsWith(u"limit=1");
        });
    }

   private Q_SLOTS:
    void init() {
        setUp();
        m_rig->server.install({reportCrd()});
    }
    void cleanup() {
        if (QTest::currentTestFailed()) {
            for (const auto& request : m_rig->server.requests())
                qInfo().noquote() << request.verb << request.url << request.status << request.userAgent;
            qInfo() << status() << m_rig->server.list(kReport.apiVersion, kReport.kind);
        }
        m_rig.reset();
    }

    void eachReportsAndOneSummarizes() {
        ReportingNode one(*m_rig, "n1");
        ReportingNode two(*m_rig, "n2");
        one.own.setOwner("the-uid");
        const QJsonArray things{QJsonObject{{"good", true}}, QJsonObject{{"good", false}}};
        one.say("a", ready(true, {{"stratum", 2}, {"things", things}, {"list", things}}));
        two.say("a", ready(true, {{"stratum", 3}}));
        QTRY_COMPARE_WITH_TIMEOUT(count(), QStringLiteral("2/2"), 20'000);
        QCOMPARE(isReady(), QStringLiteral("True"));
        QVERIFY(!status().contains(u"nodes") && !status().contains(u"things"));
        const QJsonObject reported = report("n1")[u"status"].toObject();
        QCOMPARE(reported[u"service"].toString(), kNs + QStringLiteral("/a"));
        QCOMPARE(reported[u"things"].toObject(), (QJsonObject{{"total", 2}, {"good", 1}}));
        QVERIFY(!reported.contains(u"list"));
        QVERIFY(!conditionIn(reported, "Ready")[u"lastTransitionTime"].toString().isEmpty());
        QTRY_COMPARE(report("n1")[u"metadata"][u"ownerReferences"][0][u"uid"].toString(), QStringLiteral("the-uid"));
        two.say("a", ready(false));
        QTRY_COMPARE_WITH_TIMEOUT(count(), QStringLiteral("1/2"), 40'000);
        QCOMPARE(isReady(), QStringLiteral("False"));
        QCOMPARE(status()[u"worstNodes"][0][u"name"].toString(), QStringLiteral("n2"));
        two.say("a", ready(true));
        QTRY_COMPARE_WITH_TIMEOUT(count(), QStringLiteral("2/2"), 40'000);
        QVERIFY(!status().contains(u"worstNodes"));
        QVERIFY(one.own.problem().isEmpty() && one.writer.problem().isEmpty());
    }

    void numbersAloneConcernNobodyElse() {
        ReportingNode one(*m_rig, "n1");
        one.say("a", ready(true, {{"offset", 0.25}}));
        QTRY_COMPARE_WITH_TIMEOUT(count(), QStringLiteral("1/1"), 20'000);
        // The book is closed after the Lease has expired.
        QTRY_VERIFY_WITH_TIMEOUT(!one.book.isOpen(), 30'000);
        const qsizetype before = requests();
        for (int i = 0; i < 20; ++i) {
            one.say("a", ready(true, {{"offset", 0.01 * (i + 1)}}));
            QTest::qWait(100);
        }
        QCOMPARE(requests(), before);
    }

    void aRestartWritesNothing() {
        const QJsonObject status = ready(true, {{"stratum", 2}});
        {
            ReportingNode one(*m_rig, "n1");
            one.say("a", status);
            QTRY_COMPARE_WITH_TIMEOUT(count(), QStringLiteral("1/1"), 20'000);
            QTest::qWait(3 * kIntervalMs);
        }
        const auto writes = [this] {
            return m_rig->server.requests("patch", "reports").size() + m_rig->server.requests("patch", "things").size();
        };
        const qsizetype before = writes();
        ReportingNode again(*m_rig, "n1");
        again.say("a", status);
        QTRY_VERIFY(again.cluster.isWell());
        QTest::qWait(3500);  // longer than its silence
        QCOMPARE(writes(), before);
    }

    void whatEarlierVersionsWroteIsMigrated() {
        Node older(*m_rig, "n1");
        Node stays(*m_rig, "n3");
        older.say("a", ready(true));
        stays.say("a", ready(false));
        QTRY_COMPARE_WITH_TIMEOUT(status()[u"nodes"].toArray().size(), 2, 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(isReady(), QStringLiteral("False"), 40'000);
        older.cluster.source.stop();
        ReportingNode one(*m_rig, "n1");
        one.say("a", ready(true));
        QTRY_COMPARE_WITH_TIMEOUT(status()[u"nodes"].toArray().size(), 1, 20'000);
        QCOMPARE(status()[u"nodes"][0][u"name"].toString(), QStringLiteral("n3"));
        QTRY_COMPARE_WITH_TIMEOUT(count(), QStringLiteral("1/2"), 40'000);
    }

    void aNodeThatIsSilentIsUnknown() {
        ReportingNode one(*m_rig, "n1");
        auto two = std::make_unique<ReportingNode>(*m_rig, "n2");
        one.say("a", ready(true, {{"observedGeneration", 2}}));
        two->say("a", ready(false, {{"observedGeneration", 1}}));
        QTRY_COMPARE_WITH_TIMEOUT(count(), QStringLiteral("1/2"), 40'000);
        QCOMPARE(report("n2")[u"status"][u"host"][u"version"].toString(), QStringLiteral("1.2.3"));
        // It is a fact about the node and not about the object.
        QVERIFY(!status().contains(u"host"));
        const auto reason = [this] {
            return conditionIn(report("n2")[u"status"].toObject(), "Ready")[u"reason"].toString();
        };
        two.reset();
        QTRY_COMPARE_WITH_TIMEOUT(reason(), QStringLiteral("NodeSilent"), 20'000);
        // It is counted, and holds up nothing.
        QTRY_COMPARE_WITH_TIMEOUT(isReady(), QStringLiteral("True"), 40'000);
        QCOMPARE(count(), QStringLiteral("1/2"));
        QCOMPARE(status()[u"observedGeneration"].toInt(), 2);
        QCOMPARE(status()[u"worstNodes"][0][u"ready"].toString(), QStringLiteral("Unknown"));
        ReportingNode again(*m_rig, "n2");
        again.say("a", ready(true));
        QTRY_COMPARE_WITH_TIMEOUT(count(), QStringLiteral("2/2"), 40'000);
    }

    void aSilentNodeWithoutANodeObjectIsForgotten() {
        const NodeBeat::Options beats{
            kNs, {}, std::chrono::milliseconds(300), std::chrono::seconds(2), std::chrono::seconds(4)};
        ReportingNode one(*m_rig, "n1", beats);
        auto two = std::make_unique<ReportingNode>(*m_rig, "n2", beats);
        one.say("a", ready(true));
        two->say("a", ready(false));
        QTRY_COMPARE_WITH_TIMEOUT(count(), QStringLiteral("1/2"), 40'000);
        two.reset();
        QTRY_VERIFY_WITH_TIMEOUT(report("n2").isEmpty(), 40'000);
        QTRY_COMPARE_WITH_TIMEOUT(count(), QStringLiteral("1/1"), 40'000);
        QCOMPARE(isReady(), QStringLiteral("True"));
    }

    void aNodeThatWasCutOffReportsAgain() {
        m_rig->server.install(
            {QJsonObject{{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", QJsonObject{{"name", "n2"}}}}});
        ReportingNode one(*m_rig, "n1");
        ReportingNode two(*m_rig, "n2");
        one.say("a", ready(true));
        two.say("a", ready(true));
        QTRY_COMPARE_WITH_TIMEOUT(count(), QStringLiteral("2/2"), 40'000);
        const auto readyOf = [this] {
            return conditionIn(report("n2")[u"status"].toObject(), "Ready")[u"status"].toString();
        };
        const auto writes = [this] {
            const auto all = m_rig->server.requests("patch", "reports");
            return std::count_if(all.begin(), all.end(), [](const auto& each) { return each.name == u"n2"; });
        };
        const auto before = writes();
        // Its renewals no longer arrive; everything else does.
        const int fault = m_rig->server.fault({{"path", "leases/fos1-host.n2"}, {"status", 503}});
        // Another node says that it is silent, and it says again what it said before.
        QTRY_VERIFY_WITH_TIMEOUT(writes() >= before + 2, 30'000);
        QTRY_COMPARE_WITH_TIMEOUT(readyOf(), QStringLiteral("True"), 20'000);
        m_rig->server.control("clear-faults", {{"id", fault}});
        QTRY_COMPARE_WITH_TIMEOUT(count(), QStringLiteral("2/2"), 40'000);
        QVERIFY(two.own.problem().isEmpty());
    }

    void aReportThatGoesWithItsNodeObjectIsNoticed() {
        ReportingNode one(*m_rig, "n1");
        auto two = std::make_unique<ReportingNode>(*m_rig, "n2");
        one.say("a", ready(true));
        two->say("a", ready(true));
        QTRY_COMPARE_WITH_TIMEOUT(count(), QStringLiteral("2/2"), 40'000);
        QTRY_VERIFY_WITH_TIMEOUT(!one.book.isOpen() && !two->book.isOpen(), 40'000);
        two.reset();
        // As the garbage collector does.
        m_rig->server.control("delete", {{"apiVersion", "coordination.k8s.io/v1"},
                                         {"kind", "Lease"},
                                         {"namespace", kNs},
                                         {"name", "fos1-host.n2"}});
        m_rig->server.control("delete", {{"apiVersion", kReport.apiVersion}, {"kind", kReport.kind}, {"name", "n2"}});
        QTRY_COMPARE_WITH_TIMEOUT(count(), QStringLiteral("1/1"), 40'000);
    }

    void whatNobodyServesIsReported() {
        ReportingNode one(*m_rig, "n1");
        QTRY_COMPARE_WITH_TIMEOUT(conditionIn(status(), "Ready")[u"reason"].toString(), QStringLiteral("NotServed"),
                                  40'000);
        QVERIFY(!status().contains(u"nodesReady"));
        one.say("a", ready(true));
        QTRY_COMPARE_WITH_TIMEOUT(count(), QStringLiteral("1/1"), 40'000);
        one.say("a", {});
        QTRY_VERIFY_WITH_TIMEOUT(report("n1").isEmpty(), 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(conditionIn(status(), "Ready")[u"reason"].toString(), QStringLiteral("NotServed"),
                                  40'000);
    }

    void withoutItsKindThereIsAProblem() {
        m_rig->server.control("delete", {{"apiVersion", "apiextensions.k8s.io/v1"},
                                         {"kind", "CustomResourceDefinition"},
                                         {"name", "reports.t.io"}});
        ReportingNode one(*m_rig, "n1");
        one.say("a", ready(true));
        QTRY_VERIFY_WITH_TIMEOUT(one.own.problem().contains("apply its CRD"), 20'000);
        m_rig->server.install({reportCrd()});
        QTRY_COMPARE_WITH_TIMEOUT(count(), QStringLiteral("1/1"), 60'000);
        QVERIFY(one.own.problem().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestNodeObjects)
#include "tst_node_objects.moc"
