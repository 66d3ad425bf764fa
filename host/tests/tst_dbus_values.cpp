// SPDX-License-Identifier: GPL-2.0-or-later
// D-Bus types from schemas, values in messages, and callers' permissions; without a bus.
#include <sdbus-c++/Types.h>

#include <QCborArray>
#include <QCborMap>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include "dbus/bus_link.h"
#include "dbus/caller_rights.h"
#include "dbus/cbor_to_dbus.h"
#include "dbus/topic_object.h"

namespace sdbus {
PlainMessage createPlainMessage();  // exported by the library, but no header declares it
}

using namespace fos1;
using namespace fos1::host;
using namespace fos1::host::dbus;

namespace {

using Dictionary = std::map<std::string, sdbus::Variant>;

sdbus::PlainMessage written(DbusType type, const QCborValue& value) {
    sdbus::PlainMessage message = sdbus::createPlainMessage();
    append(message, type, value);
    message.seal();
    message.rewind(true);
    return message;
}

template <typename T>
T readBack(DbusType type, const QCborValue& value) {
    sdbus::PlainMessage message = written(type, value);
    T result{};
    message >> result;
    return result;
}

QJsonObject schemaOf(const char* type) { return {{"type", type}}; }

}  // namespace

class TestDbusValues : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void typesFollowTheSchema_data() {
        QTest::addColumn<QJsonObject>("schema");
        QTest::addColumn<QByteArray>("signature");
        QTest::newRow("boolean") << schemaOf("boolean") << QByteArray("b");
        QTest::newRow("integer") << schemaOf("integer") << QByteArray("x");
        QTest::newRow("number") << schemaOf("number") << QByteArray("d");
        QTest::newRow("string") << schemaOf("string") << QByteArray("s");
        QTest::newRow("object") << schemaOf("object") << QByteArray("a{sv}");
        QTest::newRow("list of anything") << schemaOf("array") << QByteArray("av");
        QTest::newRow("no type") << QJsonObject{{"enum", QJsonArray{1, "a"}}} << QByteArray("v");
        QTest::newRow("or null") << QJsonObject{{"type", QJsonArray{"null", "string"}}} << QByteArray("s");
        QTest::newRow("two types") << QJsonObject{{"type", QJsonArray{"integer", "string"}}} << QByteArray("v");
        const auto listOf = [](const char* type) { return QJsonObject{{"type", "array"}, {"items", schemaOf(type)}}; };
        QTest::newRow("list of strings") << listOf("string") << QByteArray("as");
        QTest::newRow("list of objects") << listOf("object") << QByteArray("aa{sv}");
        QTest::newRow("list of integers") << listOf("integer") << QByteArray("av");
    }
    void typesFollowTheSchema() {
        QFETCH(QJsonObject, schema);
        QFETCH(QByteArray, signature);
        QCOMPARE(QByteArray(signatureOf(typeOfSchema(schema))), signature);
    }

    void simpleValues() {
        QCOMPARE(readBack<bool>(DbusType::Boolean, true), true);
        QCOMPARE(readBack<std::int64_t>(DbusType::Integer, -5), -5);
        QCOMPARE(readBack<std::uint64_t>(DbusType::Unsigned, 5), 5U);
        QCOMPARE(readBack<double>(DbusType::Number, 2.5), 2.5);
        QCOMPARE(readBack<double>(DbusType::Number, 2), 2.0);
        QCOMPARE(readBack<std::string>(DbusType::Text, QStringLiteral("gr\u00fcn")), std::string("gr\u00fcn"));
        const QCborArray words{QStringLiteral("a"), QStringLiteral("b")};
        QCOMPARE(readBack<std::vector<std::string>>(DbusType::Texts, words), (std::vector<std::string>{"a", "b"}));
    }

    void valuesOfAnotherTypeAreEmpty_data() {
        QTest::addColumn<QCborValue>("value");
        QTest::newRow("absent") << QCborValue();
        QTest::newRow("null") << QCborValue(nullptr);
        QTest::newRow("bytes") << QCborValue(QByteArray("x"));
        QTest::newRow("mixed list") << QCborValue(QCborArray{nullptr, 1.5, QCborMap()});
        QTest::newRow("tag") << QCborValue(QDateTime::currentDateTimeUtc());
    }
    void valuesOfAnotherTypeAreEmpty() {
        QFETCH(QCborValue, value);
        QCOMPARE(readBack<bool>(DbusType::Boolean, value), false);
        QCOMPARE(readBack<std::int64_t>(DbusType::Integer, value), 0);
        QCOMPARE(readBack<double>(DbusType::Number, value), 0.0);
        QCOMPARE(readBack<std::string>(DbusType::Text, value), std::string());
        QVERIFY(readBack<std::vector<std::string>>(DbusType::Texts, value).empty());
        QVERIFY(readBack<std::vector<Dictionary>>(DbusType::Objects, value).empty());
        QVERIFY(readBack<Dictionary>(DbusType::Object, value).empty());
    }

    void aDoubleIsNoInteger() {
        QCOMPARE(readBack<std::int64_t>(DbusType::Integer, std::numeric_limits<double>::quiet_NaN()), 0);
        QCOMPARE(readBack<std::int64_t>(DbusType::Integer, 1e300), 0);
    }

    void textThatDbusDoesNotKnow() {
        QCOMPARE(readBack<std::string>(DbusType::Text, QString::fromLatin1("a\0b", 3)), std::string("a\uFFFDb"));
        QCOMPARE(readBack<std::string>(DbusType::Text, QString(QChar(0xD800))).find('\0'), std::string::npos);
    }

    void dictionariesHoldWhatTheyAreGiven() {
        const QCborMap map{{QStringLiteral("b"), true},
                           {QStringLiteral("i"), 7},
                           {QStringLiteral("none"), nullptr},
                           {QStringLiteral("bytes"), QByteArray("\1\2")},
                           {QStringLiteral("texts"), QCborArray{QStringLiteral("a")}},
                           {QStringLiteral("mixed"), QCborArray{1, QStringLiteral("a")}},
                           {QStringLiteral("maps"), QCborArray{QCborMap{{QStringLiteral("x"), 1}}}},
                           {42, QStringLiteral("number as key")}};
        const auto read = readBack<Dictionary>(DbusType::Object, map);
        QCOMPARE(read.size(), 7U);
        QCOMPARE(read.at("b").get<bool>(), true);
        QCOMPARE(read.at("i").get<std::int64_t>(), 7);
        QCOMPARE(read.at("bytes").get<std::vector<std::uint8_t>>(), (std::vector<std::uint8_t>{1, 2}));
        QCOMPARE(read.at("texts").get<std::vector<std::string>>(), std::vector<std::string>{"a"});
        QCOMPARE(read.at("mixed").get<std::vector<sdbus::Variant>>().size(), 2U);
        QCOMPARE(read.at("maps").get<std::vector<Dictionary>>().at(0).at("x").get<std::int64_t>(), 1);
        QCOMPARE(read.at("42").get<std::string>(), std::string("number as key"));
    }

    void whatLiesTooDeepIsText() {
        QCborMap map{{QStringLiteral("end"), 1}};
        for (int i = 0; i < 100; ++i) map = {{QStringLiteral("next"), map}};
        auto level = readBack<Dictionary>(DbusType::Object, map);
        int depth = 0;
        while (level.at("next").containsValueOfType<Dictionary>()) {
            level = level.at("next").get<Dictionary>();
            ++depth;
        }
        QCOMPARE(depth, kMaxDepth);
        const auto rest = QByteArray::fromStdString(level.at("next").get<std::string>());
        QVERIFY(rest.startsWith("{\"next\":{") && rest.contains("\"end\":1"));
    }

    void anObjectShowsItsTopic() {
        const QJsonObject schema{{"properties", QJsonObject{{"a_b", schemaOf("integer")}, {"c", schemaOf("string")}}}};
        const TopicType type = topicType("x.y/v1", schema);
        BusEntry entry;
        entry.topic = QStringLiteral("x.y/v1");
        entry.key = QStringLiteral("k-1");
        entry.presence = Presence::Stale;
        entry.sequence = 9;
        entry.map = {{QStringLiteral("a_b"), 3}, {QStringLiteral("other"), 4}};
        const auto shapes = topicShapes(&type);
        const ObjectValues values = topicValues(entry, &type);
        QCOMPARE(shapes.size(), 2U);
        QCOMPARE(shapes[1].name, std::string("io.fos1.XY1"));
        QCOMPARE(shapes[1].properties[0].name, std::string("AB"));
        QCOMPARE(values[1][0].toInteger(), 3);
        QVERIFY(values[1][1].isUndefined());
        QCOMPARE(values.size(), shapes.size());
        for (std::size_t i = 0; i < shapes.size(); ++i) QCOMPARE(values[i].size(), shapes[i].properties.size());
        QCOMPARE(values[0][2].toString(), QStringLiteral("Stale"));
        QCOMPARE(topicShapes(nullptr).size(), 1U);
        QCOMPARE(topicValues(entry, nullptr).size(), 1U);
    }

    void schemasAreFoundByTheirFileNames() {
        QTemporaryDir dir;
        const auto write = [&](const char* name, const QByteArray& text) {
            QFile file(dir.filePath(name));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(text);
        };
        write("x.y.v1.json", R"({"properties":{"a":{"type":"string"}}})");
        write("x.y.v2.json", R"({"properties":{}})");
        write("broken.v1.json", "{");
        write("nameless.json", "{}");
        write("README", "no schema");
        TopicTypes types;
        const Errors errors = types.addDirectory(dir.path());
        QCOMPARE(errors.size(), 2U);
        QVERIFY(errors[0].text().contains("broken.v1.json"));
        QVERIFY(errors[1].text().contains("nameless.json"));
        QVERIFY(types.find("x.y/v1"));
        QVERIFY(!types.find("x.y/v2"));
        QVERIFY(!types.find("broken/v1"));
        // The first schema is kept.
        types.add("x.y/v1", {{"properties", QJsonObject{{"b", schemaOf("string")}, {"c", schemaOf("string")}}}});
        QCOMPARE(types.find("x.y/v1")->fields.size(), 1U);
    }

    void whoMayAct() {
        QVERIFY(!mayAct({}, 5, {}));
        QVERIFY(!mayAct({{}, {7}}, 5, 7));
        QVERIFY(mayAct({0, {}}, 5, {}));
        QVERIFY(mayAct({5, {}}, 5, {}));
        QVERIFY(!mayAct({6, {7}}, 5, {}));
        QVERIFY(mayAct({6, {3, 7}}, 5, 7));
        QVERIFY(!mayAct({6, {3}}, 5, 7));
    }

    void reconnectingSlowsDown() {
        using namespace std::chrono_literals;
        QCOMPARE(fos1::dbus::reconnectDelay(0, 0.5), 500ms);
        QCOMPARE(fos1::dbus::reconnectDelay(1, 0.5), 1000ms);
        QCOMPARE(fos1::dbus::reconnectDelay(1, 0.0), 800ms);
        QCOMPARE(fos1::dbus::reconnectDelay(1'000'000, 0.5), 30'000ms);
        QVERIFY(fos1::dbus::reconnectDelay(50, 0.999) <= 36'000ms);
    }
};

QTEST_APPLESS_MAIN(TestDbusValues)
#include "tst_dbus_values.moc"
