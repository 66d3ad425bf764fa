// SPDX-License-Identifier: GPL-2.0-or-later
// The reports about one source and about those who are served, recorded from chronyd 4.1, 4.3 and 4.8; what chronyc 4.3
// said is beside each test. See tst_candm_codec for requests and framing.
#include <QRandomGenerator>
#include <QTest>
#include <array>
#include <set>

#include "candm/candm_codec.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::candm;
using namespace std::chrono_literals;

namespace {

constexpr quint32 kSequence = 0x01020304;

const QByteArray kSelected = QByteArray::fromHex(
    "060200000045001700000000000000000102030400000000000000007f0000017f000001000000000000000000000000000100002a010000"
    "0000000c0000000004800000df3a24eddeac273a");
const QByteArray kClockSelection = QByteArray::fromHex(
    "060200000045001700000000000000000102030400000000000000005445535400000000000000000000000000000000000000004e000300"
    "0001000100000000048000000000000000000000");
const QByteArray kKeyAuth = QByteArray::fromHex(
    "06020000004300140000000000000000010203040000000000000000000100030000000101000000ffffffff0000000000000000");
const QByteArray kNtsAuth = QByteArray::fromHex(
    "060200000043001400000000000000000102030400000000000000000002000f0000000101000000000000040008006400000000");
const QByteArray kNoAuth = QByteArray::fromHex(
    "06020000004300140000000000000000010203040000000000000000000000000000000000000000ffffffff0000000000000000");
const QByteArray kNtpData = QByteArray::fromHex(
    "060200000039001000000000000000000102030400000000000000007f000006000000000000000000000000000100007f00000100000000"
    "000000000000000000010000799300040401fee600000000000000007f7f0101000000006b06ac940a37d82fdb2ee387e292d9d9d295f143"
    "e6ca41fa00fee68c83ff4b4b00000015000000150000001500000014ffffffffffffffffffffffff");
const QByteArray kNtpDataOfALoop = QByteArray::fromHex(
    "060200000039001000000000000000000102030400000000000000007f000002000000000000000000000000000100007f00000100000000"
    "00000000000000000001000079950004040100e600000000000000007f7f0101000000006b06ace33a880543dd4327d9e0d60b31d4de9d6d"
    "e4eae5d60000000003fe4b4b000000080000000800000008ffffffffffffffffffffffffffffffff");
const QByteArray kNtpDataOf48 = QByteArray::fromHex(
    "060200000039001a00000000000000000102030400000000000000007f000002000000000000000000000000000100007f00000100000000"
    "00000000000000000001000079950004040100e600000000000000007f7f0101000000006b06ace6272d2db0dd513f9fe0d95d99d4d881ec"
    "e4de23840000000003fe4b4b0000000800000008000000080000000000000008000000080000000000000000ffffffffffffffffffffffff"
    "ffffffff");
const QByteArray kStatisticsOf41 = QByteArray::fromHex(
    "060200000036001600000000000000000102030400000000000000000000000b000000000000000100000000000000000000000000000000"
    "00000000");
const QByteArray kStatisticsOf43 = QByteArray::fromHex(
    "0602000000360018000000000000000001020304000000000000000000000071000000010000000100000000000000000000000000000000"
    "0000002b000000180000001900000005");
const QByteArray kStatisticsOf48 = QByteArray::fromHex(
    "06020000003600190000000000000000010203040000000000000000000000000000000b0000000000000000000000000000000100000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "000000000000000000000000000000000000000b000000000000000b000000000000000000000000000000000000000000000000ffffffff"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
const QByteArray kClients = QByteArray::fromHex(
    "060200000044001500000000000000000102030400000000000000000000002000000008000000087f000001000000000000000000000000"
    "000100000000005e0000000100000000000000000000000000000000fc7f7f7f0000000000000005ffffffff7f0001020000000000000000"
    "00000000000100000000000100000000000000000000000000000000000000007f7f7f7f00000000ffffffffffffffff7f00010400000000"
    "0000000000000000000100000000000100000000000000000000000000000000000000007f7f7f7f00000000ffffffffffffffff7f000106"
    "000000000000000000000000000100000000000100000000000000000000000000000000000000007f7f7f7f00000000ffffffffffffffff"
    "7f000108000000000000000000000000000100000000000100000000000000000000000000000000000000007f7f7f7f00000000ffffffff"
    "ffffffff7f00010a000000000000000000000000000100000000000100000000000000000000000000000000000000007f7f7f7f00000000"
    "ffffffffffffffff7f00010c000000000000000000000000000100000000000100000000000000000000000000000000000000007f7f7f7f"
    "00000000ffffffffffffffff7f00010e00000000000000000000000000010000000000010000000000000000000000000000000000000000"
    "7f7f7f7f00000000ffffffffffffffff");

struct Recorded {
    Command command;
    QByteArray bytes;
};
const std::vector<Recorded> kAll{{Command::SelectData, kSelected},
                                 {Command::SelectData, kClockSelection},
                                 {Command::AuthData, kKeyAuth},
                                 {Command::AuthData, kNtsAuth},
                                 {Command::AuthData, kNoAuth},
                                 {Command::NtpData, kNtpData},
                                 {Command::NtpData, kNtpDataOf48},
                                 {Command::ServerStatistics, kStatisticsOf41},
                                 {Command::ServerStatistics, kStatisticsOf43},
                                 {Command::ServerStatistics, kStatisticsOf48},
                                 {Command::ClientAccesses3, kClients}};

Reply reply(Command command, const QByteArray& bytes) {
    return candm::decode(bytes, command, kSequence).value_or(Reply{});
}

QByteArray changed(QByteArray bytes, qsizetype at, char value) {
    bytes[at] = value;
    return bytes;
}

/// Floats have 24 significant bits.
bool near(std::chrono::nanoseconds actual, std::chrono::nanoseconds expected) {
    return std::chrono::abs(actual - expected) <= std::chrono::abs(expected) / (1 << 23) + 1ns;
}

SourceAddress loopback(quint8 third, quint8 last) { return {SourceAddressKind::Inet4, {127, 0, third, last}}; }

}  // namespace

class TestCandmReports : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void requests_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<int>("length");
        const auto row = [](const char* name, const Request& request, const char* head, int length) {
            QTest::newRow(name) << candm::encode(request, kSequence, 0) << QByteArray::fromHex(head) << length;
        };
        row("authentication", authDataRequest(loopback(0, 1)),
            "06010000 0043 0000 01020304 00000000 00000000 7f000001 000000000000000000000000 0001 0000", 52);
        row("selection", selectDataRequest(3), "06010000 0045 0000 01020304 00000000 00000000 00000003 00", 76);
        row("statistics, long enough for chrony 4.4", serverStatisticsRequest(),
            "06010000 0036 0000 01020304 00000000 00000000 00", 196);
        row("clients", clientsRequest(8),
            "06010000 0044 0000 01020304 00000000 00000000 00000008 00000008 00000000 00000000 00", 520);
    }
    void requests() {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, head);
        QFETCH(int, length);
        QCOMPARE(bytes.size(), length);
        QCOMPARE(bytes.left(head.size()).toHex(' '), head.toHex(' '));
    }

    /// *,127.0.0.1,Y,-,-,-,-,-,-,-,T,R,-,0,1.0,-0.000002948,0.000002565,Normal
    void selected() {
        const auto data = candm::selectData(reply(Command::SelectData, kSelected));
        QVERIFY(data.has_value());
        QVERIFY(data->address == loopback(0, 1));
        QVERIFY(data->selection.state == SelectionState::Selected);
        QVERIFY(data->selection.authenticated);
        QVERIFY(data->selection.leap == time::LeapState::Normal);
        QCOMPARE(data->selection.configuredOptions, 0);
        QVERIFY(data->selection.has(SelectOption::Trust) && data->selection.has(SelectOption::Require));
        QVERIFY(!data->selection.has(SelectOption::NoSelect) && !data->selection.has(SelectOption::Prefer));
        QCOMPARE(data->selection.sinceSample, std::optional(0s));
        QCOMPARE(data->selection.score, 1.0);
        QVERIFY(near(data->selection.lowLimit, -2948ns));
        QVERIFY(near(data->selection.highLimit, 2565ns));
    }

    /// N,TEST,N,N,-,-,-,-,N,-,-,-,-,0,1.0,0.000000000,0.000000000,Not synchronised
    void selectionOfAClock() {
        const auto data = candm::selectData(reply(Command::SelectData, kClockSelection));
        QVERIFY(data.has_value());
        QVERIFY(data->address.kind == SourceAddressKind::Unknown);
        QCOMPARE(data->refId, 0x54455354u);
        QVERIFY(data->selection.state == SelectionState::NoSelect);
        QVERIFY(data->selection.has(SelectOption::NoSelect));
        QVERIFY(data->selection.leap == time::LeapState::Unsynchronised);
    }

    void selectionStates() {
        const QByteArray letters("NMsrd~wSOTxWPUDL+*");
        std::set<SelectionState> states;
        for (const char letter : letters) {
            const auto data = candm::selectData(reply(Command::SelectData, changed(kSelected, 28 + 24, letter)));
            QVERIFY2(data && data->selection.state != SelectionState::Unknown, QByteArray(1, letter).constData());
            states.insert(data->selection.state);
        }
        QCOMPARE(states.size(), static_cast<std::size_t>(letters.size()));
        const auto later = candm::selectData(reply(Command::SelectData, changed(kSelected, 28 + 24, 'Z')));
        QVERIFY(later && later->selection.state == SelectionState::Unknown);
    }

    void authentication() {
        // 127.0.0.1,SK,1,3,256,4294967295,0,0,0,0
        const auto key = candm::authData(reply(Command::AuthData, kKeyAuth));
        QVERIFY(key.has_value());
        QVERIFY((*key == Authentication{AuthenticationMode::SymmetricKey, 3, 1, 256, 0, {}, 0, 0, 0}));
        // 127.0.0.6,NTS,1,15,256,4,0,0,8,100
        const auto nts = candm::authData(reply(Command::AuthData, kNtsAuth));
        QVERIFY(nts.has_value());
        QVERIFY((*nts == Authentication{AuthenticationMode::Nts, 15, 1, 256, 0, 4s, 8, 100, 0}));
        const auto none = candm::authData(reply(Command::AuthData, kNoAuth));
        QVERIFY(none && none->mode == AuthenticationMode::None);
        const auto later = candm::authData(reply(Command::AuthData, changed(kNoAuth, 28 + 1, 9)));
        QVERIFY(later && later->mode == AuthenticationMode::Unknown);
    }

    /// …,Normal,4,Server,1,…,-0.000000779,0.000008753,…,111,111,1111,No,Yes,Kernel,Kernel,21,21,21,20
    void ntpData() {
        const auto data = candm::ntpData(reply(Command::NtpData, kNtpData));
        QVERIFY(data.has_value());
        QVERIFY(data->address == loopback(0, 6));
        QVERIFY(data->leap == time::LeapState::Normal);
        QCOMPARE(data->stratum, 1);
        QCOMPARE(data->refId, 0x7F7F0101u);
        QVERIFY(data->rootDelay == 0ns);
        QVERIFY(near(data->delay, 8753ns));
        QCOMPARE(data->passedTests, 0x3ff);
        QVERIFY(!data->interleaved && data->authenticated);
        QCOMPARE(data->sent, 21u);
        QCOMPARE(data->received, 21u);
        QCOMPARE(data->validReplies, 21u);
        QCOMPARE(data->goodReplies, std::optional(20u));
        QVERIFY(data->localAddress == loopback(0, 1));
        QCOMPARE((std::array{int{data->port}, data->version, data->poll, data->precision}),
                 (std::array{31123, 4, -2, -26}));
        QVERIFY(data->referenceTime == 1'795'599'508s + 171'431'983ns);
        QVERIFY(near(data->dispersion, 35ns));
        QVERIFY(near(data->responseTime, 48'222ns));
        QVERIFY(std::abs(data->jitterAsymmetry - 0.497853) < 1e-6);
        QVERIFY(data->tx == Timestamping::Kernel && data->rx == Timestamping::Kernel);
        QVERIFY(!data->timestamps);
        QVERIFY(failedTests(*data).isEmpty());
    }

    /// A chronyd that follows itself: "111 111 1110".
    void ntpDataOfALoop() {
        for (const QByteArray& bytes : {kNtpDataOfALoop, kNtpDataOf48}) {
            const auto data = candm::ntpData(reply(Command::NtpData, bytes));
            QVERIFY(data.has_value());
            QVERIFY(!data->passed(PacketTest::LoopFree));
            for (const PacketTest test :
                 {PacketTest::SteadyDelay, PacketTest::UsualDelay, PacketTest::DelayAllowed, PacketTest::RootDistance,
                  PacketTest::Synchronised, PacketTest::Authentic, PacketTest::HasTimestamps,
                  PacketTest::AnswersRequest, PacketTest::NotDuplicate})
                QVERIFY(data->passed(test));
            QVERIFY(!data->goodReplies || *data->goodReplies == 0);  // 4.1 does not count them
            QCOMPARE(data->validReplies, 8u);
            QCOMPARE(failedTests(*data), QStringList{QStringLiteral("D (synchronization loop)")});
            if (bytes == kNtpDataOf48) QVERIFY((data->timestamps == SourceTimestamps{8, 8, 0, 0}));
        }
    }

    void serverStatistics() {
        const auto of41 = candm::serverStatistics(reply(Command::ServerStatistics, kStatisticsOf41));
        QVERIFY(of41.has_value());
        QVERIFY((*of41 == ServerStatistics{11, 0, 1, 0, 0, 0, 0, 0, {}, {}, {}}));
        // 113,0,2,0,0,1,0,43,24,25,5; the second command packet is chronyc's own
        const auto of43 = candm::serverStatistics(reply(Command::ServerStatistics, kStatisticsOf43));
        QVERIFY(of43.has_value());
        QVERIFY((*of43 == ServerStatistics{113, 0, 1, 0, 1, 0, 0, 43, 24, 25, 5s}));
        const auto of48 = candm::serverStatistics(reply(Command::ServerStatistics, kStatisticsOf48));
        QVERIFY(of48.has_value());
        QVERIFY((*of48 == ServerStatistics{11, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0s, ServerTimestamps{0, 11, 11, 0, 0, 0}}));
    }

    void everyCountHasItsPlace() {
        // The counts 1, 2, 3… of 64 bits, each with a high word of its own.
        QByteArray bytes = kStatisticsOf48.left(28);
        for (quint32 i = 1; i <= 21; ++i) {
            candm::appendU32(bytes, 1);
            candm::appendU32(bytes, i);
        }
        const auto all = candm::serverStatistics(reply(Command::ServerStatistics, bytes));
        QVERIFY(all.has_value());
        constexpr quint64 kHigh = quint64{1} << 32;
        QCOMPARE(all->ntpReceived, kHigh + 1);
        QCOMPARE(all->keyExchangesAccepted, kHigh + 2);
        QCOMPARE(all->commandsReceived, kHigh + 3);
        QCOMPARE(all->ntpDropped, kHigh + 4);
        QCOMPARE(all->keyExchangesDropped, kHigh + 5);
        QCOMPARE(all->commandsDropped, kHigh + 6);
        QCOMPARE(all->clientRecordsDropped, kHigh + 7);
        QCOMPARE(all->ntpAuthenticated, kHigh + 8);
        QCOMPARE(all->ntpInterleaved, std::optional(kHigh + 9));
        QCOMPARE(all->timestampsHeld, std::optional(kHigh + 10));
        QVERIFY((all->timestamps ==
                 ServerTimestamps{kHigh + 12, kHigh + 13, kHigh + 14, kHigh + 15, kHigh + 16, kHigh + 17}));
    }

    /// 127.0.0.1,94,0,-4,127,0,1,0,127,5 with -k, and then 127.0.1.2,1,0,… to 127.0.1.14
    void clients() {
        const auto page = candm::clientPage(reply(Command::ClientAccesses3, kClients));
        QVERIFY(page.has_value());
        QCOMPARE(page->clients.size(), 8u);
        QCOMPARE(page->next, std::optional(8u));
        QVERIFY((page->clients.front() == ClientRecord{loopback(0, 1), 94, 0, 1, 0, 0, 0, 0s, -4, {}, {}, {}, 5s, {}}));
        QVERIFY((page->clients.back() == ClientRecord{loopback(1, 14), 1, 0, 0, 0, 0, 0, 0s}));
    }

    void endOfTheClients() {
        const auto whole = [](char indices, char next, char count) {
            QByteArray bytes = changed(changed(kClients, 28 + 3, indices), 28 + 7, next);
            return candm::clientPage(reply(Command::ClientAccesses3, changed(bytes, 28 + 11, count)));
        };
        QVERIFY(!whole(32, 32, 8)->next);  // all indices were looked at
        QVERIFY(!whole(32, 0, 8)->next);   // not the first once more
        QVERIFY(!whole(32, 20, 7)->next);  // a page that is not full is the last
        QCOMPARE(whole(32, 20, 7)->clients.size(), 7u);
        QVERIFY(whole(32, 31, 8)->next == 31u);
        QVERIFY(whole(0, 0, 0)->clients.empty());
        QVERIFY(!whole(32, 8, 9));  // there are only eight places
        // A record that was gone when it was read has no family.
        const auto gone = candm::clientPage(reply(Command::ClientAccesses3, changed(kClients, 28 + 12 + 17, 0)));
        QVERIFY(gone.has_value());
        QCOMPARE(gone->clients.size(), 7u);
    }

    void switchedOffClientLog() {
        const QByteArray inactive = QByteArray::fromHex("0602000000440001000f000000000000010203040000000000000000");
        const auto page = candm::decode(inactive, Command::ClientAccesses3, kSequence).and_then(candm::clientPage);
        QVERIFY(page.has_value());
        QVERIFY(!page->isLogged && page->clients.empty() && !page->next);
        // The same status of another command is an error.
        QVERIFY(!candm::decode(changed(inactive, 5, 54), Command::ServerStatistics, kSequence).has_value());
    }

    void everyTruncationIsRefused() {
        for (const Recorded& recorded : kAll) {
            QVERIFY(candm::decode(recorded.bytes, recorded.command, kSequence).has_value());
            for (qsizetype size = 0; size < recorded.bytes.size(); ++size)
                QVERIFY(!candm::decode(recorded.bytes.left(size), recorded.command, kSequence).has_value());
            QVERIFY(!candm::decode(recorded.bytes + '\0', recorded.command, kSequence).has_value());
        }
    }

    void replyOfAnotherKind() {
        const Reply other = reply(Command::SelectData, kSelected);
        QVERIFY(!candm::authData(other).has_value());
        QVERIFY(!candm::serverStatistics(other).has_value());
        QVERIFY(!candm::clientPage(other).has_value());
        QVERIFY(!candm::ntpData(other).has_value());
        QVERIFY(!candm::selectData(reply(Command::AuthData, kKeyAuth)).has_value());
        QVERIFY(!candm::selectData(Reply{}).has_value());
    }

    /// Any bytes are decoded or refused; under the sanitizers this is also free of overflow and overrun.
    void garbage() {
        QRandomGenerator random(5905);
        int read = 0;
        for (int round = 0; round < 20'000; ++round) {
            const Recorded& recorded = kAll[random.bounded(static_cast<quint32>(kAll.size()))];
            QByteArray bytes = recorded.bytes;
            for (int flips = random.bounded(1, 12); flips > 0; --flips)
                bytes[random.bounded(static_cast<int>(bytes.size()))] = static_cast<char>(random.bounded(256));
            const auto answer = candm::decode(bytes, recorded.command, kSequence);
            if (!answer) continue;
            read += candm::selectData(*answer) || candm::authData(*answer) || candm::ntpData(*answer) ? 1 : 0;
            read += candm::serverStatistics(*answer) || candm::clientPage(*answer) ? 1 : 0;
        }
        QVERIFY(read > 1000);  // else it was all refused by the header
    }
};

QTEST_GUILESS_MAIN(TestCandmReports)
#include "tst_candm_reports.moc"
