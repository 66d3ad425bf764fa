// SPDX-License-Identifier: GPL-2.0-or-later
// A look asks for everything, and a report that is unavailable takes no other with it.
#include <QTest>
#include <map>

#include "chrony/chrony_monitor.h"
#include "support/fake_chronyd.h"
#include "support/test_tree.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;
using namespace std::chrono_literals;

namespace {

const SourceAddress kServer{SourceAddressKind::Inet4, {192, 0, 2, 1}};
const SourceAddress kClient{SourceAddressKind::Inet4, {192, 0, 2, 99}};
constexpr quint32 kGps = 0x47505300;

enum class Trouble { Unknown = 0, LaterReply, UnknownCommand, Silence, TooShort };

QByteArray filled(const QByteArray& body, qsizetype size) { return body.leftJustified(size, '\0'); }

QByteArray bytesOf(const SourceAddress& address) {
    QByteArray bytes;
    candm::appendAddress(bytes, address);
    return bytes;
}

/// A chronyd with one server, one reference clock and as many clients as wanted.
struct Daemon {
    explicit Daemon(const QString& path) : fake(path) {
        fake.onAsked = [this](const Asked& asked) { answer(asked); };
    }

    void answer(const Asked& asked) {
        const auto trouble = troubles.find(static_cast<candm::Command>(asked.command));
        const QByteArray good = body(asked);
        const quint16 code = codes.at(asked.command);
        if (trouble == troubles.end()) {
            fake.send(asked, FakeChronyd::reply(asked, code, good));
        } else if (trouble->second == Trouble::LaterReply) {
            fake.send(asked, FakeChronyd::reply(asked, 77, QByteArray(300, 'x')));
        } else if (trouble->second == Trouble::UnknownCommand) {
            fake.send(asked, FakeChronyd::reply(asked, 1, {}, 3));
        } else if (trouble->second == Trouble::TooShort) {
            fake.send(asked, FakeChronyd::reply(asked, code, good.left(good.size() - 1)));
        }
    }

    QByteArray body(const Asked& asked) const {
        candm::WireReader request(asked.bytes);
        request.skip(20);
        QByteArray out;
        switch (static_cast<candm::Command>(asked.command)) {
            case candm::Command::NSources: candm::appendU32(out, 2); return out;
            case candm::Command::SourceData: return sourceData(request.u32());
            case candm::Command::Tracking: return filled({}, 76);
            case candm::Command::SourceStatistics: return filled({}, 56);
            case candm::Command::SourceName: return filled("time.example", 256);
            case candm::Command::NtpData: return filled(bytesOf(kServer), 124);
            case candm::Command::AuthData: return filled(QByteArray::fromHex("0001"), 24);
            case candm::Command::SelectData: return selectData(request.u32());
            case candm::Command::ServerStatistics: candm::appendU32(out, 4711); return filled(out, 44);
            case candm::Command::ClientAccesses3: return clientPage(request.u32());
            default: return {};
        }
    }

    static QByteArray sourceData(quint32 index) {
        QByteArray out = bytesOf(kServer);
        if (index == 1) out = filled(QByteArray::fromHex("47505300"), 16) + QByteArray::fromHex("00010000");
        candm::appendU16(out, 6);
        candm::appendU16(out, 1);
        candm::appendU16(out, 0);
        candm::appendU16(out, index == 1 ? 2 : 0);
        return filled(out, 48);
    }

    QByteArray selectData(quint32 index) const {
        QByteArray out;
        candm::appendU32(out, index == 1 ? kGps : 0xC0000201);
        out += bytesOf(index == 1 ? SourceAddress{} : selectedAddress);
        out += index == 1 ? 'x' : '*';
        return filled(out, 48);
    }

    QByteArray clientPage(quint32 first) const {
        const quint32 count = std::min(clients - std::min(first, clients), 8u);
        QByteArray out;
        candm::appendU32(out, clients);
        candm::appendU32(out, first + count);
        candm::appendU32(out, count);
        for (quint32 i = 0; i < count; ++i) out += filled(bytesOf(kClient), 60);
        return filled(out, 492);
    }

    const std::map<quint16, quint16> codes{{14, 2},  {15, 3},  {33, 5},  {34, 6},  {65, 19},
                                           {57, 16}, {67, 20}, {69, 23}, {54, 24}, {68, 21}};
    std::map<candm::Command, Trouble> troubles;
    SourceAddress selectedAddress = kServer;
    quint32 clients = 3;
    FakeChronyd fake;
};

struct Fixture {
    TestTree tree;
    QString path = tree.directory(QStringLiteral("run")) + QStringLiteral("/chronyd.sock");
    Daemon daemon{path};
    ChronyClient client{path, {8, 64, 10ms, 2}};
    ChronyMonitor monitor{client, {5ms, 5ms, 30s, 1h}};
    std::vector<Observation> seen;

    Fixture() {
        QObject::connect(&monitor, &ChronyMonitor::observed, &monitor,
                         [this](const Observation& now) { seen.push_back(now); });
    }
    [[nodiscard]] qsizetype asked(candm::Command command) const {
        return std::count_if(daemon.fake.asked.begin(), daemon.fake.asked.end(),
                             [&](const Asked& one) { return one.command == static_cast<quint16>(command); });
    }
};

}  // namespace

class TestChronyMonitor : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void everything() {
        Fixture f;
        f.monitor.start();
        QTRY_VERIFY(!f.seen.empty());
        const Observation& seen = f.seen.front();
        QCOMPARE(seen.error, QString());
        QCOMPARE(seen.collectors.size(), 9u);
        for (const auto& [collector, result] : seen.collectors) QVERIFY2(result.isOk, qPrintable(result.error));
        QVERIFY(seen.tracking && seen.statistics && seen.server && seen.clients);
        QCOMPARE(seen.server->ntpReceived, 4711u);
        QCOMPARE(seen.clients->clients.size(), 3u);
        QCOMPARE(seen.sources->size(), 2u);
        const SourceReport& server = seen.sources->front();
        QCOMPARE(server.name, QStringLiteral("time.example"));
        QVERIFY(server.ntp && server.ntp->address == kServer);
        QVERIFY(server.authentication && server.authentication->mode == AuthenticationMode::SymmetricKey);
        QVERIFY(server.selection && server.selection->state == SelectionState::Selected);
        const SourceReport& clock = seen.sources->back();
        QVERIFY(!clock.ntp && !clock.authentication);
        QVERIFY(clock.selection && clock.selection->state == SelectionState::Falseticker);
    }

    void oneReportFails_data() {
        QTest::addColumn<int>("command");
        QTest::addColumn<int>("collector");
        QTest::addColumn<int>("trouble");
        const std::map<const char*, Trouble> troubles{{"of a later chronyd", Trouble::LaterReply},
                                                      {"not known to this chronyd", Trouble::UnknownCommand},
                                                      {"never comes", Trouble::Silence},
                                                      {"too short", Trouble::TooShort}};
        const std::map<candm::Command, Collector> reports{
            {candm::Command::Tracking, Collector::Tracking},
            {candm::Command::SourceStatistics, Collector::Statistics},
            {candm::Command::SourceName, Collector::Names},
            {candm::Command::NtpData, Collector::NtpData},
            {candm::Command::AuthData, Collector::Authentication},
            {candm::Command::SelectData, Collector::Selection},
            {candm::Command::ServerStatistics, Collector::ServerStatistics},
            {candm::Command::ClientAccesses3, Collector::Clients}};
        for (const auto& [command, collector] : reports)
            for (const auto& [name, trouble] : troubles)
                QTest::addRow("%s %s", qPrintable(collectorText(collector)), name)
                    << static_cast<int>(command) << static_cast<int>(collector) << static_cast<int>(trouble);
    }
    void oneReportFails() {
        QFETCH(int, command);
        QFETCH(int, collector);
        QFETCH(int, trouble);
        Fixture f;
        f.daemon.troubles[static_cast<candm::Command>(command)] = static_cast<Trouble>(trouble);
        f.monitor.start();
        QTRY_VERIFY(!f.seen.empty());
        const Observation& seen = f.seen.front();
        const auto failed = static_cast<Collector>(collector);
        for (const auto& [each, result] : seen.collectors) QCOMPARE(result.isOk, each != failed);
        QVERIFY(!seen.collectors.at(failed).error.isEmpty());
        QCOMPARE(seen.error, seen.collectors.at(failed).error);
        QCOMPARE(seen.tracking.has_value(), failed != Collector::Tracking);
        QCOMPARE(seen.statistics.has_value(), failed != Collector::Statistics);
        QCOMPARE(seen.server.has_value(), failed != Collector::ServerStatistics);
        QCOMPARE(seen.clients.has_value(), failed != Collector::Clients);
        QVERIFY(seen.sources.has_value());
        const SourceReport& server = seen.sources->front();
        QCOMPARE(server.name.isEmpty(), failed == Collector::Names);
        QCOMPARE(server.ntp.has_value(), failed != Collector::NtpData);
        QCOMPARE(server.authentication.has_value(), failed != Collector::Authentication);
        QCOMPARE(server.selection.has_value(), failed != Collector::Selection);
    }

    void aListThatCannotBeHadTakesOnlyWhatHangsOnIt() {
        Fixture f;
        f.daemon.troubles[candm::Command::NSources] = Trouble::LaterReply;
        f.monitor.start();
        QTRY_VERIFY(!f.seen.empty());
        const Observation& seen = f.seen.front();
        QVERIFY(!seen.sources && !seen.statistics);
        QVERIFY(seen.tracking && seen.server && seen.clients);
        QVERIFY(!seen.collectors.at(Collector::Sources).isOk);
        QVERIFY(!seen.collectors.contains(Collector::Selection));  // not asked
    }

    /// Between the two answers the list may have changed.
    void selectionOfAnotherSourceIsNotTaken() {
        Fixture f;
        f.daemon.selectedAddress = kClient;
        f.monitor.start();
        QTRY_VERIFY(!f.seen.empty());
        QVERIFY(!f.seen.front().sources->front().selection);
        QVERIFY(f.seen.front().sources->back().selection);
    }

    void namesAndClientsAreNotAskedInEveryLook() {
        Fixture f;
        f.monitor.start();
        QTRY_VERIFY(f.seen.size() >= 3);
        QCOMPARE(f.asked(candm::Command::SourceName), 1);
        QCOMPARE(f.asked(candm::Command::ClientAccesses3), 1);
        QVERIFY(f.asked(candm::Command::AuthData) >= 3);
        QVERIFY(!f.seen.at(1).clients);
        QVERIFY(!f.seen.at(1).collectors.contains(Collector::Clients));
        QCOMPARE(f.seen.at(2).sources->front().name, QStringLiteral("time.example"));
    }

    void clientsArePagedToABound_data() {
        QTest::addColumn<quint32>("clients");
        QTest::addColumn<int>("pages");
        QTest::addColumn<bool>("isComplete");
        QTest::newRow("none") << 0u << 1 << true;
        QTest::newRow("one page") << 8u << 1 << true;
        QTest::newRow("two") << 9u << 2 << true;
        QTest::newRow("as many as we ask for") << 1024u << 128 << true;
        QTest::newRow("more") << 100'000u << 128 << false;
    }
    void clientsArePagedToABound() {
        QFETCH(quint32, clients);
        QFETCH(int, pages);
        QFETCH(bool, isComplete);
        Fixture f;
        f.daemon.clients = clients;
        f.monitor.start();
        QTRY_VERIFY(!f.seen.empty());
        QCOMPARE(f.asked(candm::Command::ClientAccesses3), pages);
        QCOMPARE(f.seen.front().clients->clients.size(), std::min(clients, 1024u));
        QCOMPARE(f.seen.front().clients->isComplete, isComplete);
    }
};

QTEST_GUILESS_MAIN(TestChronyMonitor)
#include "tst_chrony_monitor.moc"
