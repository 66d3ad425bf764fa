// SPDX-License-Identifier: GPL-2.0-or-later
// Every request is answered exactly once, whatever comes over the socket; and what the real chronyd answers is what
// chronyc shows.
#include <QElapsedTimer>
#include <QTest>
#include <set>

#include "candm/chrony_client.h"
#include "chrony/chrony_monitor.h"
#include "support/chronyc.h"
#include "support/fake_chronyd.h"
#include "support/test_tree.h"
#include "support/upstream.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;
using namespace std::chrono_literals;

namespace {

constexpr ClientLimits kQuick{8, 16, 30ms, 3};

/// Is the context of its requests too: nothing is answered to a test that has ended.
struct Answers : QObject {
    std::vector<Result<candm::Reply>> all;
    auto collect() {
        return [this](const Result<candm::Reply>& reply) { all.push_back(reply); };
    }
    [[nodiscard]] ErrorCode firstError() const {
        return all.empty() || all.front() ? ErrorCode::Unknown : all.front().error().code;
    }
};

struct Fixture {
    TestTree tree;
    QString path = tree.directory(QStringLiteral("run")) + QStringLiteral("/chronyd.sock");
    [[nodiscard]] QStringList names() const {
        return QDir(tree.path() + QStringLiteral("/run"))
            .entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot);
    }
};

}  // namespace

class TestChronyClient : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void answerComesOnce() {
        Fixture f;
        FakeChronyd server(f.path);
        QVERIFY(server.isBound());
        server.onAsked = [&](const Asked& asked) {
            server.send(asked, FakeChronyd::count(asked, 3));
            server.send(asked, FakeChronyd::count(asked, 4));  // a duplicate
        };
        ChronyClient client(f.path, kQuick);
        Answers answers;
        client.request(candm::sourceCountRequest(), &answers, answers.collect());
        QVERIFY(answers.all.empty());  // never from inside the call
        QTRY_COMPARE(client.ignoredDatagrams(), 1u);
        QTRY_COMPARE(answers.all.size(), 1u);
        QCOMPARE(*answers.all.front().and_then(candm::sourceCount), 3u);
        QCOMPARE(server.asked.front().bytes.size(), 32);
    }

    void badDatagramsAreIgnored_data() {
        QTest::addColumn<int>("at");
        QTest::addColumn<int>("value");
        QTest::newRow("version") << 0 << 5;
        QTest::newRow("packet type") << 1 << 1;
        QTest::newRow("command") << 5 << 33;
        QTest::newRow("sequence") << 16 << -1;
        QTest::newRow("length") << 7 << 5;
    }
    void badDatagramsAreIgnored() {
        QFETCH(int, at);
        QFETCH(int, value);
        Fixture f;
        FakeChronyd server(f.path);
        server.onAsked = [&](const Asked& asked) {
            QByteArray bad = FakeChronyd::count(asked, 9);
            bad[at] = static_cast<char>(value < 0 ? ~bad.at(at) : value);
            server.send(asked, bad);
            server.send(asked, QByteArrayLiteral("garbage"));
            server.send(asked, QByteArray());
            server.send(asked, FakeChronyd::count(asked, 2));
        };
        ChronyClient client(f.path, kQuick);
        Answers answers;
        client.request(candm::sourceCountRequest(), &answers, answers.collect());
        QTRY_COMPARE(answers.all.size(), 1u);
        QVERIFY(answers.all.front().has_value());
        QCOMPARE(*answers.all.front().and_then(candm::sourceCount), 2u);
        QCOMPARE(client.ignoredDatagrams(), 3u);
    }

    void answerOfALaterVersionIsToldAtOnce_data() {
        QTest::addColumn<int>("at");
        QTest::addColumn<QString>("message");
        QTest::newRow("reply code") << 7 << QStringLiteral("reply code 200");
        QTest::newRow("status") << 9 << QStringLiteral("status 200");
    }
    /// And not after all tries, which would hold up everything that waits for it.
    void answerOfALaterVersionIsToldAtOnce() {
        QFETCH(int, at);
        QFETCH(QString, message);
        Fixture f;
        FakeChronyd server(f.path);
        server.onAsked = [&](const Asked& asked) {
            QByteArray unknown = FakeChronyd::count(asked, 9);
            unknown[at] = static_cast<char>(200);
            server.send(asked, unknown);
        };
        ChronyClient client(f.path, {8, 16, 1h, 3});
        Answers answers;
        client.request(candm::sourceCountRequest(), &answers, answers.collect());
        QTRY_COMPARE(answers.all.size(), 1u);
        QVERIFY(answers.firstError() == ErrorCode::Refused);
        QVERIFY(answers.all.front().error().message.contains(message));
        QCOMPARE(server.asked.size(), 1u);
    }

    void answerFromSomebodyElseIsIgnored() {
        Fixture f;
        FakeChronyd server(f.path);
        FakeChronyd stranger(f.path + QStringLiteral(".stranger"));
        QVERIFY(stranger.isBound());
        server.onAsked = [&](const Asked& asked) {
            stranger.send(asked, FakeChronyd::count(asked, 9));
            server.send(asked, FakeChronyd::count(asked, 2));
        };
        ChronyClient client(f.path, kQuick);
        Answers answers;
        client.request(candm::sourceCountRequest(), &answers, answers.collect());
        QTRY_COMPARE(answers.all.size(), 1u);
        QCOMPARE(*answers.all.front().and_then(candm::sourceCount), 2u);
        QCOMPARE(client.ignoredDatagrams(), 1u);
    }

    void retriesWithDoubledTimeouts() {
        Fixture f;
        FakeChronyd server(f.path);
        std::vector<qint64> times;
        QElapsedTimer timer;
        timer.start();
        server.onAsked = [&](const Asked& asked) {
            times.push_back(timer.elapsed());
            if (asked.attempt == 2) server.send(asked, FakeChronyd::count(asked, 1));
        };
        ChronyClient client(f.path, kQuick);
        Answers answers;
        client.request(candm::sourceCountRequest(), &answers, answers.collect());
        QTRY_COMPARE(answers.all.size(), 1u);
        QVERIFY(answers.all.front().has_value());
        QCOMPARE(server.asked.size(), 3u);
        QCOMPARE(server.asked[0].sequence, server.asked[2].sequence);
        QVERIFY(times[1] - times[0] >= 29);
        QVERIFY(times[2] - times[1] >= 59);
    }

    void silenceEndsInATimeout() {
        Fixture f;
        const FakeChronyd server(f.path);
        ChronyClient client(f.path, kQuick);
        Answers answers;
        QElapsedTimer timer;
        timer.start();
        client.request(candm::sourceCountRequest(), &answers, answers.collect());
        QTRY_COMPARE(answers.all.size(), 1u);
        QVERIFY(answers.firstError() == ErrorCode::Timeout);
        QVERIFY(timer.elapsed() >= 30 + 60 + 120 - 3);
        QCOMPARE(server.asked.size(), 3u);
        QCOMPARE(client.outstanding(), 0u);
    }

    void absentServerIsToldAtOnce() {
        Fixture f;
        ChronyClient client(f.path);
        Answers answers;
        client.request(candm::sourceCountRequest(), &answers, answers.collect());
        QTRY_COMPARE_WITH_TIMEOUT(answers.all.size(), 1u, 500);
        QVERIFY(answers.firstError() == ErrorCode::Io);

        // A server that appears later is found without further ado.
        FakeChronyd server(f.path);
        server.onAsked = [&](const Asked& asked) { server.send(asked, FakeChronyd::count(asked, 1)); };
        client.request(candm::sourceCountRequest(), &answers, answers.collect());
        QTRY_COMPARE(answers.all.size(), 2u);
        QVERIFY(answers.all.back().has_value());
    }

    void fewInFlightTheRestWaits() {
        Fixture f;
        FakeChronyd server(f.path);
        ChronyClient client(f.path, {3, 16, 10s, 1});
        Answers answers;
        for (int i = 0; i < 7; ++i) client.request(candm::sourceCountRequest(), &answers, answers.collect());
        QTRY_COMPARE(server.asked.size(), 3u);
        QCOMPARE(client.outstanding(), 7u);
        // In another order than they were asked.
        server.onAsked = [&](const Asked& asked) { server.send(asked, FakeChronyd::count(asked, 1)); };
        for (int i = 2; i >= 0; --i) {
            const Asked asked = server.asked[static_cast<std::size_t>(i)];
            server.send(asked, FakeChronyd::count(asked, static_cast<quint32>(10 + i)));
        }
        QTRY_COMPARE(answers.all.size(), 7u);
        QCOMPARE(*answers.all.front().and_then(candm::sourceCount), 12u);
        QCOMPARE(client.outstanding(), 0u);
        std::set<quint32> sequences;
        for (const Asked& asked : server.asked) sequences.insert(asked.sequence);
        QCOMPARE(sequences.size(), 7u);
    }

    void queueIsBounded() {
        Fixture f;
        const FakeChronyd server(f.path);
        ChronyClient client(f.path, {1, 2, 10s, 1});
        Answers answers;
        for (int i = 0; i < 4; ++i) client.request(candm::sourceCountRequest(), &answers, answers.collect());
        QTRY_COMPARE(answers.all.size(), 1u);
        QVERIFY(answers.firstError() == ErrorCode::Refused);
        client.close();
        QTRY_COMPARE(answers.all.size(), 4u);
        QVERIFY(answers.all.back().error().code == ErrorCode::Io);
    }

    /// Of three answers that come together the first ends the client; a fourth never came.
    void completionMayEndTheClient() {
        Fixture f;
        FakeChronyd server(f.path);
        auto client = std::make_unique<ChronyClient>(f.path, ClientLimits{8, 16, 1h, 1});
        Answers answers;
        client->request(candm::sourceCountRequest(), &answers, [&](const Result<candm::Reply>& reply) {
            answers.all.push_back(reply);
            client.reset();
        });
        for (int i = 0; i < 3; ++i) client->request(candm::sourceCountRequest(), &answers, answers.collect());
        QTRY_COMPARE(server.asked.size(), 4u);
        for (std::size_t i = 0; i < 3; ++i) server.send(server.asked[i], FakeChronyd::count(server.asked[i], 1));
        QTRY_COMPARE(answers.all.size(), 4u);
        QVERIFY(!client);
        QCOMPARE(std::count_if(answers.all.begin(), answers.all.end(), [](const auto& reply) { return !!reply; }), 3);
    }

    void endOfTheClientIsAnAnswer() {
        Fixture f;
        const FakeChronyd server(f.path);
        auto client = std::make_unique<ChronyClient>(f.path, ClientLimits{1, 16, 1h, 1});
        Answers answers;
        for (int i = 0; i < 2; ++i) client->request(candm::sourceCountRequest(), &answers, answers.collect());
        client.reset();
        QVERIFY(answers.all.empty());
        QTRY_COMPARE(answers.all.size(), 2u);
        QVERIFY(answers.firstError() == ErrorCode::Io);
    }

    void goneContextIsNotCalled() {
        Fixture f;
        FakeChronyd server(f.path);
        ChronyClient client(f.path, kQuick);
        Answers answers;
        auto context = std::make_unique<QObject>();
        client.request(candm::sourceCountRequest(), context.get(), answers.collect());
        QTRY_COMPARE(server.asked.size(), 1u);
        context.reset();
        server.send(server.asked.front(), FakeChronyd::count(server.asked.front(), 1));
        QTRY_COMPARE(client.outstanding(), 0u);
        QCoreApplication::processEvents();
        QVERIFY(answers.all.empty());
    }

    void leavesNoNameBehind() {
        Fixture f;
        (void)f.tree.write(QStringLiteral("run/fos1-1-0000000000000000.client"), {});  // of a process that was killed
        {
            FakeChronyd server(f.path);
            ChronyClient client(f.path, kQuick);
            Answers answers;
            client.request(candm::sourceCountRequest(), &answers, answers.collect());
            QCOMPARE(f.names().size(), 3);
            UnixDatagramSocket::removeLeftovers(f.tree.path() + QStringLiteral("/run"));
            QCOMPARE(f.names().size(), 2);
        }
        QCOMPARE(f.names(), QStringList());
    }

    void tooLongAPathIsTold() {
        const TestTree tree;
        const QString directory = tree.directory(QString(100, u'd'));
        ChronyClient client(directory + QStringLiteral("/chronyd.sock"));
        Answers answers;
        client.request(candm::sourceCountRequest(), &answers, answers.collect());
        QTRY_COMPARE(answers.all.size(), 1u);
        QVERIFY(answers.all.front().error().message.contains(QStringLiteral("longer than 107 bytes")));
    }

    /// A real chronyd whose clock is made to look 250 ms slow, against chronyc's words about the same chronyd.
    void agreesWithChronyc() {
        const TestTree tree;
        Upstream upstream(tree);
        QVERIFY2(upstream.start(), upstream.log().constData());
        // "127.1" is a name to chronyd, and one that resolves without a DNS server and an /etc/hosts (inet_aton(3)).
        Upstream follower(
            tree, QStringLiteral("follower"),
            "server 127.1 iburst minpoll -2 maxpoll -2 offset 0.25 port " + QByteArray::number(upstream.port()) + "\n");
        QVERIFY2(follower.start(), follower.log().constData());
        ChronyClient client(follower.socket());
        ChronyMonitor monitor(client, {100ms, 50ms});
        std::optional<Observation> seen;
        connect(&monitor, &ChronyMonitor::observed, this, [&seen](const Observation& now) { seen = now; });
        monitor.start();
        QTRY_VERIFY(seen && seen->tracking && seen->tracking->leap == time::LeapState::Normal && seen->statistics &&
                    seen->statistics->front().samples >= 5);
        // No more samples, so that both look at the same numbers.
        setPoll(follower.socket(), {QStringLiteral("127.0.0.1")}, 10);
        StandingStill still;
        QTRY_VERIFY_WITH_TIMEOUT(still.since(*seen, 1), 10'000);
        QElapsedTimer sinceLook;
        sinceLook.start();
        seen.reset();
        QTRY_VERIFY(seen && seen->tracking && seen->sources && seen->statistics);
        monitor.stop();

        const QStringList tracking = chronyc(follower.socket(), QStringLiteral("tracking")).value(0);
        QCOMPARE(tracking.size(), 14);
        const Tracking& t = *seen->tracking;
        QCOMPARE(QStringLiteral("%1").arg(t.refId, 8, 16, QLatin1Char('0')).toUpper(), tracking.at(0));
        QCOMPARE(t.address.ip()->text(), tracking.at(1));
        QCOMPARE(QString::number(t.stratum), tracking.at(2));
        // Nobody sets this clock: its offset goes on with its frequency, 1 ppb for 1 s is 1 ns.
        const std::chrono::nanoseconds drift(std::llabs(t.frequencyPpb) * sinceLook.elapsed() / 1000);
        QVERIFY(isNear(tracking.at(4), -t.clockOffset, 10us + drift));  // chronyc: positive = slow
        QVERIFY(t.clockOffset < -200ms);
        QCOMPARE(seconds(t.lastOffset), tracking.at(5));
        QCOMPARE(seconds(t.rmsOffset), tracking.at(6));
        QCOMPARE(ppb(tracking.at(7)), t.frequencyPpb);
        QCOMPARE(ppb(tracking.at(8)), t.residualFrequencyPpb);
        QCOMPARE(ppb(tracking.at(9)), t.skewPpb);
        QCOMPARE(seconds(t.rootDelay), tracking.at(10));
        QCOMPARE(tracking.at(13), QStringLiteral("Normal"));

        const QStringList source = chronyc(follower.socket(), QStringLiteral("sources")).value(0);
        QCOMPARE(source.size(), 10);
        const SourceReport& s = seen->sources->front();
        QCOMPARE(source.at(0) + source.at(1), QStringLiteral("^*"));
        QVERIFY(s.mode == SourceMode::Server && s.state == SourceState::Selected);
        QCOMPARE(s.address.ip()->text(), source.at(2));
        QCOMPARE(QString::number(s.stratum), source.at(3));
        QCOMPARE(QString::number(s.poll), source.at(4));
        QCOMPARE(s.name, QStringLiteral("127.1"));  // as configured, not as resolved
        QVERIFY(isNear(source.at(7), s.offset, 1us));

        const QStringList statistics = chronyc(follower.socket(), QStringLiteral("sourcestats")).value(0);
        QCOMPARE(statistics.size(), 8);
        const SourceStatistics& x = seen->statistics->front();
        QCOMPARE(QString::number(x.samples), statistics.at(1));
        QCOMPARE(seconds(x.deviation), statistics.at(7));

        const QStringList data = chronyc(follower.socket(), QStringLiteral("ntpdata")).value(0);
        QVERIFY(data.size() > 20);
        QCOMPARE(seconds(*s.delay), data.at(19));
    }

    void dumpAndActivityOfTheRealOne() {
        const TestTree tree;
        Upstream chronyd(tree);
        QVERIFY2(chronyd.start(), chronyd.log().constData());
        ChronyClient client(chronyd.socket());
        Answers dumped, active;
        client.request(candm::dumpRequest(), &dumped, dumped.collect());
        client.request(candm::activityRequest(), &active, active.collect());
        QTRY_COMPARE(active.all.size(), 1u);
        QVERIFY(dumped.all.size() == 1 && dumped.all.front().has_value());
        QVERIFY((active.all.front().and_then(candm::activity) == candm::Activity{}));
    }
};

QTEST_GUILESS_MAIN(TestChronyClient)
#include "tst_chrony_client.moc"
