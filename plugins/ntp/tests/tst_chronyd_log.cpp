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
        QTest::newRow("development") << QByteArray("chronyd (chrony) version DEVELOPMENT (+NTS -SECHASH)") << "4.8 nts";
        QTest::newRow("too old") << QByteArray("chronyd (chrony) version 3.5 (+CMDMON)")
                                 << "is chrony 3.5; 4.0 or later is required";
        QTest::newRow("without a command protocol")
            << QByteArray("chronyd (chrony) version 4.3 (-CMDMON +NTS)")
            << "was built without its command protocol (-CMDMON), so it cannot be managed";
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
        if (version) QVERIFY(text.contains(" version " + version->name.toLatin1() + ' '));
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

    void complaints_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<bool>("expected");
        const auto row = [](const char* line, bool expected) {
            QTest::newRow(line) << QString::fromLatin1(line) << expected;
        };
        row("Could not step system clock", true);
        row("Could not open NTP socket on 0.0.0.0:123", true);
        row("Could not open temporary driftfile /x/drift.tmp : Permission denied", true);
        row("Could not write to temporary driftfile /x/drift.tmp", true);
        row("System clock interference detected (another NTP client?)", true);
        row("Forward time jump detected!", true);
        row("CAP_SYS_TIME not present", true);
        row("Frequency 600000.0 ppm exceeds allowed maximum", true);
        row("ioctl(PTP_CLOCK_GETCAPS) failed : Inappropriate ioctl for device", true);
        // What is normal, and what belongs to one source.
        row("Frequency 0.000 +/- 1000000.000 ppm read from /x/drift", false);
        row("chronyd version 4.3 starting (+CMDMON ...)", false);
        row("Disabled control of system clock", false);
        row("Selected source 10.1.0.1", false);
        row("Can't synchronise: no selectable sources", false);
        row("System clock wrong by 2.000000 seconds", false);
        row("Could not connect to 10.1.0.1:4460 (ntp1) : Connection refused", false);
        row("TLS handshake with 10.1.0.1:4460 (ntp1) failed : The certificate is NOT trusted.", false);
    }
    void complaints() {
        QFETCH(QString, line);
        QFETCH(bool, expected);
        QCOMPARE(fos1::ntp::isComplaint(line), expected);
    }
};

QTEST_GUILESS_MAIN(TestChronydLog)
#include "tst_chronyd_log.moc"
