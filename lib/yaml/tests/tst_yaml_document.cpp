// SPDX-License-Identifier: GPL-2.0-or-later
// YAML text gives the right types and positions, every refusal has a position, and the output of emit() is read back.
#include <QCborArray>
#include <QTest>

#include "yaml_document.h"

using fos1::yaml::emit;
using fos1::yaml::parse;

namespace {

const QString kFile = QStringLiteral("a.yaml");

QCborValue valueOf(const QByteArray& scalar) {
    const auto documents = parse("v: " + scalar + "\n", kFile);
    return documents && documents->size() == 1 ? documents->front().value.value(QStringLiteral("v")) : QCborValue();
}

}  // namespace

class TestYamlDocument : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void scalars_data() {
        QTest::addColumn<QByteArray>("yaml");
        QTest::addColumn<QCborValue>("expected");
        const auto row = [](const char* yaml, const QCborValue& value) {
            QTest::newRow(yaml) << QByteArray(yaml) << value;
        };
        row("", nullptr);
        row("~", nullptr);
        row("null", nullptr);
        row("true", true);
        row("False", false);
        row("yes", QStringLiteral("yes"));
        row("on", QStringLiteral("on"));
        row("0", 0);
        row("-7", -7);
        row("+7", 7);
        row("010", 10);
        row("0x1F", 31);
        row("0o17", 15);
        row("9223372036854775807", std::numeric_limits<qint64>::max());
        row("4.0", 4.0);
        row("1e3", 1000.0);
        row(".5", 0.5);
        row("-.inf", -std::numeric_limits<double>::infinity());
        row("1.2.3", QStringLiteral("1.2.3"));
        row("12:30", QStringLiteral("12:30"));
        row("10.0.0.0/8", QStringLiteral("10.0.0.0/8"));
        row("\"4\"", QStringLiteral("4"));
        row("'true'", QStringLiteral("true"));
        row("! 4", QStringLiteral("4"));
        row("!!str 4", QStringLiteral("4"));
        row("!!int \"4\"", 4);
        row("!!float 4", 4.0);
        row("\"\\u00e9\\n\"", QStringLiteral("\u00e9\n"));
        row("[1, {a: b}, []]", QCborArray{1, QCborMap{{QStringLiteral("a"), QStringLiteral("b")}}, QCborArray{}});
        row("|\n  a\n  b\n", QStringLiteral("a\nb\n"));
    }
    void scalars() {
        QFETCH(QByteArray, yaml);
        QFETCH(QCborValue, expected);
        QCOMPARE(valueOf(yaml), expected);
        QCOMPARE(valueOf(yaml).type(), expected.type());
    }

    void everyDocumentButEmptyOnes() {
        const auto documents = parse("---\n# nothing\n---\na: 1\n---\n---\nb: 2\n...\n", kFile);
        QVERIFY(documents.has_value());
        QCOMPARE(documents->size(), std::size_t(2));
        QCOMPARE(documents->at(1).value, (QCborMap{{QStringLiteral("b"), 2}}));
        QVERIFY(parse("", kFile)->empty());
        QVERIFY(parse("# only this\n", kFile)->empty());
    }

    void anchorsAreExpanded() {
        const auto documents = parse("a: &x {b: [1]}\nc: *x\nd: [*x]\n", kFile);
        QVERIFY(documents.has_value());
        const QCborMap map = documents->front().value;
        QCOMPARE(map.value(QStringLiteral("c")), map.value(QStringLiteral("a")));
        QCOMPARE(map.value(QStringLiteral("d")).toArray().at(0), map.value(QStringLiteral("a")));
        QCOMPARE(documents->front().locate(QStringLiteral("c.b[0]")), QStringLiteral("a.yaml:2:1"));
    }

    void positions_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* path, const char* at) {
            QTest::newRow(path) << QString::fromLatin1(path) << QString::fromLatin1(at);
        };
        row("", "a.yaml:2:1");
        row("kind", "a.yaml:2:1");
        row("spec.sources.pools", "a.yaml:5:5");
        row("spec.sources.pools[1]", "a.yaml:7:9");
        row("spec.sources.pools[1].name", "a.yaml:7:9");
        row("spec.sources.pools[0].servers", "a.yaml:6:27");
        row("spec.sources.pools[1].absent", "a.yaml:7:9");
        row("spec.sources.absent.deep[3].er", "a.yaml:4:3");
        row("metadata.annotations.fos1.io/x", "a.yaml:9:17");
        row("nothing", "a.yaml:2:1");
    }
    void positions() {
        QFETCH(QString, path);
        QFETCH(QString, expected);
        const auto documents = parse(
            "# a comment\n"
            "kind: NTPService\n"
            "spec:\n"
            "  sources:\n"
            "    pools:\n"
            "      - {name: a.example, servers: 4}\n"
            "      - name: b.example\n"
            "metadata:\n"
            "  annotations: {fos1.io/x: y}\n",
            kFile);
        QVERIFY2(documents.has_value(), qPrintable(documents ? QString() : documents.error().text()));
        QCOMPARE(documents->front().locate(path), expected);
    }

    void refusals_data() {
        QTest::addColumn<QByteArray>("yaml");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const QByteArray& yaml, const char* expected) {
            QTest::newRow(name) << yaml << QString::fromLatin1(expected);
        };
        row("duplicate", "a: 1\nb: 2\na: 3\n", "a.yaml:3:1: duplicate key \"a\", first used in line 1");
        row("duplicate, quoted", "a: 1\n\"a\": 3\n", "a.yaml:2:1: duplicate key \"a\", first used in line 1");
        row("duplicate in a flow", "x: {a: 1, a: 2}\n", "a.yaml:1:11: duplicate key \"a\", first used in line 1");
        row("a wrong indentation", "    a: 1\n  b: 2\n",
            "a.yaml:2:3: does not continue the preceding document; correct its indentation, or add the missing line "
            "\"---\"");
        row("--- of a key", " -:\n---:\n",
            "a.yaml:2:1: does not continue the preceding document; correct its indentation, or add the missing line "
            "\"---\"");
        row("a comma first, on which yaml-cpp does not get on", ", a\nb: c\n",
            "a.yaml:1:1: does not continue the preceding document; correct its indentation, or add the missing line "
            "\"---\"");
        row("ended and no ---", "a: 1\n...\nb: 2\n",
            "a.yaml:3:1: does not continue the preceding document; correct its indentation, or add the missing line "
            "\"---\"");
        row("not a mapping", "- a\n", "a.yaml:1:1: the document must be a mapping (key: value)");
        row("a scalar", "text\n", "a.yaml:1:1: the document must be a mapping (key: value)");
        row("integer key", "1: x\n", "a.yaml:1:1: a key must be text; put this one in quotes");
        row("bool key", "a:\n  true: x\n", "a.yaml:2:3: a key must be text; put this one in quotes");
        row("null key", "~: x\n", "a.yaml:1:1: a key must be text; this one is empty or null");
        row("list key", "? [a]\n: x\n", "a.yaml:1:3: a key must be text; this one is a mapping or a list");
        row("alias key", "a: &x b\n*x : c\n", "a.yaml:2:1: a key must be text; this one is an alias");
        row("merge key", "a: &x {b: 1}\nc: {<<: *x}\n", "a.yaml:2:5: merge keys (<<) are not supported");
        row("unknown alias", "a: *x\n", "a.yaml:1:4: no anchor (&name) of this name precedes the alias");
        row("alias of itself", "a: &x [*x]\n", "a.yaml:1:8: an alias refers to a value that contains it");
        row("foreign tag", "a: !secret x\n", "a.yaml:1:4: a value cannot have the tag !secret");
        row("foreign tag of a map", "a: !!set {b}\n",
            "a.yaml:1:4: the tag tag:yaml.org,2002:set is not supported here");
        row("wrong tag", "a: !!int x\n", "a.yaml:1:4: a value cannot have the tag tag:yaml.org,2002:int");
        row("huge integer", "a: 9223372036854775808\n",
            "a.yaml:1:4: an integer does not fit in 64 bits; put it in quotes if it is text");
        row("control character", "a: b\nb: \x04\n", "a.yaml:2:4: contains a control character");
        row("not UTF-8", "a: \xff\n", "a.yaml: is not UTF-8");
        row("bad indentation", "a: b\n c: d\n",
            "a.yaml:2:3: a \"key: value\" cannot begin here; indent with spaces as the other keys, and put a value "
            "that contains \": "
            "\" "
            "in quotes");
        row("unknown escape", "a: \"\\d\"\n",
            "a.yaml:1:7: this \\ sequence is unknown in double quotes; write \\\\ for a backslash, or use single "
            "quotes");
        row("reserved", "a: @b\n", "a.yaml:1:4: \"%\", \"@\" or \"`\" cannot begin a value; put the value in quotes");
        row("unclosed", "a: [1, 2\n", "a.yaml:2:1: a \"[\" is not closed; add \"]\", or a comma between two entries");
        row("cut in double quotes", "a: 1\nb: \"te\n",
            "a.yaml:2:4: a quoted value does not end; its closing quote is missing");
        row("cut in single quotes", "a: 1\nb: '",
            "a.yaml:2:4: a quoted value does not end; its closing quote is missing");
        row("too deep", "a: " + QByteArray(64, '[') + QByteArray(64, ']') + "\n",
            "a.yaml:1:67: nested more than 64 levels deep");
        row("far too deep", "a: " + QByteArray(100'000, '['),
            "a.yaml:1:5: a key must be text; this one is a mapping or a list");
        row("too large", QByteArray(8 * 1024 * 1024 + 1, ' '), "a.yaml: is larger than 8 MiB");
    }
    void refusals() {
        QFETCH(QByteArray, yaml);
        QFETCH(QString, expected);
        const auto documents = parse(yaml, kFile);
        QVERIFY(!documents.has_value());
        QCOMPARE(documents.error().text(), expected);
    }

    void aliasesCannotExplode() {
        QByteArray yaml = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n";
        for (int i = 1; i < 9; ++i) {
            const QByteArray previous = "*a" + QByteArray::number(i - 1);
            yaml += "a" + QByteArray::number(i) + ": &a" + QByteArray::number(i) + " [" + previous;
            for (int n = 1; n < 10; ++n) yaml += "," + previous;
            yaml += "]\n";
        }
        const auto documents = parse(yaml, kFile);
        QVERIFY(!documents.has_value());
        QVERIFY(
            documents.error().text().endsWith(QStringLiteral("more than 1000000 values after aliases are expanded")));
    }

    void manyKeysAreRefusedSoon() {
        QByteArray yaml;
        for (int i = 0; i < 10'001; ++i) yaml += "k" + QByteArray::number(i) + ": 1\n";
        const auto documents = parse(yaml, kFile);
        QVERIFY(!documents.has_value());
        QCOMPARE(documents.error().text(), QStringLiteral("a.yaml:10001:1: a mapping has more than 10000 keys"));
    }

    void emitsWhatPeopleWrite() {
        const QCborMap object{{QStringLiteral("spec"),
                               QCborMap{{QStringLiteral("enabled"), true},
                                        {QStringLiteral("empty"), QCborMap{}},
                                        {QStringLiteral("none"), QCborArray{}},
                                        {QStringLiteral("list"),
                                         QCborArray{QCborMap{{QStringLiteral("name"), QStringLiteral("a.example")},
                                                             {QStringLiteral("size"), 4.0}},
                                                    QCborArray{1, 2}, QStringLiteral("x")}},
                                        {QStringLiteral("cert"), QStringLiteral("-----BEGIN\nabc\n")}}},
                              {QStringLiteral("kind"), QStringLiteral("NTPService")},
                              {QStringLiteral("apiVersion"), QStringLiteral("ntp.fos1.io/v1alpha1")}};
        QCOMPARE(emit(object), QByteArray("apiVersion: ntp.fos1.io/v1alpha1\n"
                                          "kind: NTPService\n"
                                          "spec:\n"
                                          "  enabled: true\n"
                                          "  empty: {}\n"
                                          "  none: []\n"
                                          "  list:\n"
                                          "    - name: a.example\n"
                                          "      size: 4.0\n"
                                          "    - - 1\n"
                                          "      - 2\n"
                                          "    - x\n"
                                          "  cert: |\n"
                                          "    -----BEGIN\n"
                                          "    abc\n"));
    }

    void emittedTextStaysText_data() {
        QTest::addColumn<QString>("text");
        for (const char* text :
             {"",           " ",           "a",         "4",        "-4",        "4.0",      "1e3",        "0x1f",
              "true",       "Null",        "~",         "yes",      "off",       "12:30",    "2001-01-01", "1_000",
              "a: b",       "a:",          ":",         "a:b",      "a #b",      "a#b",      "#a",         "- a",
              "-",          "--- a",       "...",       "? a",      "*a",        "&a",       "!a",         "|",
              ">",          "@a",          "`a",        "%a",       "{",         "[a]",      "a,b",        "'",
              "\"",         "\\",          "a\\b",      "\t",       "a\tb",      "a\n",      "a\nb",       "a\n\nb\n",
              "\na",        " a\nb",       "a\n b\n",   "a \nb",    "a\n\n",     "\n",       "a\r\nb",     "a\n ",
              "a\n  ",      "a\nb:\n - c", "a\n---\nb", "a\n...\n", "trailing ", " leading", "=",          "<<",
              "10.0.0.0/8", "fe80::1",     "\x7f",      "1.",       ".5",        "+1",       ".",          "..",
              "a\n#b",      "a\n\tb"})
            QTest::newRow(qPrintable(QString::fromLatin1(text).replace(u'\n', QStringLiteral("\\n"))))
                << QString::fromLatin1(text);
        QTest::newRow("not ASCII") << QStringLiteral("caf\u00e9 \u2028 \ufeff \u0085 \U0001F600");
        QTest::newRow("not ASCII, lines") << QStringLiteral("caf\u00e9\n\U0001F600\n\u2028x\n");
    }
    void emittedTextStaysText() {
        QFETCH(QString, text);
        const QCborMap object{{QStringLiteral("a"), text},
                              {QStringLiteral("b"), QCborArray{text, QCborMap{{QStringLiteral("c"), text}}}},
                              {QStringLiteral("d"), QCborMap{{text == u"<<" ? QStringLiteral("x") : text, 1}}}};
        const auto documents = parse(emit(object), kFile);
        QVERIFY2(documents.has_value(), emit(object).constData());
        QVERIFY2(documents->front().value == object, emit(object).constData());
    }

    void emittedNumbersKeepTheirType() {
        const QCborMap object{
            {QStringLiteral("a"), QCborArray{0, -1, std::numeric_limits<qint64>::min(), 0.1, 4.0, 1e300, 5e-324,
                                             std::numeric_limits<double>::infinity(), nullptr, true}}};
        const auto documents = parse(emit(object), kFile);
        QVERIFY(documents.has_value());
        QCOMPARE(documents->front().value, object);
    }

    void emptyDocument() { QCOMPARE(emit({}), QByteArray("{}\n")); }
};

QTEST_GUILESS_MAIN(TestYamlDocument)
#include "tst_yaml_document.moc"
