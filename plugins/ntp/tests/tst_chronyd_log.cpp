// SPDX-License-Identifier: GPL-2.0-or-later
// chronyd's output becomes lines without time stamps, however it is cut up, and its last fatal words are kept.
#include <QTest>

#include "chrony/chronyd_log.h"
#include "chrony/chronyd_version.h"

using fos1::ntp::ChronydLog;

namespace {

const QByteArray kOutput =
    "2026-11-23T10:58:05Z chronyd version 4.3 starting (+CMDMON)\n"
    "2026-11-23T10:58:05Z Fatal error : Could not open NTP sockets\n"
    "no time here\n";

}  // namespace

class TestChronydLog : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void versions_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("Debian 12") << QByteArray("chronyd (chrony) version 4.3 (+CMDMON +NTS +SECHASH +IPV6 -DEBUG)\n")
                                   << "4.3 nts sechash";
        QTest::newRow("patch release") << QByteArray("chronyd (chrony) version 4.6.1 (+CMDMON -NTS +SECHASH)")
                                       << "4.6 sechash";
        QTest::newRow("prerelease") << QByteArray("chronyd (chrony) version 4.8-pre1 (-NTS -SECHASH)") << "4.8";
        QTest::newRow("development") << QByteArray("chronyd (chrony) version DEVELOPMENT (+NTS -SECHASH)") << "4.0 nts";
        QTest::newRow("too old") << QByteArray("chronyd (chrony) version 3.5 (+CMDMON)")
                                 << "is chrony 3.5; 4.0 or later is required";
        QTest::newRow("another program") << QByteArray("ntpd 4.2.8p15") << "does not report its chrony version";
    }
    void versions() {
        QFETCH(QByteArray, text);
        QFETCH(QString, expected);
        const auto version = fos1::ntp::chronyVersion(text);
        const QString words = version ? QStringLiteral("%1.%2").arg(version->major).arg(version->minor) +
                                            (version->nts ? QStringLiteral(" nts") : QString()) +
                                            (version->sechash ? QStringLiteral(" sechash") : QString())
                                      : version.error().text();
        QCOMPARE(words, expected);
    }

    void linesInAnyPieces_data() {
        QTest::addColumn<int>("piece");
        for (const int piece : {1, 2, 7, 60, 1000}) QTest::newRow(qPrintable(QString::number(piece))) << piece;
    }
    void linesInAnyPieces() {
        QFETCH(int, piece);
        ChronydLog log;
        QStringList lines;
        for (qsizetype at = 0; at < kOutput.size(); at += piece) lines += log.feed(kOutput.mid(at, piece));
        QCOMPARE(lines, QStringList({QStringLiteral("chronyd version 4.3 starting (+CMDMON)"),
                                     QStringLiteral("Fatal error : Could not open NTP sockets"),
                                     QStringLiteral("no time here")}));
        QCOMPARE(log.lastError(), QStringLiteral("Could not open NTP sockets"));
    }

    void lastLineCountsWithoutAFatalOne() {
        ChronydLog log;
        QCOMPARE(log.lastError(), QString());
        QCOMPARE(log.feed("first\nsecond"), QStringList(QStringLiteral("first")));
        QCOMPARE(log.end(), QStringList(QStringLiteral("second")));
        QCOMPARE(log.lastError(), QStringLiteral("second"));
        QCOMPARE(log.end(), QStringList());
    }

    void endlessLineIsCut() {
        ChronydLog log;
        QStringList lines = log.feed(QByteArray(10 * ChronydLog::kLongestLine, 'x'));
        lines += log.feed("\nnext\n");
        QCOMPARE(lines, QStringList({QString(ChronydLog::kLongestLine, u'x'), QStringLiteral("next")}));
    }

    void bytesThatAreNoText() {
        ChronydLog log;
        QCOMPARE(log.feed(QByteArray("\xff\x00\n", 3)).size(), 1);
        QCOMPARE(log.feed("\n\n"), QStringList());
    }
};

QTEST_GUILESS_MAIN(TestChronydLog)
#include "tst_chronyd_log.moc"
