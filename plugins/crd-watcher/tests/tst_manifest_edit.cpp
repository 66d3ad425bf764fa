// SPDX-License-Identifier: GPL-2.0-or-later
// A document is changed in its text: what did not change keeps its bytes, and the result is read as intended.
#include <QCborArray>
#include <QJsonObject>
#include <QTest>

#include "core/manifest_edit.h"
#include "yaml_document.h"

using namespace fos1;
using namespace fos1::crd;

namespace {

QCborMap read(const QByteArray& text) {
    const auto documents = yaml::parse(text, "x");
    if (!documents || documents->size() != 1) qFatal("not one document: %s", text.constData());
    return documents->front().value;
}

const QByteArray kText =
    "# Written by Ada.\n"
    "kind: Thing   # before apiVersion\n"
    "apiVersion: t.io/v1\n"
    "metadata: {name: a}\n"
    "\n"
    "spec:\n"
    "  value: 1      # one is enough\n"
    "  # Do not touch.\n"
    "  text: 'quoted # no comment'  # a comment\n"
    "  servers:\n"
    "  - address: 10.0.0.1\n"
    "    weight: 1   # low\n"
    "  - address: 10.0.0.2\n"
    "    weight: 2\n"
    "  # behind the list\n"
    "  note: |\n"
    "    # not a comment\n"
    "    last\n"
    "# the end\n";

}  // namespace

class TestManifestEdit : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void edits_data() {
        QTest::addColumn<QByteArray>("old");
        QTest::addColumn<QByteArray>("replacement");
        const auto row = [](const char* name, const QByteArray& old, const QByteArray& replacement) {
            QTest::newRow(name) << old << replacement;
        };
        row("nothing", "", "");
        row("a number", "value: 1 ", "value: 17 ");
        row("a text", "'quoted # no comment'", "other");
        row("in a list", "weight: 1 ", "weight: 5 ");
        row("behind a dash", "- address: 10.0.0.2", "- address: \"10.0.0.9\"");
        row("in the last item", "weight: 2\n", "weight: 3\n");
        row("a block", "    # not a comment\n    last\n", "    first\n    last\n");
        row("removed", "  value: 1      # one is enough\n", "");
        row("removed from an item", "    weight: 2\n", "");
        row("a new key", "    last\n", "    last\n  zeal: 3\n");
        row("a new key of an item", "    weight: 2\n", "    weight: 2\n    zeal: x\n");
    }
    void edits() {
        QFETCH(QByteArray, old);
        QFETCH(QByteArray, replacement);
        QByteArray expected = kText;
        if (!old.isEmpty()) expected.replace(expected.indexOf(old), old.size(), replacement);
        QCOMPARE(editDocument(kText, read(expected)), expected);
    }

    /// What cannot be edited alone is written anew, as little of it as possible.
    void rewrites_data() {
        QTest::addColumn<QByteArray>("old");
        QTest::addColumn<QByteArray>("replacement");
        QTest::newRow("flow style") << QByteArray("{name: a}") << QByteArray("{name: a, labels: {x: y}}");
        QTest::newRow("a longer list") << QByteArray("  # behind the list\n") << QByteArray("  - address: 10.0.0.3\n");
        QTest::newRow("an empty list") << QByteArray(
                                              "  servers:\n  - address: 10.0.0.1\n    weight: 1   # low\n"
                                              "  - address: 10.0.0.2\n    weight: 2\n")
                                       << QByteArray("  servers: []\n");
    }
    void rewrites() {
        QFETCH(QByteArray, old);
        QFETCH(QByteArray, replacement);
        QByteArray wanted = kText;
        wanted.replace(wanted.indexOf(old), old.size(), replacement);
        const QByteArray edited = editDocument(kText, read(wanted));
        QCOMPARE(read(edited), read(edited));
        QCOMPARE(read(edited).toJsonObject(), read(wanted).toJsonObject());
        for (const char* comment : {"# Written by Ada.\n", "# before apiVersion\n", "# one is enough\n",
                                    "  # Do not touch.\n", "# the end\n"})
            QVERIFY2(edited.contains(comment), comment);
    }

    void anAliasIsNotChangedByChance() {
        const QByteArray text = "# top\na: &x\n  b: 1\nc: *x\n";
        const QByteArray edited = editDocument(text, read("a: {b: 2}\nc: {b: 1}\n"));
        QCOMPARE(read(edited).toJsonObject(), read("a: {b: 2}\nc: {b: 1}\n").toJsonObject());
        QVERIFY(edited.startsWith("# top\n"));
    }

    void oddTextSurvives_data() {
        QTest::addColumn<QString>("text");
        const auto row = [](const char* name, const QString& text) { QTest::newRow(name) << text; };
        row("byte order mark", QStringLiteral("\uFEFFabc"));
        row("only a mark", QStringLiteral("\uFEFF"));
        row("mark inside", QStringLiteral("a\uFEFFb"));
        row("line separators", QStringLiteral("a\u2028b\u2029c\u0085d"));
        row("beyond 16 bits", QStringLiteral("\U0001F552 x"));
        row("blanks", QStringLiteral("  a  \n b \n"));
        row("tab", QStringLiteral("\ta\t"));
        row("hash", QStringLiteral("#a: b"));
        row("quotes", QStringLiteral("'a' \"b\" \\n"));
        row("octal", QStringLiteral("0o17"));
        row("carriage return", QStringLiteral("a\r\nb"));
    }
    void oddTextSurvives() {
        QFETCH(QString, text);
        const QCborMap wanted{{QStringLiteral("a"), text}, {QStringLiteral("b"), QCborArray{text, text}}};
        QCOMPARE(read(yaml::emit(wanted)), wanted);
        QCOMPARE(read(editDocument("a: 1\nb: [2]\n", wanted)), wanted);
    }

    void theFilesOwnMarkStays() {
        const QByteArray edited = editDocument("\xEF\xBB\xBF# c\na: 1\n", read("a: 2\n"));
        QCOMPARE(edited, QByteArray("\xEF\xBB\xBF# c\na: 2\n"));
    }

    void aTextWithoutALastNewline() {
        QCOMPARE(editDocument("a: 1", read("a: 1\nb: 2\n")), QByteArray("a: 1\nb: 2\n"));
    }
};

QTEST_GUILESS_MAIN(TestManifestEdit)
#include "tst_manifest_edit.moc"
