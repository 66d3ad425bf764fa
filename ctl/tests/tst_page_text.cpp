// SPDX-License-Identifier: GPL-2.0-or-later
// Pages as text: each kind of cell, each kind of section, trouble, and hostile content.
#include <QJsonArray>
#include <QTest>

#include "fos1/page.h"
#include "page_text.h"

using namespace fos1;
using namespace fos1::ctl;

namespace {

const QDateTime kNow = QDateTime::fromString(QStringLiteral("2026-01-01T12:00:00Z"), Qt::ISODate);

QString shown(const page::Document& document) { return pageText(document.toCbor().toJsonObject(), kNow); }

}  // namespace

class TestPageText : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void kinds_data() {
        QTest::addColumn<QCborMap>("section");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const page::Cell& cell, const QString& expected) {
            QTest::newRow(name) << page::Fields().add(QStringLiteral("X"), cell).toCbor()
                                << QStringLiteral("  X            ") + expected + u'\n';
        };
        row("text", page::text(QStringLiteral("a b")), QStringLiteral("a b"));
        row("count", page::count(1234567), QStringLiteral("1234567"));
        row("packets", page::packets(12), QStringLiteral("12"));
        row("bytes", page::bytes(912), QStringLiteral("912 B"));
        row("more bytes", page::bytes(3 * 1024 * 1024 / 2), QStringLiteral("1.5 MiB"));
        row("yes", page::yesNo(true), QStringLiteral("yes"));
        row("no", page::yesNo(false), QStringLiteral("no"));
        row("duration", page::duration(1'250'000), QStringLiteral("1.25 ms"));
        row("offset", page::offset(-1'250'000), QStringLiteral("-1.25 ms"));
        row("age", page::age(330), QStringLiteral("5m30s"));
        row("frequency", page::frequency(12'345), QStringLiteral("12.345 ppm"));
        row("octal", page::octal(0377), QStringLiteral("377"));
        row("time", page::time(kNow.addSecs(-40)), QStringLiteral("40s ago"));
        row("condition", page::condition(QStringLiteral("Unknown")), QStringLiteral("Unknown"));
    }
    void kinds() {
        QFETCH(QCborMap, section);
        QFETCH(QString, expected);
        QCOMPARE(sectionText(section.toJsonObject(), kNow), expected);
    }

    void sections() {
        page::Document document(QStringLiteral("Not printed"));
        document.add(page::Fields(QStringLiteral("default/main"))
                         .add(QStringLiteral("Offset"), page::offset(12'000), QStringLiteral("fast"))
                         .add(QStringLiteral("Nothing"), page::text({}))
                         .add(QStringLiteral("Clock"), page::yesNo(false), {}, page::Mark::Trouble));
        document.add(page::Table({{QStringLiteral("Name")}, {QStringLiteral("Reach"), page::Kind::Octal}})
                         .add({page::text(QStringLiteral("a")), page::octal(7)})
                         .add({page::text(QStringLiteral("b"))}, page::Mark::Trouble));
        document.addLines({QStringLiteral("+ comes"), QStringLiteral("  stays")}, QStringLiteral("Changes"));
        QCOMPARE(shown(document), QStringLiteral("default/main:\n"
                                                 "  Offset       +12 \u00b5s (fast)\n"
                                                 "! Clock        no\n"
                                                 "\n"
                                                 "  NAME   REACH\n"
                                                 "  a      7\n"
                                                 "! b      -\n"
                                                 "\n"
                                                 "Changes:\n"
                                                 "  + comes\n"
                                                 "    stays\n"));
    }

    void aProposal() {
        page::Document document(QStringLiteral("T"));
        document.addLines({QStringLiteral("l")});
        document.setProgress(3, 9, QStringLiteral("samples"));
        document.propose({QStringLiteral("t.io/v1"), QStringLiteral("Widget"), QStringLiteral("default"),
                          QStringLiteral("main"),
                          QCborMap{{QStringLiteral("spec"), QCborMap{{QStringLiteral("size"), 0.25}}}},
                          QStringList{QStringLiteral("size: \033± 1")}});
        QVERIFY(page::check(document.toCbor()));
        QCOMPARE(shown(document),
                 QStringLiteral("  l\n\n"
                                "Proposed for widget.t.io/main (--apply writes it into the manifest):\n"
                                "  spec:\n"
                                "    size: 0.25\n"
                                "  size:  ± 1\n\n"
                                "! 3 of 9 samples so far; --wait SECONDS waits for the rest.\n"));
        QVERIFY(!isComplete(document.toCbor().toJsonObject()));
        document.setProgress(9, 9, QStringLiteral("samples"));
        QVERIFY(isComplete(document.toCbor().toJsonObject()));
    }

    void anEmptyTable() {
        page::Document document(QStringLiteral("T"));
        document.add(page::Table({{QStringLiteral("Name")}}).whenEmpty(QStringLiteral("No sources.")));
        QCOMPARE(shown(document), QStringLiteral("No sources.\n"));
    }

    void whatAPluginSaysMovesNoCursor() {
        page::Document document(QStringLiteral("T"));
        document.add(page::Fields(QStringLiteral("a\033[2Jb"))
                         .add(QStringLiteral("x\ny"), page::text(QStringLiteral("\r1")), QStringLiteral("\a2")));
        document.addLines({QStringLiteral("l\n\033c")});
        QCOMPARE(shown(document), QStringLiteral("a [2Jb:\n  x y          1 (2)\n\n  l  c\n"));
    }

    void whatANewerPluginBringsIsShown() {
        const QCborMap field{{QStringLiteral("label"), QStringLiteral("X")},
                             {QStringLiteral("kind"), QStringLiteral("furlongs")},
                             {QStringLiteral("value"), 7}};
        const QCborMap section{{QStringLiteral("fields"), QCborArray{field}}};
        QCOMPARE(sectionText(section.toJsonObject(), kNow), QStringLiteral("  X            7\n"));
        // A section of an unknown kind is shown as its title.
        QCOMPARE(sectionText({{"title", "Graph"}, {"series", QJsonArray()}}, kNow), QStringLiteral("Graph:\n"));
    }
};

QTEST_GUILESS_MAIN(TestPageText)
#include "tst_page_text.moc"
