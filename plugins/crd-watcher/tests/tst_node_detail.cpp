// SPDX-License-Identifier: GPL-2.0-or-later
// The report of one node, whose size has a bound, and what an object keeps of the reports of all nodes.
#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

#include "core/node_detail.h"
#include "tree.h"
#include "yaml_document.h"

using namespace fos1;
using namespace fos1::crd;

namespace {

QCborMap map(const QJsonObject& json) { return QCborMap::fromJsonObject(json); }

QJsonObject condition(const char* type, const char* status, const QString& message = QStringLiteral("Because.")) {
    return {{"type", type}, {"status", status}, {"reason", "Because"}, {"message", message}, {"observedGeneration", 3}};
}

QJsonObject service(bool isReady, QJsonObject more = {}) {
    more[u"conditions"] = QJsonArray{condition("Ready", isReady ? "True" : "False")};
    more[u"observedGeneration"] = 3;
    return more;
}

ObjectKey keyOf(const char* name) { return {"a.io/v1", "A", "ns", QString::fromLatin1(name)}; }

/// The schema of record of a status, without what a detail object has by itself.
QCborMap recordedSchema() {
    QFile file(tree::sourceFile(QStringLiteral("crds/ntp.fos1.io_ntpnodes.yaml")));
    if (!file.open(QIODevice::ReadOnly)) return {};
    const auto documents = yaml::parse(file.readAll(), QStringLiteral("crd"));
    if (!documents) return {};
    QCborValue at = documents->front().value;
    at = at.toMap()[QStringLiteral("spec")].toMap()[QStringLiteral("versions")].toArray().at(0);
    for (const char* step : {"schema", "openAPIV3Schema", "properties", "status"})
        at = at.toMap().value(QLatin1String(step));
    return at.toMap();
}

}  // namespace

class TestNodeDetail : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void onlyWhatTheSchemaDescribes() {
        const QCborMap schema =
            map({{"properties",
                  QJsonObject{
                      {"text", QJsonObject{{"type", "string"}, {"maxLength", 3}}},
                      {"list", QJsonObject{{"type", "array"},
                                           {"maxItems", 2},
                                           {"items", QJsonObject{{"properties", QJsonObject{{"a", QJsonObject{}}}}}}}},
                      {"plain", QJsonObject{{"type", "integer"}}}}}});
        const QCborMap status =
            map({{"text", "abcdef"},
                 {"plain", 4},
                 {"other", true},
                 {"list", QJsonArray{QJsonObject{{"a", 1}, {"b", 2}}, QJsonObject{}, QJsonObject{}}}});
        const QJsonObject expected{
            {"text", "abc"}, {"plain", 4}, {"list", QJsonArray{QJsonObject{{"a", 1}}, QJsonObject{}}}};
        QCOMPARE(fitted(status, schema).toJsonObject(), expected);
    }

    void aListIsSummarizedWhereTheSchemaHasAnObject() {
        QJsonArray vlans;
        for (int i = 0; i < 100; ++i)
            vlans.append(QJsonObject{{"name", QString::number(i)},
                                     {"accepting", i % 10 != 0},
                                     {"advertise", i != 7},
                                     {"reason", "It is so."}});
        const QJsonObject shown = nodeDetail({{keyOf("a"), map(service(true, {{"vlans", vlans}}))}}, recordedSchema())
                                      .toJsonObject()[u"vlans"]
                                      .toObject();
        QCOMPARE(shown[u"total"].toInt(), 100);
        QCOMPARE(shown[u"accepting"].toInt(), 90);
        QCOMPARE(shown[u"advertise"].toInt(), 99);
        const QJsonArray worst = shown[u"worst"].toArray();
        QCOMPARE(worst.size(), 11);
        QCOMPARE(worst[1].toObject(), (QJsonObject{{"name", "7"}, {"reason", "It is so."}}));
    }

    void itsSizeHasABound() {
        const QString longText(40'000, u'x');
        QJsonArray vlans;
        QJsonArray sources;
        QJsonArray conditions;
        for (int i = 0; i < 4094; ++i)
            vlans.append(QJsonObject{{"name", longText}, {"interface", "eth0.10"}, {"reason", longText}});
        for (int i = 0; i < 1000; ++i)
            sources.append(QJsonObject{{"name", longText}, {"why", longText}, {"reason", longText}, {"offset", 0.1}});
        for (int i = 0; i < 200; ++i) conditions.append(condition("Ready", "False", longText));
        QJsonObject status{{"vlans", vlans}, {"sources", sources}, {"conditions", conditions}, {"lastError", longText}};
        std::map<ObjectKey, QCborMap> served;
        for (int i = 0; i < 50; ++i) served.emplace(keyOf(qPrintable(QString::number(i))), map(status));
        const QCborMap detail = nodeDetail(served, recordedSchema());
        const qsizetype size = detail.toCborValue().toCbor().size();
        // etcd accepts 1.5 MiB.
        QVERIFY2(size > 100'000 && size < 500'000, qPrintable(QString::number(size)));
        QCOMPARE(detail.value(QStringLiteral("vlans")).toMap().value(QStringLiteral("total")).toInteger(), 4094);
    }

    void theServiceThatRunsIsShownFirst() {
        const QCborMap conflict = map(service(false, {{"running", false}}));
        const QCborMap broken = map(service(false, {{"running", true}, {"stratum", 3}, {"sourceCount", 2}}));
        const QCborMap detail =
            nodeDetail({{keyOf("a"), conflict}, {keyOf("b"), broken}, {keyOf("c"), conflict}}, recordedSchema());
        QCOMPARE(detail.value(QStringLiteral("service")).toString(), QStringLiteral("ns/b"));
        QCOMPARE(entryIn(detail, "n", "ns/b")->value(QStringLiteral("stratum")).toInteger(), 3);
        QCOMPARE(entryIn(detail, "n", "ns/b")->value(QStringLiteral("name")).toString(), QStringLiteral("n"));
        for (const char* name : {"ns/a", "ns/c"}) {
            const auto entry = entryIn(detail, "n", QString::fromLatin1(name));
            QVERIFY(entry);
            QCOMPARE(entry->value(QStringLiteral("conditions")).toArray().size(), 1);
        }
        QVERIFY(!entryIn(detail, "n", "ns/d"));
        QVERIFY(nodeDetail({}, recordedSchema()).isEmpty());
    }

    void aSilentNodeIsCountedAndDecidesNothing() {
        const QCborMap detail =
            nodeDetail({{keyOf("a"), map(service(true, {{"stratum", 3}, {"observedGeneration", 4}}))},
                        {keyOf("b"), map(service(false))}},
                       recordedSchema());
        QVERIFY(!isSilent(detail));
        const QCborMap silent = silentDetail(detail, "2026-01-01T00:00:00Z");
        QVERIFY(isSilent(silent));
        QVERIFY(!silent.contains(QStringLiteral("stratum")));
        for (const char* name : {"ns/a", "ns/b"}) {
            const QJsonObject entry = entryIn(silent, "n2", QString::fromLatin1(name))->toJsonObject();
            QCOMPARE(entry[u"conditions"][0][u"status"].toString(), QStringLiteral("Unknown"));
        }
        QCborMap lives = map(service(true));
        lives.insert(QStringLiteral("observedGeneration"), 5);
        lives.insert(QStringLiteral("name"), QStringLiteral("n1"));
        const QJsonObject whole = summaryOf({lives, *entryIn(silent, "n2", "ns/a")}).toJsonObject();
        QCOMPARE(whole[u"nodesReady"].toString(), QStringLiteral("1/2"));
        QCOMPARE(whole[u"observedGeneration"].toInt(), 5);
        QCOMPARE(whole[u"conditions"][0][u"status"].toString(), QStringLiteral("True"));
        QCOMPARE(whole[u"worstNodes"][0][u"name"].toString(), QStringLiteral("n2"));
        QCOMPARE(whole[u"worstNodes"][0][u"reason"].toString(), QString::fromLatin1(kNodeSilent));
    }

    void countsAndTheWorst() {
        QCborArray entries;
        for (int i = 0; i < 1000; ++i) {
            QJsonObject entry = service(i % 2 == 0, {{"synchronized", i % 2 == 0}});
            entry[u"name"] = QStringLiteral("n%1").arg(i, 4, 10, QLatin1Char('0'));
            entries.append(map(entry));
        }
        const QJsonObject whole = summaryOf(entries).toJsonObject();
        QCOMPARE(whole[u"nodesReady"].toString(), QStringLiteral("500/1000"));
        QCOMPARE(whole[u"nodeCount"].toInt(), 1000);
        const QJsonArray worst = whole[u"worstNodes"].toArray();
        QCOMPARE(worst.size(), 8);
        QCOMPARE(worst[0].toObject(),
                 (QJsonObject{{"name", "n0001"}, {"ready", "False"}, {"reason", "Because"}, {"message", "Because."}}));
        QCOMPARE(whole[u"conditions"][0][u"status"].toString(), QStringLiteral("False"));
        QVERIFY(whole[u"conditions"][0][u"message"].toString().endsWith("\n492 more nodes report the same condition."));
        QCOMPARE(whole[u"synchronized"].toBool(), false);
        QVERIFY(!whole.contains(u"nodes"));
        QVERIFY(summaryOf({}).isEmpty());
        QVERIFY(!summaryOf({entries.at(0)}).contains(QStringLiteral("worstNodes")));
    }
};

QTEST_GUILESS_MAIN(TestNodeDetail)
#include "tst_node_detail.moc"
