// SPDX-License-Identifier: GPL-2.0-or-later
// The statuses of several nodes as one status of the object: every node must compute the same one.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <algorithm>

#include "cbor_equality.h"
#include "core/node_status.h"

using namespace fos1;
using namespace fos1::crd;

namespace {

QCborMap map(const char* json) {
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(json, &error);
    if (!document.isObject()) qFatal("%s: %s", json, qPrintable(error.errorString()));
    return QCborMap::fromJsonObject(document.object());
}
QCborArray array(const char* json) { return map(json).value(QStringLiteral("nodes")).toArray(); }

QJsonObject condition(const QCborMap& status, const QString& type) {
    const QJsonObject json = status.toJsonObject();
    for (const QJsonValue value : json[u"conditions"].toArray())
        if (value[u"type"].toString() == type) return value.toObject();
    return {};
}

}  // namespace

class TestNodeStatus : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void whoServes_data() {
        QTest::addColumn<QCborMap>("status");
        QTest::addColumn<bool>("isServed");
        QTest::newRow("nothing is said") << QCborMap() << false;
        QTest::newRow("ready") << map(R"({"conditions": [{"type": "Ready", "status": "True", "reason": "Fit"}]})")
                               << true;
        QTest::newRow("not ready") << map(R"({"conditions": [{"type": "Ready", "status": "False", "reason": "X"}]})")
                                   << true;
        QTest::newRow("without conditions") << map(R"({"stratum": 2})") << true;
        QTest::newRow("another node's")
            << map(R"({"conditions": [{"type": "Ready", "status": "False", "reason": "OtherNode"}]})") << false;
        QTest::newRow("the reason of another condition")
            << map(R"({"conditions": [{"type": "Accepted", "status": "False", "reason": "OtherNode"}]})") << true;
    }
    void whoServes() {
        QFETCH(const QCborMap, status);
        QFETCH(const bool, isServed);
        QCOMPARE(isServedHere(status), isServed);
    }

    void anEntryIsTheStatusWithAName() {
        const QCborMap entry = nodeEntry("a", map(R"({"stratum": 2, "name": "forged"})"));
        QVERIFY(isSameCbor(entry, map(R"({"stratum": 2, "name": "a"})")));
        const QCborArray nodes{nodeEntry("b", {}), entry};
        QVERIFY(isSameCbor(entryOf("a", nodes).value(), entry));
        QVERIFY(!entryOf("c", nodes));
        QVERIFY(!entryOf("a", {}));
    }

    void theWorstWins_data() {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QStringList>("ofNodes");
        QTest::addColumn<QString>("status");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* name, const char* type, const QStringList& nodes, const char* status,
                            const char* message) {
            QTest::newRow(name) << QString(type) << nodes << QString(status) << QString(message);
        };
        row("all are well", "Ready", {"True", "True"}, "True", "says a");
        row("one alone", "Ready", {"False"}, "False", "says a");
        row("one is not", "Ready", {"True", "False", "True"}, "False", "b: says b");
        row("two are not", "Ready", {"False", "True", "False"}, "False", "a: says a\nc: says c");
        row("none is", "Ready", {"False", "False"}, "False", "a: says a\nb: says b");
        row("unknown is worse than true", "Ready", {"True", "Unknown"}, "Unknown", "b: says b");
        row("false is worse than unknown", "Ready", {"Unknown", "False"}, "False", "b: says b");
        for (const char* type : {"Conflict", "Degraded", "Stalled", "Reconciling"}) {
            row(qPrintable(type + QStringLiteral(": one has it")), type, {"False", "True"}, "True", "b: says b");
            row(qPrintable(type + QStringLiteral(": none has it")), type, {"False", "False"}, "", "");
            row(qPrintable(type + QStringLiteral(": unknown")), type, {"False", "Unknown"}, "Unknown", "b: says b");
            row(qPrintable(type + QStringLiteral(": true is worse than unknown")), type, {"True", "Unknown"}, "True",
                "a: says a");
        }
    }
    void theWorstWins() {
        QFETCH(const QString, type);
        QFETCH(const QStringList, ofNodes);
        QFETCH(const QString, status);
        QFETCH(const QString, message);
        QCborArray nodes;
        for (qsizetype i = 0; i < ofNodes.size(); ++i) {
            const QString name(QChar(u'a' + static_cast<char16_t>(i)));
            const QJsonObject said{{"type", type}, {"status", ofNodes[i]}, {"message", "says " + name}};
            nodes.append(QCborMap::fromJsonObject({{"name", name}, {"conditions", QJsonArray{said}}}));
        }
        // For any order in which the server stores the nodes.
        std::optional<QCborMap> first;
        for (qsizetype turn = 0; turn < nodes.size(); ++turn) {
            const QCborMap whole = aggregate(nodes);
            QCOMPARE(condition(whole, type)[u"status"].toString(), status);
            QCOMPARE(condition(whole, type)[u"message"].toString(), message);
            if (!first) first = whole;
            QCOMPARE(whole, *first);
            nodes.append(nodes.takeFirst());
        }
    }

    void plainFieldsAreOfTheFirstThatIsNotWell_data() {
        QTest::addColumn<QCborArray>("nodes");
        QTest::addColumn<QCborMap>("plain");
        QTest::newRow("all well: the first by name")
            << array(R"({"nodes": [{"name": "b", "stratum": 3, "conditions": [{"type": "Ready", "status": "True"}]},
                                   {"name": "a", "stratum": 2, "conditions": [{"type": "Ready", "status": "True"}]}]})")
            << map(R"({"stratum": 2, "observedGeneration": 0})");
        QTest::newRow("the one that is not well")
            << array(R"({"nodes": [{"name": "a", "stratum": 2, "conditions": [{"type": "Ready", "status": "True"}]},
                                   {"name": "b", "stratum": 16, "synchronized": false,
                                    "conditions": [{"type": "Ready", "status": "False"}]},
                                   {"name": "c", "stratum": 15, "conditions": [{"type": "Ready", "status": "False"}]}]})")
            << map(R"({"stratum": 16, "synchronized": false, "observedGeneration": 0})");
        QTest::newRow("one that says nothing of being ready is not well")
            << array(R"({"nodes": [{"name": "a", "stratum": 2, "conditions": [{"type": "Ready", "status": "True"}]},
                                   {"name": "b", "stratum": 9}]})")
            << map(R"({"stratum": 9, "observedGeneration": 0})");
        QTest::newRow("lists and maps stay with the nodes")
            << array(R"({"nodes": [{"name": "a", "sources": [{"address": "x"}], "deep": {"a": 1}, "stratum": 1}]})")
            << map(R"({"stratum": 1, "observedGeneration": 0})");
        QTest::newRow("the smallest generation")
            << array(R"({"nodes": [{"name": "a", "observedGeneration": 7}, {"name": "b", "observedGeneration": 3},
                                   {"name": "c", "observedGeneration": 5}]})")
            << map(R"({"observedGeneration": 3})");
    }
    void plainFieldsAreOfTheFirstThatIsNotWell() {
        QFETCH(const QCborArray, nodes);
        QFETCH(const QCborMap, plain);
        QCborMap whole = aggregate(nodes);
        whole.remove(QStringLiteral("conditions"));
        QCOMPARE(whole.toJsonObject(), plain.toJsonObject());
    }

    void conditionsOfAllNodesCount() {
        const QCborMap whole = aggregate(array(
            R"({"nodes": [{"name": "a", "conditions": [
                            {"type": "Ready", "status": "True", "observedGeneration": 4, "reason": "Fit",
                             "lastTransitionTime": "2026-01-02T00:00:00Z"}]},
                          {"name": "b", "conditions": [
                            {"type": "Ready", "status": "True", "observedGeneration": 2, "reason": "Fit",
                             "lastTransitionTime": "2026-01-03T00:00:00Z"},
                            {"type": "Degraded", "status": "True", "reason": "Weak", "message": "few sources"}]}]})"));
        QCOMPARE(condition(whole, "Ready")[u"observedGeneration"].toInt(), 2);
        QCOMPARE(condition(whole, "Ready")[u"lastTransitionTime"].toString(), QStringLiteral("2026-01-03T00:00:00Z"));
        // Only one node reports it, so it needs no node name.
        QCOMPARE(condition(whole, "Degraded")[u"message"].toString(), QStringLiteral("few sources"));
        QVERIFY(aggregate({}).isEmpty());
    }

    void theWholeHasFewConditions() {
        const QCborMap whole = aggregate(array(
            R"({"nodes": [{"name": "a", "conditions": [
                            {"type": "Ready", "status": "True"}, {"type": "Reconciled", "status": "True"},
                            {"type": "Accepted", "status": "True"}, {"type": "EnoughSources", "status": "True"},
                            {"type": "DaemonHealthy", "status": "True"}, {"type": "Degraded", "status": "False"}]},
                          {"name": "b", "conditions": [
                            {"type": "Ready", "status": "True"}, {"type": "EnoughSources", "status": "False"}]}]})"));
        QStringList types;
        for (const QCborValue& each : whole.value(QStringLiteral("conditions")).toArray())
            types.append(each.toMap().value(QStringLiteral("type")).toString());
        types.sort();
        QCOMPARE(types.join(u' '), QStringLiteral("Accepted EnoughSources Ready Reconciled"));
    }

    void progressAsKstatusReadsIt_data() {
        QTest::addColumn<QJsonObject>("given");
        QTest::addColumn<QString>("added");
        const auto row = [](const char* name, const char* type, const char* status, const char* added) {
            QTest::newRow(name) << QJsonObject{{"type", type},
                                               {"status", status},
                                               {"reason", "Why"},
                                               {"message", "So."},
                                               {"observedGeneration", 3}}
                                << QString::fromLatin1(added);
        };
        row("in force", "Reconciled", "True", "");
        row("refused", "Reconciled", "False", "Stalled");
        row("not known yet", "Reconciled", "Unknown", "Reconciling");
        row("a conflict", "Conflict", "True", "Stalled");
        row("no conflict", "Conflict", "False", "");
        row("not ready", "Ready", "False", "");
    }
    void progressAsKstatusReadsIt() {
        QFETCH(const QJsonObject, given);
        QFETCH(const QString, added);
        const QCborMap status = withProgress(QCborMap::fromJsonObject(QJsonObject{{"conditions", QJsonArray{given}}}));
        QCOMPARE(status.value(QStringLiteral("conditions")).toArray().size(), added.isEmpty() ? 1 : 2);
        for (const char* type : {"Stalled", "Reconciling"}) {
            const QJsonObject found = condition(status, type);
            QCOMPARE(!found.isEmpty(), added == QLatin1String(type));
            if (found.isEmpty()) continue;
            QCOMPARE(found[u"status"].toString(), QStringLiteral("True"));
            QCOMPARE(found[u"reason"].toString(), QStringLiteral("Why"));
            QCOMPARE(found[u"observedGeneration"].toInt(), 3);
        }
    }

    void whatIsNoNews_data() {
        QTest::addColumn<QCborMap>("before");
        QTest::addColumn<QCborMap>("after");
        QTest::addColumn<bool>("isNews");
        const auto row = [](const char* name, const char* before, const char* after, bool isNews) {
            QTest::newRow(name) << map(before) << map(after) << isNews;
        };
        row("the same", R"({"stratum": 2})", R"({"stratum": 2})", false);
        row("a number", R"({"stratum": 2})", R"({"stratum": 3})", true);
        row("a floating-point number", R"({"offset": 0.25})", R"({"offset": 0.5})", false);
        row("one that appears", R"({})", R"({"offset": 0.5})", false);
        row("one within", R"({"tracking": {"offset": 0.25}})", R"({"tracking": {"offset": 0.75}})", false);
        row("a text within", R"({"tracking": {"source": "a"}})", R"({"tracking": {"source": "b"}})", true);
        row("a number in a list", R"({"sources": [{"address": "x", "reach": 1}]})",
            R"({"sources": [{"address": "x", "reach": 3}]})", false);
        row("a text in a list", R"({"sources": [{"address": "x"}]})", R"({"sources": [{"address": "y"}]})", true);
        row("a truth in a list", R"({"sources": [{"selected": true}]})", R"({"sources": [{"selected": false}]})", true);
        row("the length of a list", R"({"sources": [{"address": "x"}]})", R"({"sources": []})", true);
        row("what puts a reason in words", R"({"sources": [{"reason": "Far", "why": "2 of 3"}]})",
            R"({"sources": [{"reason": "Far", "why": "3 of 4"}]})", false);
        row("words without a reason", R"({"sources": [{"why": "a"}]})", R"({"sources": [{"why": "b"}]})", true);
        row("an empty text", R"({"stratum": 2, "refid": ""})", R"({"stratum": 2})", false);
        row("a text that becomes empty", R"({"refid": "GPS"})", R"({"refid": ""})", true);
        row("when a condition changed", R"({"conditions": [{"type": "A", "lastTransitionTime": "1"}]})",
            R"({"conditions": [{"type": "A", "lastTransitionTime": "2"}]})", false);
        row("an empty message", R"({"conditions": [{"type": "A", "message": ""}]})",
            R"({"conditions": [{"type": "A"}]})", false);
        row("the generation of a condition", R"({"conditions": [{"type": "A", "observedGeneration": 1}]})",
            R"({"conditions": [{"type": "A", "observedGeneration": 2}]})", true);
        row("what a condition says", R"({"conditions": [{"type": "A", "message": "x"}]})",
            R"({"conditions": [{"type": "A", "message": "y"}]})", true);
    }
    void whatIsNoNews() {
        QFETCH(const QCborMap, before);
        QFETCH(const QCborMap, after);
        QFETCH(const bool, isNews);
        QCOMPARE(!isSameCbor(essenceOf(before), essenceOf(after)), isNews);
        QCOMPARE(!isSameCbor(essenceOf(after), essenceOf(before)), isNews);
    }

    void theHeadlineIsWhatCannotWait() {
        const QCborMap status = map(R"({"stratum": 2, "offset": 0.5, "synchronized": true, "effective": {"port": 123},
                                        "sources": [{"address": "x"}],
                                        "conditions": [{"type": "A", "status": "True", "reason": "R", "message": "m",
                                                        "lastTransitionTime": "1", "observedGeneration": 3}]})");
        const QCborMap headline = map(R"({"stratum": 2, "synchronized": true,
                                          "conditions": [{"type": "A", "status": "True", "reason": "R",
                                                          "observedGeneration": 3}]})");
        QCOMPARE(headlineOf(status).toJsonObject(), headline.toJsonObject());
    }

    void timesAreTakenOverWhileTheStatusIsTheSame() {
        const QCborMap present = map(R"({"conditions": [{"type": "A", "status": "True", "lastTransitionTime": "1"},
                                                        {"type": "B", "status": "True", "lastTransitionTime": "2"}]})");
        const QCborMap status = map(R"({"x": 1, "conditions": [
            {"type": "A", "status": "True", "reason": "New", "lastTransitionTime": "7"},
            {"type": "B", "status": "False", "lastTransitionTime": "8"}, {"type": "C", "status": "True"}]})");
        const QCborMap wanted = map(R"({"x": 1, "conditions": [
            {"type": "A", "status": "True", "reason": "New", "lastTransitionTime": "1"},
            {"type": "B", "status": "False", "lastTransitionTime": "8"},
            {"type": "C", "status": "True", "lastTransitionTime": "9"}]})");
        QCOMPARE(withTimesOf(present, status, "9").toJsonObject(), wanted.toJsonObject());
        QVERIFY(withTimesOf(present, {}, "9").isEmpty());
    }

    void theOrderOfFieldsSaysNothing() {
        QCborMap one{{QStringLiteral("a"), 1}, {QStringLiteral("b"), 2}};
        const QCborMap other{{QStringLiteral("b"), 2}, {QStringLiteral("a"), 1}};
        QVERIFY(isSameCbor(one, other));
        one.insert(QStringLiteral("a"), 2);
        QVERIFY(!isSameCbor(one, other));
        QVERIFY(!isSameCbor(map(R"({"l": [1, 2]})"), map(R"({"l": [2, 1]})")));
    }
};

QTEST_APPLESS_MAIN(TestNodeStatus)
#include "tst_node_status.moc"
