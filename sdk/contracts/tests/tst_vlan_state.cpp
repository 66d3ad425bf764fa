// SPDX-License-Identifier: MIT
// The payload of network.vlan/v1: encoding and decoding it changes nothing, its fields match the schema, unknown fields
// are ignored, wrong types are refused.
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "network/vlan.h"

using fos1::network::VlanState;

namespace {

VlanState full() {
    VlanState state;
    state.vlanId = 10;
    state.interface = QStringLiteral("lan.10");
    state.ifindex = 7;
    state.up = true;
    state.addresses = {{QStringLiteral("10.10.0.1"), 24, QStringLiteral("10.10.0.255")},
                       {QStringLiteral("fd00:10::1"), 64, {}}};
    state.zone = QStringLiteral("lan");
    return state;
}

}  // namespace

class TestVlanState : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void roundTrip_data() {
        QTest::addColumn<bool>("isUp");
        QTest::newRow("up") << true;
        QTest::newRow("no link") << false;
    }
    void roundTrip() {
        QFETCH(bool, isUp);
        VlanState state = full();
        if (!isUp) {
            state = {};
            state.vlanId = 4094;
            state.reason = QStringLiteral("there is no link \"lan\"");
        }
        const auto decoded = VlanState::decode(state.encode());
        QVERIFY(decoded.has_value());
        QVERIFY(*decoded == state);
        QCOMPARE(state.encode().contains(QStringLiteral("ifindex")), isUp);
    }

    /// The encoded fields are exactly those that the normative schema names.
    void theSchemaNamesEveryField() {
        QFile file(QStringLiteral(FOS1_SCHEMA_DIR "/network.vlan.v1.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonObject schema = QJsonDocument::fromJson(file.readAll()).object();
        QCOMPARE(schema[u"title"].toString(), QString::fromLatin1(VlanState::kTopic));
        const QJsonObject value = full().encode().toJsonObject();
        const QJsonObject fields = schema[u"properties"].toObject();
        QCOMPARE(value.keys(), fields.keys());
        const QJsonObject item = fields[u"addresses"][u"items"][u"properties"].toObject();
        QCOMPARE(value[u"addresses"][0].toObject().keys(), item.keys());
        const QJsonObject least = VlanState{}.encode().toJsonObject();
        for (const QJsonValue name : schema[u"required"].toArray())
            QVERIFY2(least.contains(name.toString()), qPrintable(name.toString()));
    }

    void unknownFieldsAreIgnored() {
        QCborMap map = full().encode();
        map.insert(QStringLiteral("of_a_later_version"), 7);
        QVERIFY(VlanState::decode(map).has_value());
    }

    void wrongTypeHasItsPath() {
        QCborMap map = full().encode();
        map.insert(QStringLiteral("addresses"), QCborArray{QCborMap{{QStringLiteral("prefix_length"), true}}});
        const auto decoded = VlanState::decode(map);
        QVERIFY(!decoded.has_value());
        QCOMPARE(decoded.error().text(), QStringLiteral("addresses[0].prefix_length: must be an integer of 32 bits"));
    }

    /// A number that does not fit is refused, not truncated.
    void aLargeNumberIsNotCut() {
        QCborMap map = full().encode();
        map.insert(QStringLiteral("vlan_id"), (qint64{1} << 32) + 20);
        const auto decoded = VlanState::decode(map);
        QVERIFY(!decoded.has_value());
        QCOMPARE(decoded.error().path, QStringLiteral("vlan_id"));
    }
};

QTEST_GUILESS_MAIN(TestVlanState)
#include "tst_vlan_state.moc"
