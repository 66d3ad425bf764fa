// SPDX-License-Identifier: GPL-2.0-or-later
// The reading of chronyd's client log: page by page, in time, and once. See tst_chrony_reports for a real chronyd.
#include <QPointer>
#include <QTest>

#include "chrony/client_reading.h"
#include "support/fake_chronyd.h"
#include "support/test_tree.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;
using namespace std::chrono_literals;

namespace {

constexpr quint16 kInactive = 15;
constexpr quint32 kInPage = 8;

/// A page of eight clients, which starts where it was asked for.
QByteArray page(const Asked& asked, quint32 indices) {
    candm::WireReader reader(asked.bytes);
    reader.skip(20);
    const quint32 first = reader.u32();
    QByteArray body;
    candm::appendU32(body, indices);
    candm::appendU32(body, first + kInPage);
    candm::appendU32(body, kInPage);
    for (quint32 i = 0; i < kInPage; ++i) {
        SourceAddress address{SourceAddressKind::Inet4, {}};
        const quint32 number = qToBigEndian(first + i + 1);
        std::memcpy(address.bytes.data(), &number, sizeof number);
        candm::appendAddress(body, address);
        candm::appendU32(body, 1);
        for (int j = 0; j < 9; ++j) candm::appendU32(body, 0);
    }
    return FakeChronyd::reply(asked, 21, body);
}

struct Fixture {
    TestTree tree;
    QString path = tree.path() + QStringLiteral("/chronyd.sock");
    FakeChronyd chronyd{path};
    ChronyClient client{path, {8, 64, 50ms, 2}};
    QObject owner;
    std::size_t records = 0;
    std::vector<Result<ClientReading::End>> ends;
    QPointer<ClientReading> reading;

    void read(std::chrono::milliseconds patience = 5s) {
        reading = new ClientReading(
            client, patience, [this](const std::vector<ClientRecord>& clients) { records += clients.size(); },
            [this](const Result<ClientReading::End>& end) { ends.push_back(end); }, &owner);
    }
};

}  // namespace

class TestClientReading : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    /// Thousands of clients: one request at a time, and the loop gets its turn after each.
    void theLoopTurnsBetweenPages() {
        Fixture f;
        constexpr quint32 kClients = 16'000;
        quint64 turns = 0;
        quint64 turnOfLast = 0;
        std::size_t together = 0;
        QTimer turn;
        connect(&turn, &QTimer::timeout, this, [&turns] { ++turns; });
        turn.start(0);
        f.chronyd.onAsked = [&](const Asked& asked) {
            if (f.chronyd.asked.size() > 1 && turns == turnOfLast) ++together;
            turnOfLast = turns;
            f.chronyd.send(asked, page(asked, kClients));
        };
        f.read(60s);
        QTRY_COMPARE_WITH_TIMEOUT(f.ends.size(), std::size_t{1}, 60'000);
        QVERIFY(f.ends[0].has_value());
        QVERIFY(f.ends[0]->isLogged && f.ends[0]->isComplete);
        QCOMPARE(f.records, std::size_t{kClients});
        QCOMPARE(f.chronyd.asked.size(), std::size_t{kClients / kInPage});
        QCOMPARE(together, std::size_t{0});
        QTRY_VERIFY(!f.reading);
    }

    void withoutALog() {
        Fixture f;
        f.chronyd.onAsked = [&](const Asked& asked) {
            f.chronyd.send(asked, FakeChronyd::reply(asked, 1, {}, kInactive));
        };
        f.read();
        QTRY_COMPARE(f.ends.size(), std::size_t{1});
        QVERIFY(f.ends[0] && !f.ends[0]->isLogged);
        QCOMPARE(f.records, std::size_t{0});
    }

    void whenTheTimeIsUp() {
        Fixture f;
        f.chronyd.onAsked = [&](const Asked& asked) {
            if (f.chronyd.asked.size() <= 3) f.chronyd.send(asked, page(asked, 1'000'000));
        };
        f.read(60ms);  // the third page is there long before, and no error yet
        QTRY_COMPARE(f.ends.size(), std::size_t{1});
        QVERIFY(f.ends[0] && f.ends[0]->isLogged && !f.ends[0]->isComplete);
        QCOMPARE(f.records, std::size_t{24});
        QTRY_VERIFY(!f.reading);
    }

    void whenNobodyAnswers() {
        Fixture f;
        f.read(30ms);
        QTRY_COMPARE(f.ends.size(), std::size_t{1});
        QVERIFY(!f.ends[0] && f.ends[0].error().code == ErrorCode::Timeout);
        // An answer that comes later is nobody's.
        f.chronyd.send(f.chronyd.asked.at(0), page(f.chronyd.asked.at(0), 100));
        QTest::qWait(20);
        QCOMPARE(f.records, std::size_t{0});
        QCOMPARE(f.ends.size(), std::size_t{1});
    }

    void whenChronydEnds() {
        Fixture f;
        f.chronyd.onAsked = [&](const Asked& asked) {
            if (f.chronyd.asked.size() == 1) return f.chronyd.send(asked, page(asked, 100));
            f.client.close();
        };
        f.read();
        QTRY_COMPARE(f.ends.size(), std::size_t{1});
        QVERIFY(!f.ends[0] && f.ends[0].error().code == ErrorCode::Io);
    }

    /// Pages that lead in a circle.
    void aPageThatDoesNotLeadForward() {
        Fixture f;
        f.chronyd.onAsked = [&](const Asked& asked) {
            QByteArray bytes = page(asked, 1000);
            bytes[28 + 7] = 8;  // the next page is always the second
            f.chronyd.send(asked, bytes);
        };
        f.read();
        QTRY_COMPARE(f.ends.size(), std::size_t{1});
        QVERIFY(f.ends[0].has_value());
        QCOMPARE(f.chronyd.asked.size(), std::size_t{2});
    }

    /// The owner may be gone before the end.
    void whoIsGoneIsNotCalled() {
        Fixture f;
        f.chronyd.onAsked = [&](const Asked& asked) { f.chronyd.send(asked, page(asked, 1'000'000)); };
        f.read();
        QTRY_VERIFY(f.records > 0);
        delete f.reading;
        const std::size_t before = f.records;
        QTest::qWait(20);
        QCOMPARE(f.records, before);
        QVERIFY(f.ends.empty());
    }
};

QTEST_GUILESS_MAIN(TestClientReading)
#include "tst_client_reading.moc"
