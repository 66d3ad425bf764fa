// SPDX-License-Identifier: GPL-2.0-or-later
#include <QTest>

#include "line_splitter.h"

using fos1::kube::LineSplitter;

class TestLineSplitter : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void lines_data() {
        QTest::addColumn<QList<QByteArray>>("pieces");
        QTest::addColumn<QList<QByteArray>>("lines");
        QTest::addColumn<QByteArray>("rest");
        QTest::addColumn<bool>("isOverlong");
        using List = QList<QByteArray>;
        QTest::newRow("whole") << List{"a\nbc\n"} << List{"a", "bc"} << QByteArray() << false;
        QTest::newRow("cut") << List{"a", "b\nc", "\n", "d"} << List{"ab", "c"} << QByteArray("d") << false;
        QTest::newRow("empty ones") << List{"\n\na\n\n"} << List{"a"} << QByteArray() << false;
        QTest::newRow("the longest") << List{"12345\n12345"} << List{"12345"} << QByteArray("12345") << false;
        QTest::newRow("too long, not ended") << List{"a\n12345", "6"} << List{"a"} << QByteArray("123456") << true;
        // The boundaries of the pieces make no difference.
        QTest::newRow("too long, ended") << List{"a\n123456\nb\n"} << List{"a"} << QByteArray("123456\nb\n") << true;
    }
    void lines() {
        QFETCH(const QList<QByteArray>, pieces);
        LineSplitter splitter(5);
        QList<QByteArray> lines;
        for (const QByteArray& piece : pieces) {
            splitter.add(piece);
            while (const auto line = splitter.next()) lines.append(*line);
        }
        QTEST(lines, "lines");
        QTEST(splitter.rest(), "rest");
        QTEST(splitter.isOverlong(), "isOverlong");
    }
};

QTEST_GUILESS_MAIN(TestLineSplitter)
#include "tst_line_splitter.moc"
