// SPDX-License-Identifier: MIT
// The payload of time.sources/v1: encoding and decoding it changes nothing, its fields match the schema, unknown fields
// are ignored, wrong types and lists that are too long are refused.
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "time/sources_state.h"

using fos1::time::SourcesState;

namespace {

SourcesState two() { return {{QStringLiteral("192.168.20.50"), QStringLiteral("2001:db8::5")}}; }

QCborMap with(const QCborArray& addresses) { return {{QStringLiteral("addresses"), addresses}}; }

}  // namespace

class TestSourcesState : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void roundTrip() {
        for (const SourcesState& state : {two(), SourcesState()}) {
            const auto decoded = SourcesState::decode(state.encode());
            QVERIFY(decoded.has_value());
            QVERIFY(*decoded == state);
        }
    }

    /// The encoded fields are exactly those that the normative schema names.
    void theSchemaNamesEveryField() {
        QFile file(QStringLiteral(FOS1_SCHEMA_DIR "/time.sources.v1.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonObject schema = QJsonDocument::fromJson(file.readAll()).object();
        QCOMPARE(schema[u"title"].toString(), QString::fromLatin1(SourcesState::kTopic));
        const QJsonObject value = two().encode().toJsonObject();
        QCOMPARE(value.keys(), schema[u"properties"].toObject().keys());
        QCOMPARE(QJsonArray::fromStringList(value.keys()), schema[u"required"].toArray());
        QCOMPARE(schema[u"properties"][u"addresses"][u"maxItems"].toInteger(), SourcesState::kMostAddresses);
    }

    void unknownFieldsAreIgnored() {
        QCborMap map = two().encode();
        map.insert(QStringLiteral("of_a_later_version"), 7);
        QVERIFY(SourcesState::decode(map).has_value());
        QVERIFY(SourcesState::decode({}).has_value());
    }

    void mistakesHaveTheirPath_data() {
        QTest::addColumn<QCborMap>("map");
        QTest::addColumn<QString>("text");
        QCborArray many;
        for (int i = 0; i <= SourcesState::kMostAddresses; ++i) many.append(QStringLiteral("10.0.%1.1").arg(i));
        QTest::newRow("no list") << QCborMap{{QStringLiteral("addresses"), 7}} << "addresses: must be a list";
        QTest::newRow("no text") << with({QStringLiteral("10.0.0.1"), 7}) << "addresses[1]: must be text";
        QTest::newRow("too many") << with(many) << "addresses: must have at most 256 items";
    }
    void mistakesHaveTheirPath() {
        QFETCH(const QCborMap, map);
        const auto decoded = SourcesState::decode(map);
        QVERIFY(!decoded.has_value());
        QTEST(decoded.error().text(), "text");
    }

    void asManyAsAllowed() {
        SourcesState state;
        for (int i = 0; i < SourcesState::kMostAddresses; ++i)
            state.addresses.append(QStringLiteral("10.0.%1.1").arg(i));
        QVERIFY(SourcesState::decode(state.encode()).has_value());
    }
};

QTEST_GUILESS_MAIN(TestSourcesState)
#include "tst_sources_state.moc"
