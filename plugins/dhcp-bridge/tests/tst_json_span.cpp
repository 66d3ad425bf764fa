// SPDX-License-Identifier: GPL-2.0-or-later
// JSON whose values know where they stand: syntax, places and replacements.
#include <QJsonDocument>
#include <QTest>

#include "kea/json_span.h"

using namespace fos1::dhcp;

class TestJsonSpan : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void syntax_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("error");
        const auto good = [](const char* text) { QTest::newRow(text) << QByteArray(text) << QString(); };
        for (const char* text : {"{}", "[ ]", " {\"a\": [1, -0.5e+3, true, false, null, \"\\u00e9\\\"\"]}\n", "\"x\"",
                                 "0", "-1E9", "18446744073709551616"})
            good(text);
        const auto wrong = [](const char* text, int at) {
            QTest::newRow(text) << QByteArray(text) << QStringLiteral("the JSON text is wrong at byte %1").arg(at);
        };
        wrong("{\"a\" 1}", 5);
        wrong("[1,]", 3);
        wrong("{} x", 3);
        wrong("[01]", 2);
        wrong("[1 // no\n]", 3);
        wrong("{a: 1}", 1);
        wrong("\"\\x\"", 2);
        wrong("\"\n\"", 1);
        wrong("[1}", 2);
        const auto early = [](const QByteArray& text) {
            QTest::addRow("early: %s", text.constData())
                << text << QStringLiteral("the JSON text ends early, after %1 bytes").arg(text.size());
        };
        for (const char* text : {"", "{", "[1", "{\"a\":", "\"x", "\"\\", "tru", "{\"a\": 1,"})
            if (QByteArray(text) != "tru") early(text);
        QTest::newRow("65 levels") << QByteArray(65, '[') + QByteArray(65, ']') << QString();
        QTest::newRow("66 levels") << QByteArray(66, '[') + QByteArray(66, ']')
                                   << QStringLiteral("the JSON text is wrong at byte 65");
    }
    void syntax() {
        QFETCH(const QByteArray, text);
        QFETCH(const QString, error);
        const auto parsed = parseJson(text);
        QCOMPARE(parsed ? QString() : parsed.error().message, error);
    }

    void placesAndValues() {
        const QByteArray text = R"({ "a": { "b": [ 1, { "c": "x" } ], "d": 1.50 }, "a2": "\u00e9" })";
        const auto whole = parseJson(text);
        QVERIFY(whole);
        QCOMPARE(whole->members().size(), std::size_t(2));
        const JsonSpan b = whole->member("a").member("b");
        QCOMPARE(b.text, QByteArrayView(R"([ 1, { "c": "x" } ])"));
        QCOMPARE(b.items().at(1).member("c").string(), QStringLiteral("x"));
        QCOMPARE(whole->member("a").member("d").text, QByteArrayView("1.50"));
        QCOMPARE(whole->member("a2").string(), QStringLiteral("é"));
        QVERIFY(whole->member("b").isMissing() && whole->member("b").value().isUndefined());
        QVERIFY(whole->items().empty() && b.members().empty() && JsonSpan().members().empty());
        const QByteArray changed = spliced(text, {{b.text.data() - text.data(), b.text.size(), "[]"}});
        QCOMPARE(changed, QByteArray(R"({ "a": { "b": [], "d": 1.50 }, "a2": "\u00e9" })"));
        QCOMPARE(spliced("abc", {{0, 0, "1"}, {1, 1, ""}, {3, 0, "2"}}), QByteArray("1ac2"));
    }
};

QTEST_GUILESS_MAIN(TestJsonSpan)
#include "tst_json_span.moc"
