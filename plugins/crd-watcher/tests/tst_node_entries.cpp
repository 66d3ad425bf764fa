// SPDX-License-Identifier: GPL-2.0-or-later
// The bounded list of the entries of nodes.
#include <QTest>

#include "core/node_entries.h"

using namespace fos1::crd;

namespace {

QCborMap entry(const QString& node, bool isReady) {
    const QCborMap condition{{QStringLiteral("type"), QStringLiteral("Ready")},
                             {QStringLiteral("status"), isReady ? QStringLiteral("True") : QStringLiteral("False")}};
    return {{QStringLiteral("name"), node}, {QStringLiteral("conditions"), QCborArray{condition}}};
}

/// n0 is in trouble, the others are not.
QCborArray entries(qsizetype count) {
    QCborArray nodes;
    for (qsizetype i = 0; i < count; ++i) nodes.append(entry(QStringLiteral("n%1").arg(i), i != 0));
    return nodes;
}

}  // namespace

class TestNodeEntries : public QObject {
    Q_OBJECT

   private Q_SLOTS:
    void anEntryTakesItsPlace_data() {
        QTest::addColumn<QCborArray>("nodes");
        QTest::addColumn<QCborMap>("own");
        QTest::addColumn<qsizetype>("size");   // 0: there is no place
        QTest::addColumn<qsizetype>("index");  // of the entry afterwards
        QTest::newRow("the first") << entries(0) << entry("x", true) << qsizetype{1} << qsizetype{0};
        QTest::newRow("one more") << entries(3) << entry("x", true) << qsizetype{4} << qsizetype{3};
        QTest::newRow("its own") << entries(3) << entry("n1", false) << qsizetype{3} << qsizetype{1};
        QTest::newRow("its own of a full list")
            << entries(kMostEntries) << entry("n0", true) << kMostEntries << qsizetype{0};
        QTest::newRow("none") << entries(kMostEntries) << entry("x", true) << qsizetype{0} << qsizetype{0};
        QTest::newRow("of one without trouble")
            << entries(kMostEntries) << entry("x", false) << kMostEntries << kMostEntries - 1;
        QCborArray troubled;
        for (qsizetype i = 0; i < kMostEntries; ++i) troubled.append(entry(QString::number(i), false));
        QTest::newRow("none among troubles") << troubled << entry("x", false) << qsizetype{0} << qsizetype{0};
    }
    void anEntryTakesItsPlace() {
        QFETCH(const QCborArray, nodes);
        QFETCH(const QCborMap, own);
        QFETCH(const qsizetype, size);
        QFETCH(const qsizetype, index);
        const auto all = withEntry(nodes, own);
        QCOMPARE(all.has_value(), size > 0);
        if (!all) return;
        QCOMPARE(all->size(), size);
        QCOMPARE(indexOf(own.value(QStringLiteral("name")).toString(), *all), std::optional(index));
        QVERIFY(all->at(index).toMap() == own);
    }

    void anEntryHasABoundedSize() {
        QCborArray list;
        for (int i = 0; i < 1000; ++i) list.append(QCborMap{{QStringLiteral("text"), QString(5000, u'x')}});
        const QCborMap bounded = boundedEntry("n1", {{QStringLiteral("list"), list}, {QStringLiteral("stratum"), 2}});
        QCOMPARE(bounded.value(QStringLiteral("name")).toString(), QStringLiteral("n1"));
        QCOMPARE(bounded.value(QStringLiteral("stratum")).toInteger(), 2);
        const QCborArray kept = bounded.value(QStringLiteral("list")).toArray();
        QCOMPARE(kept.size(), kMostItems);
        QCOMPARE(kept.at(0).toMap().value(QStringLiteral("text")).toString().size(), kLongestText);
    }
};

QTEST_GUILESS_MAIN(TestNodeEntries)
#include "tst_node_entries.moc"
