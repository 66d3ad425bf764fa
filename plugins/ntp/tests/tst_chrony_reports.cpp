// SPDX-License-Identifier: GPL-2.0-or-later
// What the monitor sees in a real chronyd is what chronyc shows: why sources are used or not, and who is served.
#include <QRegularExpression>
#include <QTest>

#include "chrony/chrony_monitor.h"
#include "chrony/client_reading.h"
#include "core/source_verdict.h"
#include "support/chronyc.h"
#include "support/upstream.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;
using namespace std::chrono_literals;

namespace {

const QByteArray kKeys = "1 SHA256 HEX:1111111111111111111111111111111111111111111111111111111111111111\n";

/// The letter of chronyc's selectdata.
QString letter(SelectionState state) {
    static const QString letters = QStringLiteral("?NMsrd~wSOTxWPUDL+*");
    return letters.mid(static_cast<qsizetype>(state), 1);
}

QString optionText(bool on, char option) { return on ? QString(QLatin1Char(option)) : QStringLiteral("-"); }

QString modeText(AuthenticationMode mode) {
    return mode == AuthenticationMode::Nts            ? QStringLiteral("NTS")
           : mode == AuthenticationMode::SymmetricKey ? QStringLiteral("SK")
                                                      : QStringLiteral("-");
}

QString testsText(quint16 tests, int from, int count) {
    return QStringLiteral("%1").arg(tests >> from & ((1 << count) - 1), count, 2, QLatin1Char('0'));
}

/// As chronyc writes it: "Kernel".
QString capitalized(QString word) {
    if (!word.isEmpty()) word[0] = word.at(0).toUpper();
    return word;
}

/// As `chronyc -c clients` writes an interval and an age.
QString intervalText(std::optional<int> log2Seconds) { return QString::number(log2Seconds.value_or(127)); }
bool isAge(const QString& text, std::optional<std::chrono::seconds> age) {
    const qint64 printed = text.toLongLong();
    return age ? printed >= age->count() && printed <= age->count() + 2 : printed == 0xffffffff;
}

/// All records, read to the end.
std::vector<ClientRecord> clientsOf(ChronyClient& client, QObject* owner) {
    std::vector<ClientRecord> all;
    std::optional<ClientReading::End> end;
    new ClientReading(
        client, 5s, [&all](const auto& page) { all.insert(all.end(), page.begin(), page.end()); },
        [&end](const Result<ClientReading::End>& result) {
            end = result.value_or(ClientReading::End{false, false});
        },
        owner);
    if (!QTest::qWaitFor([&end] { return end.has_value(); }) || !end->isComplete) all.clear();
    return all;
}

/// The row of chronyc about `source`; column `at` holds the address.
QStringList rowOf(const QList<QStringList>& rows, const SourceReport& source, qsizetype at) {
    for (const QStringList& row : rows)
        if (row.value(at) == numericAddress(source)) return row;
    return {};
}

}  // namespace

class TestChronyReports : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    /// A source with a key, one without, one that says noselect, one that nobody answers for, one with a missing key.
    void agreesWithChronyc() {
        const TestTree tree;
        const QByteArray keys = "keyfile " + tree.write(QStringLiteral("keys"), kKeys).toUtf8() + "\n";
        Upstream upstream(tree, QStringLiteral("upstream"), "local stratum 1\n" + keys);
        QVERIFY2(upstream.start(), upstream.log().constData());
        const QByteArray port = " port " + QByteArray::number(upstream.port()) + " iburst minpoll -2 maxpoll -2 ";
        Upstream follower(tree, QStringLiteral("follower"),
                          keys + "server 127.0.0.1" + port + "key 1 prefer\nserver 127.0.0.2" + port +
                              "\nserver 127.0.0.3" + port + "noselect trust xleave\nserver 127.0.0.4 iburst port " +
                              QByteArray::number(freeUdpPort()) + "\nserver 127.0.0.5" + port + "key 9\n");
        QVERIFY2(follower.start(), follower.log().constData());
        ChronyClient client(follower.socket());
        ChronyMonitor monitor(client, {50ms, 50ms});
        std::optional<Observation> seen;
        connect(&monitor, &ChronyMonitor::observed, this, [&seen](const Observation& now) { seen = now; });
        const auto isSettled = [&seen] {
            return seen && seen->sources && seen->sources->size() == 5 &&
                   seen->sources->front().state == SourceState::Selected &&
                   std::all_of(seen->sources->begin(), seen->sources->begin() + 3,
                               [](const SourceReport& source) { return source.reachability == 0377; });
        };
        monitor.start();
        QTRY_VERIFY_WITH_TIMEOUT(isSettled(), 15'000);
        // No more samples, so that both look at the same numbers.
        setPoll(follower.socket(),
                {QStringLiteral("127.0.0.1"), QStringLiteral("127.0.0.2"), QStringLiteral("127.0.0.3")}, 10);
        StandingStill still;
        QTRY_VERIFY_WITH_TIMEOUT(still.since(*seen, 3), 10'000);
        seen.reset();
        QTRY_VERIFY(seen && seen->sources && seen->statistics);
        monitor.stop();
        for (const auto& [collector, result] : seen->collectors) QVERIFY2(result.isOk, qPrintable(result.error));

        const auto authdata = chronyc(follower.socket(), QStringLiteral("authdata"));
        const auto selectdata = chronyc(follower.socket(), QStringLiteral("selectdata"));
        const auto ntpdata = chronyc(follower.socket(), QStringLiteral("ntpdata"));
        QCOMPARE(authdata.size(), 5);
        QCOMPARE(selectdata.size(), 5);
        QCOMPARE(ntpdata.size(), 5);
        for (const SourceReport& source : *seen->sources) {
            const Authentication& a = *source.authentication;
            const QStringList auth = rowOf(authdata, source, 0);
            QCOMPARE((QStringList{modeText(a.mode), QString::number(a.keyId), QString::number(a.algorithm),
                                  QString::number(a.keyBits)}),
                     auth.mid(1, 4));
            QCOMPARE((QStringList{QString::number(a.keyExchangeTries), QString::number(a.naks),
                                  QString::number(a.cookies), QString::number(a.cookieBytes)}),
                     auth.mid(6, 4));

            const Selection& s = *source.selection;
            const QStringList select = rowOf(selectdata, source, 1);
            QCOMPARE(letter(s.state), select.at(0));
            QCOMPARE(optionText(s.authenticated, 'Y') == QStringLiteral("Y"), select.at(2) == QStringLiteral("Y"));
            QCOMPARE(optionText(s.has(SelectOption::NoSelect), 'N'), select.at(8));
            QCOMPARE(optionText(s.has(SelectOption::Prefer), 'P'), select.at(9));
            QCOMPARE(optionText(s.has(SelectOption::Trust), 'T'), select.at(10));
            QCOMPARE(optionText(s.has(SelectOption::Require), 'R'), select.at(11));
            QVERIFY(isNear(select.at(15), s.lowLimit, 1us));
            QVERIFY(isNear(select.at(16), s.highLimit, 1us));

            const NtpData& n = *source.ntp;
            const QStringList data = rowOf(ntpdata, source, 0);
            QCOMPARE(QString::number(n.stratum), data.at(8));
            QCOMPARE((QStringList{testsText(n.passedTests, 7, 3), testsText(n.passedTests, 4, 3),
                                  testsText(n.passedTests, 0, 4)}),
                     data.mid(23, 3));
            QCOMPARE(n.interleaved ? QStringLiteral("Yes") : QStringLiteral("No"), data.at(26));
            QCOMPARE(n.authenticated ? QStringLiteral("Yes") : QStringLiteral("No"), data.at(27));
            QCOMPARE((QStringList{n.tx == Timestamping::Unknown ? data.at(28) : capitalized(toText(n.tx)),
                                  n.rx == Timestamping::Unknown ? data.at(29) : capitalized(toText(n.rx))}),
                     data.mid(28, 2));
            QCOMPARE(n.tx == Timestamping::Unknown, n.validReplies == 0);
            if (n.validReplies > 0) {
                QCOMPARE((QStringList{QString::number(n.port), QString::number(n.version), QString::number(n.poll),
                                      QString::number(n.precision)}),
                         (QStringList{data.at(2), data.at(6), data.at(9), data.at(11)}));
                QCOMPARE(n.localAddress.ip()->text(), data.at(3));
                QVERIFY(isNear(data.at(17), n.referenceTime, 1us));
                QVERIFY(isNear(data.at(20), n.dispersion, 1us));
                QVERIFY(isNear(data.at(21), n.responseTime, 1us));
                QVERIFY(std::abs(data.at(22).toDouble() - n.jitterAsymmetry) < 0.01);
            }
            QVERIFY(data.at(30).toUInt() >= n.sent && n.sent >= n.received);
            QCOMPARE((QStringList{QString::number(n.received), QString::number(n.validReplies),
                                  QString::number(n.goodReplies.value_or(0))}),
                     data.mid(31, 3));
        }
        QVERIFY(seen->sources->at(0).authentication->keyBits == 256);
        QVERIFY(seen->sources->at(2).selection->state == SelectionState::NoSelect);
        QVERIFY(seen->sources->at(2).ntp->interleaved);
        QVERIFY(seen->sources->at(3).ntp->received == 0);
        QVERIFY(seen->sources->at(4).authentication->keyBits == 0);  // there is no key 9
        QStringList reasons;
        for (const SourceReport& source : *seen->sources)
            reasons.append(verdictOn(source, *seen->sources, *seen->statistics).reason);
        QCOMPARE(reasons, (QStringList{QStringLiteral("Selected"), reasons.at(1), QStringLiteral("OnlyWatched"),
                                       QStringLiteral("NoAnswer"), QStringLiteral("KeyMissing")}));
    }

    /// Two agree and one is made to look 500 ms off.
    void falseticker() {
        const TestTree tree;
        Upstream upstream(tree);
        QVERIFY2(upstream.start(), upstream.log().constData());
        const QByteArray port = " iburst minpoll -2 maxpoll -2 port " + QByteArray::number(upstream.port());
        Upstream follower(
            tree, QStringLiteral("follower"),
            "server 127.0.0.1" + port + "\nserver 127.0.0.2" + port + "\nserver 127.0.0.3 offset 0.5" + port + "\n");
        QVERIFY2(follower.start(), follower.log().constData());
        ChronyClient client(follower.socket());
        ChronyMonitor monitor(client, {50ms, 50ms});
        SourceVerdict verdict;
        connect(&monitor, &ChronyMonitor::observed, this, [&verdict](const Observation& now) {
            if (now.sources && now.sources->size() == 3)
                verdict = verdictOn(now.sources->at(2), *now.sources,
                                    now.statistics.value_or(std::vector<SourceStatistics>()));
        });
        monitor.start();
        QTRY_COMPARE_WITH_TIMEOUT(verdict.reason, QStringLiteral("Falseticker"), 15'000);
        const QRegularExpression sentence(QStringLiteral("falseticker\\): (\\d+) ms away from the others' common"));
        const QRegularExpressionMatch match = sentence.match(verdict.why);
        QVERIFY2(match.hasMatch(), qPrintable(verdict.why));
        QVERIFY2(std::abs(match.captured(1).toInt() - 500) < 10, qPrintable(verdict.why));
    }

    /// Eleven addresses of the loopback ask, so that there are two pages.
    void whoIsServed() {
        const TestTree tree;
        Upstream chronyd(tree);
        QVERIFY2(chronyd.start(), chronyd.log().constData());
        QByteArray request(48, '\0');
        request[0] = 0x23;
        for (int i = 1; i <= 11; ++i) {
            QUdpSocket socket;
            QVERIFY(socket.bind(QHostAddress(QStringLiteral("127.0.3.%1").arg(i)), 0));
            for (int j = 0; j < i; ++j) socket.writeDatagram(request, QHostAddress::LocalHost, chronyd.port());
            QTRY_VERIFY(socket.hasPendingDatagrams());
        }
        ChronyClient client(chronyd.socket());
        ChronyMonitor monitor(client, {50ms, 50ms, 30s, 50ms});
        std::optional<Observation> seen;
        connect(&monitor, &ChronyMonitor::observed, this, [&seen](const Observation& now) { seen = now; });
        monitor.start();
        QTRY_VERIFY(seen && seen->server && seen->server->ntpReceived == 66);
        QTRY_VERIFY(seen && seen->clients && seen->clients->clients.size() == 11);
        monitor.stop();

        const auto rows = chronyc(chronyd.socket(), QStringLiteral("clients"));
        QCOMPARE(rows.size(), 11);
        for (qsizetype i = 0; i < rows.size(); ++i) {
            const ClientRecord& record = seen->clients->clients.at(static_cast<std::size_t>(i));
            QCOMPARE(record.address.ip()->text(), rows.at(i).at(0));
            QCOMPARE(QString::number(record.ntpRequests), rows.at(i).at(1));
            QCOMPARE(QString::number(record.ntpDropped), rows.at(i).at(2));
        }
        const std::vector<ClientRecord> read = clientsOf(client, this);
        const auto withCommands = chronyc(chronyd.socket(), QStringLiteral("clients"));
        const auto withKeys = chronyc(chronyd.socket(), {QStringLiteral("clients"), QStringLiteral("-k")});
        QCOMPARE(read.size(), std::size_t{11});
        for (qsizetype i = 0; i < withCommands.size(); ++i) {
            const ClientRecord& record = read.at(static_cast<std::size_t>(i));
            const QStringList& row = withCommands.at(i);
            QCOMPARE((QStringList{record.address.ip()->text(), QString::number(record.ntpRequests),
                                  QString::number(record.ntpDropped), intervalText(record.ntpInterval),
                                  intervalText(record.ntpLimitedInterval)}),
                     row.mid(0, 5));
            QVERIFY(isAge(row.at(5), record.sinceNtp));
            QCOMPARE((QStringList{QString::number(record.commands), QString::number(record.commandsDropped),
                                  intervalText(record.commandInterval)}),
                     row.mid(6, 3));
            QVERIFY(isAge(row.at(9), record.sinceCommand));
            QCOMPARE((QStringList{QString::number(record.keyExchanges), QString::number(record.keyExchangesDropped),
                                  intervalText(record.keyExchangeInterval)}),
                     withKeys.at(i).mid(6, 3));
            QVERIFY(isAge(withKeys.at(i).at(9), record.sinceKeyExchange));
        }
        const QStringList statistics = chronyc(chronyd.socket(), QStringLiteral("serverstats")).value(0);
        const ServerStatistics& s = *seen->server;
        QVERIFY(statistics.at(2).toULongLong() > s.commandsReceived);  // chronyc's own are among them
        const QStringList ours{QString::number(s.ntpReceived),
                               QString::number(s.ntpDropped),
                               statistics.at(2),
                               QString::number(s.commandsDropped),
                               QString::number(s.clientRecordsDropped),
                               QString::number(s.keyExchangesAccepted),
                               QString::number(s.keyExchangesDropped),
                               QString::number(s.ntpAuthenticated),
                               QString::number(s.ntpInterleaved.value_or(0))};
        QCOMPARE(ours, statistics.mid(0, 9));
    }

    void withoutAClientLog() {
        const TestTree tree;
        Upstream chronyd(tree, QStringLiteral("upstream"), "local stratum 1\nnoclientlog\n");
        QVERIFY2(chronyd.start(), chronyd.log().constData());
        ChronyClient client(chronyd.socket());
        ChronyMonitor monitor(client);
        std::optional<Observation> seen;
        connect(&monitor, &ChronyMonitor::observed, this, [&seen](const Observation& now) { seen = now; });
        monitor.start();
        QTRY_VERIFY(seen.has_value());
        QVERIFY(seen->clients && !seen->clients->isLogged);
        QVERIFY(seen->collectors.at(Collector::Clients).isOk);
        QCOMPARE(seen->error, QString());
    }
};

QTEST_GUILESS_MAIN(TestChronyReports)
#include "tst_chrony_reports.moc"
