// SPDX-License-Identifier: MIT
// Documents: which are valid, and how a plugin's book answers.
#include <QJsonArray>
#include <QTest>

#include "fos1/page.h"
#include "fos1/testing/fake_host.h"

using namespace fos1;

namespace {

QCborMap document(const QCborMap& section) {
    return {{QStringLiteral("title"), QStringLiteral("T")}, {QStringLiteral("sections"), QCborArray{section}}};
}

QCborMap field(const QString& kind, const QCborValue& value) {
    return {{QStringLiteral("fields"), QCborArray{QCborMap{{QStringLiteral("label"), QStringLiteral("l")},
                                                           {QStringLiteral("kind"), kind},
                                                           {QStringLiteral("value"), value}}}}};
}

QCborMap table(const QCborArray& cells) {
    const QCborMap column{{QStringLiteral("title"), QStringLiteral("c")},
                          {QStringLiteral("kind"), QStringLiteral("count")}};
    return {{QStringLiteral("table"),
             QCborMap{{QStringLiteral("columns"), QCborArray{column, column}},
                      {QStringLiteral("rows"), QCborArray{QCborMap{{QStringLiteral("cells"), cells}}}}}}};
}

}  // namespace

class TestPage : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void whatIsADocument_data() {
        QTest::addColumn<QCborMap>("document");
        QTest::addColumn<QString>("mistake");
        const QString none;
        QTest::newRow("nothing") << QCborMap() << QStringLiteral("title: is missing");
        QTest::newRow("an error") << page::error(QStringLiteral("no such thing")) << none;
        QTest::newRow("no sections") << QCborMap{{QStringLiteral("title"), QStringLiteral("T")}}
                                     << QStringLiteral("sections: is missing");
        QTest::newRow("an empty section")
            << document({}) << QStringLiteral("sections[0]: has neither fields nor a table nor lines");
        QTest::newRow("a field") << document(field(QStringLiteral("count"), 1)) << none;
        QTest::newRow("a field without a value") << document(field(QStringLiteral("count"), nullptr)) << none;
        QTest::newRow("a field of another kind")
            << document(field(QStringLiteral("count"), QStringLiteral("1")))
            << QStringLiteral("sections[0].fields[0]: its value does not match its kind");
        QTest::newRow("a double") << document(field(QStringLiteral("offset"), 0.5))
                                  << QStringLiteral("sections[0].fields[0]: its value does not match its kind");
        QTest::newRow("a kind that is not known") << document(field(QStringLiteral("furlongs"), 0.5)) << none;
        QTest::newRow("a tree") << document(field(QStringLiteral("furlongs"), QCborArray()))
                                << QStringLiteral("sections[0].fields[0]: its value does not match its kind");
        QTest::newRow("a table") << document(table({1, nullptr})) << none;
        QTest::newRow("too few cells") << document(table({1}))
                                       << QStringLiteral("sections[0].table.rows[0]: has 1 cells for 2 columns");
        QTest::newRow("a cell of another kind")
            << document(table({1, true}))
            << QStringLiteral("sections[0].table.rows[0]: cell 2 does not match its column's kind");
        QTest::newRow("lines") << document({{QStringLiteral("lines"), QCborArray{QStringLiteral("l")}}}) << none;
        QTest::newRow("a line that is none") << document({{QStringLiteral("lines"), QCborArray{1}}})
                                             << QStringLiteral("sections[0]: each line must be text");
        const auto with = [&](const char* name, const QCborValue& value) {
            QCborMap whole = document({{QStringLiteral("lines"), QCborArray()}});
            whole.insert(QLatin1String(name), value);
            return whole;
        };
        QTest::newRow("how far it is") << with("progress", QCborMap{{QStringLiteral("done"), 0},
                                                                    {QStringLiteral("wanted"), 1},
                                                                    {QStringLiteral("things"), QStringLiteral("x")}})
                                       << none;
        QTest::newRow("far from what") << with("progress", QCborMap{{QStringLiteral("done"), 0}})
                                       << QStringLiteral(
                                              "progress: needs done (0 or more), wanted (1 or more) and things");
        page::Proposal proposal{QStringLiteral("t.io/v1"),
                                QStringLiteral("Thing"),
                                QStringLiteral("default"),
                                QStringLiteral("main"),
                                QCborMap{{QStringLiteral("spec"), QCborMap{{QStringLiteral("a"), 1}}}},
                                QStringList{QStringLiteral("why")}};
        QTest::newRow("a proposal") << with("proposal", proposal.toCbor()) << none;
        proposal.name.clear();
        QTest::newRow("a proposal for nothing")
            << with("proposal", proposal.toCbor()) << QStringLiteral("proposal: needs name");
        proposal.name = QStringLiteral("main");
        proposal.merge.insert(QStringLiteral("metadata"), QCborMap());
        QTest::newRow("a proposal for more than the spec")
            << with("proposal", proposal.toCbor()) << QStringLiteral("proposal.merge: must be fields of spec");
        QTest::newRow("a proposal that is none")
            << with("proposal", QStringLiteral("x")) << QStringLiteral("proposal: needs apiVersion");
        QTest::newRow("too large") << document({{QStringLiteral("lines"), QCborArray{QString(1'000'001, u'x')}}})
                                   << QStringLiteral("is larger than 1000000 bytes");
    }
    void whatIsADocument() {
        QFETCH(QCborMap, document);
        QFETCH(QString, mistake);
        const auto good = page::check(document);
        QCOMPARE(good ? QString() : good.error().text(), mistake);
    }

    void everyKindHasAName() {
        for (const page::KindName& each : page::kKindNames)
            QCOMPARE(page::kindFromText(page::toText(each.kind)), each.kind);
        QCOMPARE(page::kindFromText(QStringLiteral("furlongs")), page::Kind::Unknown);
    }

    void aBookAnswers() {
        testing::FakeHost host({{"id", "p"}, {"pages", QJsonArray{QJsonObject{{"name", "now"}}}}}, {});
        page::Book book;
        book.add(QStringLiteral("now"), [](const QString& argument) {
            return page::Document(QStringLiteral("T")).addLines({argument}).toCbor();
        });
        std::optional<page::Reply> later;
        book.addLater(QStringLiteral("later"), [&](const QString&, const page::Reply& reply) { later = reply; });
        book.open(host);
        book.page(QStringLiteral("now"), QStringLiteral("a"), 1);
        QVERIFY(QCborValue(*host.pages.document(1)).toCbor().contains("a"));
        book.page(QStringLiteral("later"), {}, 2);
        QVERIFY(!host.pages.document(2));
        (*later)(page::Document(QStringLiteral("Later")));
        QVERIFY(host.pages.document(2));
        book.page(QStringLiteral("never"), {}, 3);
        QVERIFY(host.pages.document(3)->contains(QStringLiteral("error")));
        QCOMPARE(host.pages.mistakes(), QStringList());
    }

    void aBookOfAPluginWithoutPagesIsMute() {
        testing::FakeHost host({{"id", "p"}}, {});
        page::Book book;
        book.open(host);
        book.page(QStringLiteral("now"), {}, 1);
        QVERIFY(!host.pages.document(1));
    }
};

QTEST_GUILESS_MAIN(TestPage)
#include "tst_page.moc"
