// SPDX-License-Identifier: GPL-2.0-or-later
// Requests are the bytes that chrony 4.3 takes, its recorded replies are read rightly, and nothing else is believed.
#include <QRandomGenerator>
#include <QTest>

#include "candm/candm_codec.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::candm;
using namespace std::chrono_literals;

namespace {

constexpr quint32 kSequence = 0x01020304;
const SourceAddress kLoopback{SourceAddressKind::Inet4, {127, 0, 0, 1}};

// Recorded from chronyd 4.3 while it followed 127.0.0.1 with `offset 0.25`; what chronyc said is beside each test.
const QByteArray kTracking = QByteArray::fromHex(
    "060200000021000500000000000000000102030400000000000000007f0000017f0000010000000000000000000000000001000000020000"
    "000000006b042744373a43fcfeffffacd4bfa1c4d8a99073ff1676e1f6c1c43804a467e1e0f3dfa5dce826ef00806720");
const QByteArray kSourceCount = QByteArray::fromHex("06020000000e0002000000000000000001020304000000000000000000000001");
const QByteArray kSourceData = QByteArray::fromHex(
    "06020000000f000300000000000000000102030400000000000000007f00000100000000000000000000000000010000fffe000100000000"
    "000000ff00000000d8849b6cd6a9677cdef638e2");
const QByteArray kSourceStatistics = QByteArray::fromHex(
    "060200000022000600000000000000000102030400000000000000007f0000017f0000010000000000000000000000000001000000000009"
    "0000000900000001d8946a7ff6c1c4390496b42cccad0478e0926339");
const QByteArray kActivity = QByteArray::fromHex(
    "06020000002c000c00000000000000000102030400000000000000000000000100000000000000000000000000000000");
const QByteArray kNtpData = QByteArray::fromHex(
    "060200000039001000000000000000000102030400000000000000007f000001000000000000000000000000000100007f00000100000000"
    "0000000000000000000100009cbc00040401fee600000000000000007f7f0101000000006b04274134dddf32d97b6494e0f3dfa5d2964f44"
    "e6d876be0000000003ff4b4b0000000a000000090000000900000009ffffffffffffffffffffffff");
const QByteArray kSourceName =
    QByteArray::fromHex("060200000041001300000000000000000102030400000000000000003132372e302e302e31") +
    QByteArray(247, '\0');
const QByteArray kNoSuchSource = QByteArray::fromHex("06020000000f00010004000000000000010203040000000000000000");
const QByteArray kDenied = QByteArray::fromHex("06020000001900010009000000000000010203040000000000000000");
const QByteArray kNull = QByteArray::fromHex("06020000000600010000000000000000010203040000000000000000");

struct Recorded {
    Command command;
    QByteArray bytes;
};
const std::vector<Recorded> kAll{{Command::Tracking, kTracking},     {Command::NSources, kSourceCount},
                                 {Command::SourceData, kSourceData}, {Command::SourceStatistics, kSourceStatistics},
                                 {Command::Activity, kActivity},     {Command::NtpData, kNtpData},
                                 {Command::SourceName, kSourceName}, {Command::SourceData, kNoSuchSource},
                                 {Command::AccessCheck, kDenied},    {Command::Dump, kNull}};

Reply good(const Recorded& recorded) {
    return candm::decode(recorded.bytes, recorded.command, kSequence).value_or(Reply{});
}

QByteArray changed(QByteArray bytes, qsizetype at, char value) {
    bytes[at] = value;
    return bytes;
}

/// Floats have 24 significant bits.
bool near(std::chrono::nanoseconds actual, std::chrono::nanoseconds expected) {
    return std::chrono::abs(actual - expected) <= std::chrono::abs(expected) / (1 << 23) + 1ns;
}

}  // namespace

class TestCandmCodec : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void requests_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<int>("length");
        const auto row = [](const char* name, const Request& request, const char* head, int length) {
            QTest::newRow(name) << candm::encode(request, kSequence, 1) << QByteArray::fromHex(head) << length;
        };
        row("tracking", trackingRequest(), "06010000 0021 0001 01020304 00000000 00000000 00", 104);
        row("number of sources", sourceCountRequest(), "06010000 000e 0001 01020304 00000000 00000000 00", 32);
        row("source", sourceDataRequest(258), "06010000 000f 0001 01020304 00000000 00000000 00000102 00", 76);
        row("statistics", sourceStatisticsRequest(1), "06010000 0022 0001 01020304 00000000 00000000 00000001 00", 84);
        row("activity", activityRequest(), "06010000 002c 0001 01020304 00000000 00000000 00", 48);
        row("dump", dumpRequest(), "06010000 0006 0001 01020304 00000000 00000000 00", 28);
        row("one source online", onlineRequest(kLoopback),
            "06010000 0001 0001 01020304 00000000 00000000 ffffffff 00000000 00000000 00000000 0001 0000 7f000001 "
            "00000000 00000000 00000000 0001 0000",
            60);
        row("all sources online", onlineRequest(),
            "06010000 0001 0001 01020304 00000000 00000000 00000000 00000000 00000000 00000000 0000 0000 00", 60);
        row("cyclelogs", cycleLogsRequest(), "06010000 0025 0001 01020304 00000000 00000000 00", 28);
        row("refresh", refreshRequest(), "06010000 0035 0001 01020304 00000000 00000000 00", 28);
        row("deny all", denyAllRequest(kLoopback, 24),
            "06010000 0014 0001 01020304 00000000 00000000 7f000001 000000000000000000000000 0001 0000 00000018", 44);
        row("makestep", modifyMakestepRequest(-1, 500ms),
            "06010000 0032 0001 01020304 00000000 00000000 ffffffff 02800000", 28);
        row("maxupdateskew", modifyMaxUpdateSkewRequest(5), "06010000 0009 0001 01020304 00000000 00000000 08a00000 00",
            28);
        row("reselectdist", reselectDistanceRequest(500ms), "06010000 0031 0001 01020304 00000000 00000000 02800000 00",
            28);
        const LocalReference orphan{true, 10, 1s, true, 500ms, 60s, 300s};
        row("local of chrony 4.6", localRequest(candm::Command::Local3, orphan),
            "06010000 004a 0001 01020304 00000000 00000000 00000001 0000000a 04800000 00000001 02800000 0ef00000 "
            "14960000",
            48);
        row("local of chrony 4.5", localRequest(candm::Command::Local2, orphan),
            "06010000 0038 0001 01020304 00000000 00000000 00000001 0000000a 04800000 00000001", 36);
        row("name", sourceNameRequest(kLoopback),
            "06010000 0041 0001 01020304 00000000 00000000 7f000001 000000000000000000000000 0001 0000 00", 284);
        row("NTP data, long enough for chrony 4.6", ntpDataRequest(kLoopback),
            "06010000 0039 0001 01020304 00000000 00000000 7f000001 000000000000000000000000 0001 0000 00", 172);
        row("access check of IPv6",
            accessCheckRequest({SourceAddressKind::Inet6, {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}),
            "06010000 0019 0001 01020304 00000000 00000000 fd000000000000000000000000000001 0002 0000", 40);
        row("name of a source that is not resolved", sourceNameRequest({SourceAddressKind::Unresolved, {0, 0, 0, 5}}),
            "06010000 0041 0001 01020304 00000000 00000000 00000005 000000000000000000000000 0003 0000", 284);
    }
    void requests() {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, head);
        QFETCH(int, length);
        QCOMPARE(bytes.size(), length);
        QCOMPARE(bytes.left(head.size()).toHex(' '), head.toHex(' '));
    }

    /// 7F000001,127.0.0.1,2,1795434308.926565372,0.249998763,0.000000089,0.000000316,-0.228,0.012,1.284,0.000007268,…
    void tracking() {
        const auto tracking = candm::tracking(good({Command::Tracking, kTracking}));
        QVERIFY(tracking.has_value());
        QCOMPARE(tracking->refId, 0x7F000001u);
        QVERIFY(tracking->address == kLoopback);
        QCOMPARE(tracking->stratum, 2);
        QVERIFY(tracking->leap == time::LeapState::Normal);
        QVERIFY(tracking->referenceTime == 1795434308s + 926565372ns);
        QVERIFY(near(tracking->clockOffset, -249998763ns));  // chronyc: "slow of NTP time"
        QVERIFY(near(tracking->lastOffset, 89ns));
        QVERIFY(near(tracking->rmsOffset, 316ns));
        QCOMPARE(tracking->frequencyPpb, -228);  // chronyc: "slow"
        QCOMPARE(tracking->residualFrequencyPpb, 12);
        QCOMPARE(tracking->skewPpb, 1284);
        QVERIFY(near(tracking->rootDelay, 7268ns));
        QVERIFY(tracking->rootDispersion > 1us && tracking->rootDispersion < 2us);
        QVERIFY(tracking->updateInterval > 200ms && tracking->updateInterval < 300ms);
    }

    /// ^,*,127.0.0.1,1,-2,377,0,0.000000158,0.000000247,0.000003669
    void sourceData() {
        const auto source = candm::sourceData(good({Command::SourceData, kSourceData}));
        QVERIFY(source.has_value());
        QVERIFY(source->address == kLoopback);
        QVERIFY(source->mode == SourceMode::Server);
        QVERIFY(source->state == SourceState::Selected);
        QCOMPARE(source->stratum, 1);
        QCOMPARE(source->poll, -2);
        QCOMPARE(source->reachability, 0377);
        QCOMPARE(source->sinceSample, std::optional(0s));
        QVERIFY(near(source->offset, 158ns));
        QVERIFY(near(source->offsetError, 3669ns));
    }

    void sourceWithoutASample() {
        QByteArray bytes = kSourceData;
        bytes.replace(28 + 32, 4, QByteArray(4, '\xff'));
        const auto source = candm::sourceData(good({Command::SourceData, bytes}));
        QVERIFY(source.has_value());
        QVERIFY(!source->sinceSample);
    }

    void sourceStates_data() {
        QTest::addColumn<int>("wire");
        QTest::addColumn<int>("state");
        const auto row = [](const char* name, int wire, SourceState state) {
            QTest::newRow(name) << wire << static_cast<int>(state);
        };
        row("*", 0, SourceState::Selected);
        row("?", 1, SourceState::Unusable);
        row("x", 2, SourceState::Falseticker);
        row("~", 3, SourceState::Jittery);
        row("+", 4, SourceState::Combined);
        row("-", 5, SourceState::Selectable);
        row("of a later version", 6, SourceState::Unknown);
    }
    void sourceStates() {
        QFETCH(int, wire);
        QFETCH(int, state);
        const auto source =
            candm::sourceData(good({Command::SourceData, changed(kSourceData, 28 + 25, static_cast<char>(wire))}));
        QVERIFY(source.has_value());
        QCOMPARE(static_cast<int>(source->state), state);
    }

    /// 127.0.0.1,9,9,1,0.012,1.177,0.000000005,0.000000276
    void sourceStatistics() {
        const auto statistics = candm::sourceStatistics(good({Command::SourceStatistics, kSourceStatistics}));
        QVERIFY(statistics.has_value());
        QVERIFY(statistics->address == kLoopback);
        QCOMPARE(statistics->refId, 0x7F000001u);
        QCOMPARE(statistics->samples, 9);
        QVERIFY(statistics->span == 1s);
        QVERIFY(near(statistics->deviation, 276ns));
        QCOMPARE(statistics->residualFrequencyPpb, 12);
        QCOMPARE(statistics->skewPpb, 1177);
        QVERIFY(near(statistics->offset, 5ns));
    }

    void others() {
        QCOMPARE(*candm::sourceCount(good({Command::NSources, kSourceCount})), 1u);
        QVERIFY((*candm::activity(good({Command::Activity, kActivity})) == Activity{1, 0, 0, 0, 0}));
        QCOMPARE(*candm::sourceName(good({Command::SourceName, kSourceName})), QStringLiteral("127.0.0.1"));
        const auto data = candm::ntpData(good({Command::NtpData, kNtpData}));  // peer delay 0.000007268, 9 valid
        QVERIFY(data.has_value());
        QVERIFY(data->address == kLoopback);
        QVERIFY(near(data->delay, 7268ns));
        QCOMPARE(data->validReplies, 9u);
        QCOMPARE(*candm::accessAllowed(good({Command::AccessCheck, kDenied})), false);
        QCOMPARE(*candm::accessAllowed(good({Command::AccessCheck, changed(kDenied, 9, 8)})), true);
        QVERIFY(candm::decode(kNull, Command::Dump, kSequence).has_value());
    }

    void ntpDataOfLaterVersions() {
        const QByteArray bytes = changed(kNtpData, 7, 26) + QByteArray(20, '\0');
        const auto data = candm::ntpData(good({Command::NtpData, bytes}));
        QVERIFY(data.has_value());
        QCOMPARE(data->validReplies, 9u);
    }

    void refused_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* name, const QByteArray& bytes, ErrorCode code, const char* message) {
            QTest::newRow(name) << bytes << static_cast<int>(code) << QString::fromUtf8(message);
        };
        const ErrorCode protocol = ErrorCode::Protocol;
        row("nothing", {}, protocol, "reply of 0 bytes is shorter than its header");
        row("half a header", kSourceData.left(27), protocol, "reply of 27 bytes is shorter than its header");
        row("truncated", kSourceData.left(75), protocol, "reply 3 has 75 bytes instead of 76");
        row("too long", kSourceData + '\0', protocol, "reply 3 has 77 bytes instead of 76");
        row("another version", changed(kSourceData, 0, 5), protocol, "reply of protocol version 5, not 6");
        row("a request", changed(kSourceData, 1, 1), protocol, "packet type 1 is not a reply");
        row("another command", changed(kSourceData, 5, 33), protocol, "reply to command 33, not 15");
        row("another sequence", changed(kSourceData, 19, 5), protocol, "reply to another request (sequence number)");
        row("reply of a later version", changed(kSourceData, 7, 99), ErrorCode::Refused,
            "the format of the reply from chronyd is unknown (reply code 99); chronyd may be newer than this plugin");
        row("reply of a later version that refuses", changed(changed(kSourceData, 7, 99), 9, 4), ErrorCode::NotFound,
            "chronyd has no such source");
        row("no such source", kNoSuchSource, ErrorCode::NotFound, "chronyd has no such source");
        row("status 9 of another command", changed(kNoSuchSource, 9, 9), ErrorCode::Refused,
            "chronyd answered with status 9");
        row("wrong length of request", changed(kNoSuchSource, 9, 19), ErrorCode::Refused,
            "chronyd expects a request of another length");
    }
    void refused() {
        QFETCH(QByteArray, bytes);
        QFETCH(int, code);
        QFETCH(QString, message);
        const auto reply = candm::decode(bytes, Command::SourceData, kSequence);
        QVERIFY(!reply.has_value());
        QCOMPARE(static_cast<int>(reply.error().code), code);
        QCOMPARE(reply.error().message, message);
    }

    void everyTruncationIsRefused() {
        for (const Recorded& recorded : kAll)
            for (qsizetype size = 0; size < recorded.bytes.size(); ++size)
                QVERIFY(!candm::decode(recorded.bytes.left(size), recorded.command, kSequence).has_value());
    }

    /// A reply of the wrong kind is not read as another one.
    void replyOfAnotherKind() {
        const Reply reply = good({Command::SourceData, kSourceData});
        QVERIFY(!candm::tracking(reply).has_value());
        QVERIFY(!candm::sourceCount(reply).has_value());
        QVERIFY(!candm::sourceStatistics(reply).has_value());
        QVERIFY(!candm::activity(reply).has_value());
        QVERIFY(!candm::sourceName(reply).has_value());
        QVERIFY(!candm::ntpData(reply).has_value());
        QVERIFY(!candm::accessAllowed(reply).has_value());
        QVERIFY(!candm::sourceData(Reply{}).has_value());
    }

    /// Any bytes are decoded or refused; under the sanitizers this is also free of overflow and overrun.
    void garbage() {
        QRandomGenerator random(1588);
        for (int round = 0; round < 20'000; ++round) {
            const Recorded& recorded = kAll[random.bounded(static_cast<quint32>(kAll.size()))];
            QByteArray bytes = recorded.bytes;
            for (int flips = random.bounded(1, 12); flips > 0; --flips)
                bytes[random.bounded(static_cast<int>(bytes.size()))] = static_cast<char>(random.bounded(256));
            (void)candm::peekSequence(bytes);
            const auto reply = candm::decode(bytes, recorded.command, kSequence);
            if (!reply) continue;
            (void)candm::tracking(*reply);
            (void)candm::sourceData(*reply);
            (void)candm::sourceStatistics(*reply);
            (void)candm::sourceName(*reply);
            (void)candm::ntpData(*reply);
        }
    }

    void floats_data() {
        QTest::addColumn<quint32>("word");
        QTest::addColumn<double>("value");
        QTest::newRow("zero") << 0u << 0.0;
        QTest::newRow("one") << (2u << 25 | 1u << 23) << 1.0;
        QTest::newRow("minus one") << (1u << 25 | 0x1000000u) << -1.0;
        QTest::newRow("a half") << (0u << 25 | 1u << 23) << 0.25;
        QTest::newRow("negative") << (2u << 25 | (0x2000000u - (1u << 23))) << -1.0;
        QTest::newRow("smallest exponent") << (64u << 25 | 1u) << std::ldexp(1.0, -64 - 25);
        QTest::newRow("largest") << (63u << 25 | 0xffffffu) << std::ldexp(0xffffff, 63 - 25);
    }
    void floats() {
        QFETCH(quint32, word);
        QFETCH(double, value);
        QCOMPARE(floatFromWire(word), value);
    }

    void floatsToTheWire() {
        for (const double value : {0.0, 1.0, -1.0, 0.1, 1e-9, -2.5e-7, 3.0, 16777215.0, 1e12, 123456.789}) {
            const double back = floatFromWire(floatToWire(value));
            QVERIFY2(std::abs(back - value) <= std::abs(value) * 6e-8, qPrintable(QString::number(value)));
        }
        QCOMPARE(floatFromWire(floatToWire(1e-30)), 0.0);
        QVERIFY(floatFromWire(floatToWire(1e300)) > 1e18);
        QVERIFY(floatFromWire(floatToWire(-1e300)) < -1e18);
    }

    void timesAreClamped() {
        QVERIFY(nanosecondsFromSeconds(1.5) == 1500ms);
        QVERIFY(nanosecondsFromSeconds(-1e30).count() < -9'000'000'000'000'000'000);
        QVERIFY(nanosecondsFromSeconds(1e30).count() > 9'000'000'000'000'000'000);
        QCOMPARE(ppbFromPpm(-0.2279), -228);
    }

    void sequenceIsFound() {
        QCOMPARE(candm::peekSequence(kNull), std::optional(kSequence));
        QVERIFY(!candm::peekSequence(kNull.left(27)));
    }
};

QTEST_GUILESS_MAIN(TestCandmCodec)
#include "tst_candm_codec.moc"
