// SPDX-License-Identifier: GPL-2.0-or-later
// UBX frames between sentences: whole, cut, damaged, and bytes that only begin like one. What the messages mean.
#include <QTest>
#include <vector>

#include "receiver_text.h"
#include "receiver_ubx.h"
#include "refclock/nmea_receiver.h"
#include "refclock/ubx_parser.h"

using namespace fos1::ntp;
namespace lab = fos1::lab;

namespace {

struct Split {
    QByteArray text;
    QByteArrayList frames;  ///< group, id and payload
    bool operator==(const Split&) const = default;
};

Split split(const QByteArray& bytes, qsizetype piece = 1 << 20) {
    UbxParser parser;
    Split all;
    for (qsizetype at = 0; at < bytes.size(); at += piece)
        parser.feed(
            QByteArrayView(bytes).sliced(at, std::min(piece, bytes.size() - at)),
            [&all](QByteArrayView text) { all.text += text.toByteArray(); },
            [&all](const UbxFrame& frame) {
                all.frames.append(QByteArray() + static_cast<char>(frame.group) + static_cast<char>(frame.id) +
                                  frame.payload.toByteArray());
            });
    return all;
}

UbxFrame frameOf(quint8 group, quint8 id, const QByteArray& payload) { return {group, id, payload}; }

}  // namespace

class TestUbxParser : public QObject {
    Q_OBJECT

   private Q_SLOTS:
    void framesBetweenSentences() {
        // A payload may look like anything, also like a sentence with its checksum.
        const QByteArray nested = lab::sentence("GNRMC,120000.00,A,,,,,,,010126,,,A");
        const QByteArray first = lab::sentence("GPTXT,01,01,02,one");
        const QByteArray second = lab::sentence("GPTXT,01,01,02,two");
        const QByteArray bytes = first + lab::ubx(0x04, 0x02, nested) + second +
                                 lab::ubx(0x01, 0x26, QByteArray(24, '$')) + lab::ubx(0x05, 0x01, {}) + first;
        const Split whole = split(bytes);
        QCOMPARE(whole.text, first + second + first);
        QCOMPARE(whole.frames.size(), 3);
        QCOMPARE(whole.frames.at(0), QByteArray("\x04\x02") + nested);
        for (const qsizetype piece : {1, 2, 3, 7, 64}) QCOMPARE(split(bytes, piece), whole);
    }

    void whatIsNoFrameIsText_data() {
        QTest::addColumn<QByteArray>("bytes");
        const QByteArray sentence = lab::sentence("GPTXT,01,01,02,x");
        QByteArray damaged = lab::ubx(0x01, 0x26, QByteArray(24, 'x'));
        damaged[9] = 'y';
        QTest::newRow("a damaged frame") << damaged + sentence;
        QTest::newRow("one byte of the synchronization") << QByteArray("\xb5") + sentence;
        QTest::newRow("it twice") << QByteArray("\xb5\xb5\xb5") + sentence;
        QTest::newRow("too long") << QByteArray("\xb5\x62\x01\x35\xff\xff") + sentence;
        QTest::newRow("a length that takes sentences")
            << QByteArray("\xb5\x62\x01\x35\x20\x00", 6) + sentence + sentence + sentence;
    }
    void whatIsNoFrameIsText() {
        QFETCH(QByteArray, bytes);
        for (const qsizetype piece : {1, 5, 1000}) {
            const Split all = split(bytes, piece);
            QCOMPARE(all.text, bytes);
            QVERIFY(all.frames.isEmpty());
        }
        // A frame that begins within what was none.
        const QByteArray good = lab::ubx(0x05, 0x01, "ab");
        QCOMPARE(split("\xb5" + good + bytes).frames, QByteArrayList{QByteArray("\x05\x01"
                                                                                "ab")});
    }

    void leapSeconds_data() {
        QTest::addColumn<int>("source");
        QTest::addColumn<int>("valid");
        QTest::addColumn<bool>("isKnown");
        QTest::newRow("GPS") << 2 << 3 << true;
        QTest::newRow("GLONASS") << 1 << 1 << true;
        QTest::newRow("of the firmware, before the almanac") << 0 << 1 << false;
        QTest::newRow("unknown") << 255 << 1 << false;
        QTest::newRow("not valid") << 2 << 0 << false;
    }
    void leapSeconds() {
        QFETCH(int, source);
        QFETCH(int, valid);
        QFETCH(bool, isKnown);
        const auto leap = ubxLeap(frameOf(1, 0x26, lab::timels(18, source, valid, 1, 86'400)));
        QVERIFY(leap);
        QCOMPARE(leap->leapSeconds, isKnown ? std::optional(18) : std::nullopt);
        QCOMPARE(leap->change, (valid & 2) != 0 ? std::optional(1) : std::nullopt);
        QVERIFY(!ubxLeap(frameOf(1, 0x26, QByteArray(23, '\0'))));
        QVERIFY(!ubxLeap(frameOf(1, 0x25, lab::timels(18, source, valid, 0, 0))));
    }

    void satellitesAndPulses() {
        const auto sky = ubxSky(frameOf(1, 0x35, lab::navSat({{41, true}, {38, true}, {45, false}})));
        QVERIFY(sky);
        QCOMPARE(*sky, (UbxSky{3, 2, 41}));
        QVERIFY(!ubxSky(frameOf(1, 0x35, lab::navSat({{41, true}}).chopped(1))));
        QCOMPARE(ubxPulse(frameOf(0x0d, 1, lab::timTp(-3141, true)))->quantizationPs, std::optional(-3141));
        QCOMPARE(ubxPulse(frameOf(0x0d, 1, lab::timTp(-3141, false)))->quantizationPs, std::nullopt);
        QVERIFY(!ubxPulse(frameOf(0x0d, 1, {})));
    }

    /// A request has no payload: nothing is configured by it.
    void requests() {
        QCOMPARE(ubxFrame(UbxKind::TimTp), QByteArray::fromHex("b5620d0100000e37"));
        QCOMPARE(ubxFrame(UbxKind::NavTimels), lab::ubx(0x01, 0x26, {}));
    }

    /// An answer that comes long before the burst must not be taken for its beginning, although the pause before it is
    /// the longest.
    void anAnswerBeginsNoBurst() {
        ReceiverPolicy policy;
        policy.pivotUnix = 1'767'225'600;
        policy.asksUbx = true;
        std::vector<ReceiverSample> samples;
        NmeaReceiver receiver(policy, LeapTable(), [&](const ReceiverSample& sample) { samples.push_back(sample); });
        constexpr qint64 kStart = 1'790'000'000;
        for (qint64 i = 0; i < 20; ++i) {
            const qint64 ns = (kStart + i) * kNsPerSecond;
            const auto at = [&](qint64 ms) { return Arrival{ns + ms * 1'000'000, i * kNsPerSecond + ms * 1'000'000}; };
            lab::Report report;
            report.time = QDateTime::fromSecsSinceEpoch(kStart + i, Qt::UTC);
            receiver.feed(lab::burst(report), at(120), at(600));
            receiver.settle();
            receiver.feed(lab::ubx(0x01, 0x26, lab::timels(18, 2, 3, 0, 0)), at(900), at(905));
            receiver.settle();
        }
        QVERIFY(samples.size() > 10);
        for (const ReceiverSample& sample : samples) QCOMPARE(sample.arrival.realNs - sample.unixNs, 120'000'000);
        QCOMPARE(receiver.ubx().frames(), 20U);
        QCOMPARE(receiver.gnss().facts(19 * kNsPerSecond).leapSeconds, std::optional(18));
        QCOMPARE(receiver.parser().rejected(Rejection::Torn), 0U);
    }

    /// Before the almanac the number is the firmware's, and so is the time.
    void theFirmwaresLeapSecondsAreNotUsed() {
        ReceiverPolicy policy;
        policy.pivotUnix = 1'767'225'600;
        int samples = 0;
        NmeaReceiver receiver(policy, LeapTable(), [&](const ReceiverSample&) { ++samples; });
        const auto play = [&](int from, int to, int source) {
            for (qint64 i = from; i < to; ++i) {
                const Arrival at{(1'790'000'000 + i) * kNsPerSecond, i * kNsPerSecond};
                lab::Report report;
                report.time = QDateTime::fromSecsSinceEpoch(1'790'000'000 + i, Qt::UTC);
                receiver.feed(lab::burst(report) + lab::ubx(0x01, 0x26, lab::timels(18, source, 1, 0, 0)), at);
                receiver.settle();
            }
        };
        play(0, 10, 0);
        QCOMPARE(samples, 0);
        QCOMPARE(receiver.state().last, InstantVerdict::LeapDefault);
        QCOMPARE(receiver.gnss().facts(9 * kNsPerSecond).leapSeconds, std::nullopt);
        play(10, 20, 2);
        QVERIFY(samples > 4);
    }
};

QTEST_GUILESS_MAIN(TestUbxParser)
#include "tst_ubx_parser.moc"
