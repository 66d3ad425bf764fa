// SPDX-License-Identifier: GPL-2.0-or-later
// Sentences of all talkers and versions come out as values, however the bytes are cut; what is no sentence costs only
// itself.
#include <QTest>
#include <vector>

#include "receiver_text.h"
#include "refclock/nmea_parser.h"

using namespace fos1::ntp;
using fos1::lab::sentence;

namespace {

struct Copy : NmeaSentence {
    explicit Copy(const NmeaSentence& other) : NmeaSentence(other), words(text) {}
    std::string words;
};

std::vector<Copy> parsed(NmeaParser& parser, const QByteArray& bytes, qsizetype piece = 1 << 20) {
    std::vector<Copy> all;
    for (qsizetype at = 0; at < bytes.size(); at += piece)
        parser.feed(QByteArrayView(bytes).sliced(at, std::min(piece, bytes.size() - at)),
                    [&all](const NmeaSentence& each) { all.emplace_back(each); });
    return all;
}

std::vector<Copy> parsed(const QByteArray& bytes) {
    NmeaParser parser;
    return parsed(parser, bytes);
}

QString timeText(const NmeaSentence& in) {
    if (!in.time) return {};
    return QStringLiteral("%1:%2:%3.%4")
        .arg(in.time->hour)
        .arg(in.time->minute)
        .arg(in.time->second)
        .arg(in.time->nanosecond);
}

QString dateText(const NmeaSentence& in) {
    return in.date ? QStringLiteral("%1-%2-%3").arg(in.date->year).arg(in.date->month).arg(in.date->day) : QString();
}

QString fixText(const NmeaSentence& in) {
    return in.fix == FixState::Valid  ? QStringLiteral("valid")
           : in.fix == FixState::None ? QStringLiteral("none")
                                      : QString();
}

}  // namespace

class TestNmeaParser : public QObject {
    Q_OBJECT

   private Q_SLOTS:
    void sentences_data() {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("time");
        QTest::addColumn<QString>("date");
        QTest::addColumn<QString>("fix");
        const auto row = [](const char* name, const QByteArray& line, const char* time, const char* date,
                            const char* fix) {
            QTest::newRow(name) << line << QString(time) << QString(date) << QString(fix);
        };
        // With checksums that others computed.
        row("4.11", "$GNRMC,083015.00,A,4700.0000,N,00800.0000,E,0.01,,281126,,,A,V*2F\r\n", "8:30:15.0", "2026-11-28",
            "valid");
        row("void with a date", "$GPRMC,083015.00,V,,,,,,,281126,,,N*7C\r\n", "8:30:15.0", "2026-11-28", "none");
        row("void and bare", "$GPRMC,,V,,,,,,,,,,N*53\r\n", "", "", "none");
        row("cold start", "$GPRMC,000007.09,V,,,,,,,060180,,,N*7C\r\n", "0:0:7.90000000", "1980-1-6", "none");
        row("1024 weeks early", "$GPRMC,083015.000,A,4700.0000,N,00800.0000,E,0.0,0.0,140407,,,A*6C\r\n", "8:30:15.0",
            "2007-4-14", "valid");
        row("leap second", "$GNRMC,235960.00,A,4700.0000,N,00800.0000,E,0.01,,311226,,,A,V*20\r\n", "23:59:60.0",
            "2026-12-31", "valid");
        row("between seconds", "$GNRMC,083015.40,A,4700.0000,N,00800.0000,E,0.01,,281126,,,A,V*2B\r\n",
            "8:30:15.400000000", "2026-11-28", "valid");
        row("ZDA", "$GNZDA,083015.00,28,11,2026,00,00*7B\r\n", "8:30:15.0", "2026-11-28", "");
        row("ZDA of a zone is UTC all the same", "$GNZDA,083015.00,28,11,2026,02,00*79\r\n", "8:30:15.0", "2026-11-28",
            "");
        row("GGA", "$GNGGA,235959.90,4700.0000,N,00800.0000,E,1,12,0.7,400.0,M,48.0,M,,*7D\r\n", "23:59:59.900000000",
            "", "valid");
        // Talkers.
        for (const char* talker : {"GP", "GN", "GL", "GA", "GB", "BD", "GQ", "GI", "II"})
            row(talker, sentence(QByteArray(talker) + "RMC,010203,A,4700.0,N,00800.0,E,0.0,0.0,010226,,"), "1:2:3.0",
                "2026-2-1", "valid");
        row("2.1, without mode", sentence("GPRMC,225446,A,4916.45,N,12311.12,W,000.5,054.7,191194,020.3,E"),
            "22:54:46.0", "1994-11-19", "valid");
        row("a day that there is not", sentence("GPRMC,225446,A,,,,,,,300226,,,A"), "", "", "");
        row("estimated", sentence("GPRMC,225446,A,4916.45,N,12311.12,W,0,0,191126,,,E"), "22:54:46.0", "2026-11-19",
            "none");
        row("simulated", sentence("GPGGA,225446,4916.45,N,12311.12,W,8,04,1.2,0,M,0,M,,"), "22:54:46.0", "", "none");
        row("GLL", sentence("GPGLL,4916.45,N,12311.12,W,225444,A,A"), "22:54:44.0", "", "valid");
        row("GLL 2.1", sentence("GPGLL,4916.45,N,12311.12,W,225444,V"), "22:54:44.0", "", "none");
        row("GNS", sentence("GNGNS,014035.00,4332.69262,S,17235.48549,E,RR,13,0.9,25.63,11.24,,"), "1:40:35.0", "",
            "valid");
        row("GNS without a fix", sentence("GNGNS,014035.00,,,,,NNN,00,99.99,,,,,V"), "1:40:35.0", "", "none");
        row("GBS", sentence("GPGBS,235503.00,1.6,1.4,3.2,03,,-21.4,3.8,1,0"), "23:55:3.0", "", "");
        row("PUBX,04", sentence("PUBX,04,073731.00,091202,113851.00,1196,15D,1930035,-2660.664,43,"), "7:37:31.0",
            "2002-12-9", "");
        row("no date yet", sentence("GPZDA,083015.00,00,00,0000,00,00"), "8:30:15.0", "", "");
        row("hour 24", sentence("GPRMC,240000,A,,,,,,,010226,,,A"), "", "", "");
        row("minute 60", sentence("GPZDA,006000,01,02,2026,,"), "", "", "");
        row("month 13", sentence("GPZDA,000000,01,13,2026,,"), "", "", "");
        row("29 February of a usual year", sentence("GPZDA,000000,29,02,2026,,"), "", "", "");
        row("letters", sentence("GPRMC,08x015,A,,,,,,,010226,,,A"), "", "", "");
    }

    void sentences() {
        QFETCH(QByteArray, line);
        QFETCH(QString, time);
        QFETCH(QString, date);
        QFETCH(QString, fix);
        NmeaParser parser;
        const auto all = parsed(parser, line);
        if (time.isEmpty() && date.isEmpty() && fix.isEmpty()) {
            QCOMPARE(all.size(), 0U);
            QCOMPARE(parser.rejected(Rejection::WrongField), 1U);
            return;
        }
        QCOMPARE(all.size(), 1U);
        QCOMPARE(timeText(all[0]), time);
        QCOMPARE(dateText(all[0]), date);
        QCOMPARE(fixText(all[0]), fix);
    }

    void facts() {
        const auto gga = parsed(sentence("GNGGA,123519.50,4807.038,N,01131.000,E,4,17,0.61,545.4,M,46.9,M,,"));
        QCOMPARE(int(*gga.at(0).quality), 4);
        QCOMPARE(int(*gga.at(0).used), 17);
        QCOMPARE(int(*gga.at(0).hdopHundredths), 61);
        const auto unknown = parsed(sentence("GNGGA,123519.50,,,,,0,00,99.99,,,,,,"));
        QVERIFY(!unknown.at(0).hdopHundredths);
        const auto gsa = parsed(sentence("GNGSA,A,3,80,71,73,79,69,,,,,,,,1.83,1.09,1.47,2"));
        QCOMPARE(int(*gsa.at(0).dimensions), 3);
        QCOMPARE(int(*gsa.at(0).hdopHundredths), 109);
        // By others: with a signal id.
        const auto gsv = parsed("$GAGSV,3,1,11,02,45,120,38,05,30,060,33,09,71,200,41,11,12,310,22,7*73\r\n");
        QCOMPARE(int(*gsv.at(0).inView), 11);
        QCOMPARE(gsv.at(0).talker[1], 'A');
        const auto text = parsed(sentence("GNTXT,01,01,02,ANTSTATUS=OPEN"));
        QCOMPARE(text.at(0).words, std::string("ANTSTATUS=OPEN"));
        const auto leap = parsed(sentence("PUBX,04,073731.00,091202,113851.00,1196,15D,1930035,-2660.664,43,"));
        QCOMPARE(int(*leap.at(0).leapSeconds), 15);
        QVERIFY(leap.at(0).isLeapDefault);
        QVERIFY(!parsed(sentence("PUBX,04,073731.00,091202,113851.00,1196,18,1,-2.6,43,")).at(0).isLeapDefault);
    }

    void checksums() {
        NmeaParser parser;
        QCOMPARE(parsed(parser, "$GPRMC,,V,,,,,,,,,,N*54\r\n").size(), 0U);
        QCOMPARE(parser.rejected(Rejection::WrongChecksum), 1U);
        QCOMPARE(parsed(parser, "$GPRMC,,V,,,,,,,,,,N*5\r\n").size(), 0U);
        QCOMPARE(parsed(parser, "$GPRMC,,V,,,,,,,,,,N\r\n").size(), 0U);
        QCOMPARE(parser.rejected(Rejection::NoChecksum), 2U);
        // In lower case.
        QCOMPARE(parsed("$GPRMC,083015.00,V,,,,,,,281126,,,N*7c\r\n").size(), 1U);
        NmeaParser lenient(Checksum::Optional);
        QCOMPARE(parsed(lenient, "$GPRMC,,V,,,,,,,,,,N\r\n").size(), 1U);
        QCOMPARE(parsed(lenient, "$GPRMC,,V,,,,,,,,,,N*54\r\n").size(), 0U);
    }

    void whatIsNoSentenceCostsOnlyItself_data() {
        QTest::addColumn<QByteArray>("rubbish");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("carriage return alone") << QByteArray("\r");
        QTest::newRow("torn") << QByteArray("$GPRMC,0830");
        QTest::newRow("dollars") << QByteArray("$$$");
        QTest::newRow("UBX") << QByteArray::fromHex("b562010714000024aa0d0a24ff00112233445566778899");
        QTest::newRow("RTCM") << QByteArray::fromHex("d300133ed7d30202980edeef34b4bd62ac0941986f33");
        QTest::newRow("long") << "$GP" + QByteArray(100'000, 'x');
        QTest::newRow("another speed") << QByteArray(300, '\xfe');
        QTest::newRow("echo of a modem's command") << QByteArray("AT\r\r\nERROR\r\n");
        QTest::newRow("AIS") << QByteArray("!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*5C\r\n");
        QTest::newRow("tag block") << QByteArray("\\g:1-2-1234,s:r3669961*5A\\");
        QTest::newRow("proprietary") << QByteArray("$PMTK010,001*2E\r\n");
    }

    void whatIsNoSentenceCostsOnlyItself() {
        QFETCH(QByteArray, rubbish);
        const QByteArray good = sentence("GPZDA,083015.00,28,11,2026,00,00");
        const QByteArray bytes = good + rubbish + good + rubbish + good;
        for (const qsizetype piece : {1, 2, 3, 7, 64, 1 << 20}) {
            NmeaParser parser;
            int times = 0;
            for (const Copy& each : parsed(parser, bytes, piece))
                if (each.kind == SentenceKind::Zda && timeText(each) == u"8:30:15.0") ++times;
            QCOMPARE(times, 3);
            QCOMPARE(parser.position(), static_cast<quint64>(bytes.size()));
        }
    }

    void lineEnds() {
        const QByteArray line = sentence("GPZDA,083015.00,28,11,2026,00,00").chopped(2);
        for (const char* end : {"\r\n", "\n", "\r", "\n\r", ""})
            QCOMPARE(parsed(line + end + line + end + "$").size(), 2U);
    }

    void startsAreKept() {
        const QByteArray line = sentence("GPZDA,083015.00,28,11,2026,00,00");
        const auto all = parsed("xyz" + line + line);
        QCOMPARE(all.at(0).start, 3U);
        QCOMPARE(all.at(1).start, 3U + static_cast<quint64>(line.size()));
    }
};

QTEST_GUILESS_MAIN(TestNmeaParser)
#include "tst_nmea_parser.moc"
