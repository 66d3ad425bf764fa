// SPDX-License-Identifier: GPL-2.0-or-later
// The transport, with a server that misbehaves on request: nothing but the answer to the question counts.
#include <QTest>

#include "support/scripted_dns.h"
#include "update/dns_client.h"

using namespace fos1;
using namespace fos1::dns;

namespace {

const Question kQuestion{DnsName::parse("ntp.lan.test").value(), RecordType::A};

QByteArray answerTo(const QByteArray& query, int rcode = 0) {
    QByteArray answer = query;
    answer[2] = static_cast<char>(answer[2] | '\x84');
    answer[3] = static_cast<char>(rcode);
    return answer;
}

QByteArray with(QByteArray message, qsizetype at, char byte) {
    message[at] = byte;
    return message;
}

}  // namespace

using Wrong = std::function<QByteArray(const QByteArray&)>;
Q_DECLARE_METATYPE(Wrong)

class TestDnsClient : public QObject {
    Q_OBJECT

    /// "rcode 0", with "?" when it is doubted, or the error.
    static QString ask(DnsClient& client, Transport transport, const DnsClient::Doubts& doubts = {}) {
        std::optional<QString> outcome;
        client.ask(
            queryMessage(client.freeId(), kQuestion, Recursion::NotDesired), transport,
            [&](const Result<Reply>& reply) {
                outcome = !reply ? reply.error().message
                                 : QStringLiteral("rcode %1%2")
                                       .arg(reply->answer.rcode)
                                       .arg(reply->isDoubted ? QStringLiteral("?") : QString());
            },
            doubts);
        (void)QTest::qWaitFor([&] { return outcome.has_value(); }, 20'000);
        return outcome.value_or(QStringLiteral("nothing"));
    }

   private Q_SLOTS:
    void whatIsNoAnswerIsWaitedOut_data() {
        QTest::addColumn<Wrong>("wrong");
        const auto row = [](const char* what, const Wrong& wrong) { QTest::newRow(what) << wrong; };
        row("another id", [](const QByteArray& query) { return with(answerTo(query), 0, char(query[0] + 1)); });
        row("a question", [](const QByteArray& query) { return query; });
        row("another question", [](const QByteArray& query) { return with(answerTo(query), 13, 'x'); });
        row("another opcode", [](const QByteArray& query) { return with(answerTo(query), 2, '\xa8'); });
        row("cut", [](const QByteArray& query) { return answerTo(query).chopped(3); });
        row("a loop", [](const QByteArray& query) {
            return with(answerTo(query).left(12), 7, 1) + QByteArray("\xc0\x0c\0\1\0\1\0\0\0\0\0\0", 12);
        });
        row("short", [](const QByteArray&) { return QByteArray("x"); });
        row("empty", [](const QByteArray&) { return QByteArray(); });
    }
    void whatIsNoAnswerIsWaitedOut() {
        QFETCH(const Wrong, wrong);
        ScriptedDns server([&](const QByteArray& query, ScriptedDns::Over) {
            return QByteArrayList{wrong(query), answerTo(query, 3)};
        });
        DnsClient client;
        client.setServer(QHostAddress::LocalHost, server.port());
        QCOMPARE(ask(client, Transport::Udp), QStringLiteral("rcode 3"));
        if (!wrong(QByteArray(20, 'q')).isEmpty()) QCOMPARE(ask(client, Transport::Tcp), QStringLiteral("rcode 3"));
    }

    void anAnswerFromAnotherAddressIsNone() {
        QUdpSocket other;
        QVERIFY(other.bind(QHostAddress("127.0.0.2")));
        quint16 asker = 0;
        int count = 0;
        QUdpSocket server;
        QVERIFY(server.bind(QHostAddress::LocalHost));
        connect(&server, &QUdpSocket::readyRead, &server, [&] {
            const QNetworkDatagram datagram = server.receiveDatagram();
            asker = static_cast<quint16>(datagram.senderPort());
            other.writeDatagram(answerTo(datagram.data(), 5), QHostAddress(QHostAddress::LocalHost), asker);
            // The first message gets no other answer.
            if (++count == 2) server.writeDatagram(answerTo(datagram.data()), datagram.senderAddress(), asker);
        });
        DnsClient client;
        client.setServer(QHostAddress::LocalHost, server.localPort());
        QCOMPARE(ask(client, Transport::Udp), QStringLiteral("rcode 0"));
        QCOMPARE(count, 2);
    }

    void aTruncatedAnswerIsAskedForOverTcp() {
        QList<ScriptedDns::Over> ways;
        ScriptedDns server([&](const QByteArray& query, ScriptedDns::Over over) {
            ways.append(over);
            const QByteArray answer = answerTo(query);
            return QByteArrayList{over == ScriptedDns::Over::Udp ? with(answer, 2, '\x86') : answer};
        });
        DnsClient client;
        client.setServer(QHostAddress::LocalHost, server.port());
        QCOMPARE(ask(client, Transport::Udp), QStringLiteral("rcode 0"));
        QCOMPARE(ways, QList<ScriptedDns::Over>({ScriptedDns::Over::Udp, ScriptedDns::Over::Tcp}));
    }

    /// Anybody can send an unsigned refusal.
    void aBetterAnswerIsWaitedFor() {
        bool hasBetter = true;
        ScriptedDns server([&](const QByteArray& query, ScriptedDns::Over) {
            QByteArrayList answers{answerTo(query, 9)};
            if (hasBetter) answers.append(answerTo(query));
            return answers;
        });
        DnsClient client;
        client.setServer(QHostAddress::LocalHost, server.port());
        const auto doubts = [](const QByteArray&, const Answer& answer) { return answer.rcode == 9; };
        QCOMPARE(ask(client, Transport::Udp, doubts), QStringLiteral("rcode 0"));
        hasBetter = false;
        QCOMPARE(ask(client, Transport::Udp, doubts), QStringLiteral("rcode 9?"));
    }

    void aSilentServerIsAskedThreeTimes() {
        ScriptedDns server([](const QByteArray&, ScriptedDns::Over) { return QByteArrayList(); });
        DnsClient client;
        client.setServer(QHostAddress::LocalHost, server.port());
        QCOMPARE(ask(client, Transport::Udp), QStringLiteral("no answer to 3 messages over UDP within 4 s"));
        QCOMPARE(server.asked(), 3);
    }

    void rubbishIsNamed() {
        ScriptedDns server(
            [](const QByteArray& query, ScriptedDns::Over) { return QByteArrayList{with(answerTo(query), 13, 'x')}; });
        DnsClient client;
        client.setServer(QHostAddress::LocalHost, server.port());
        QCOMPARE(ask(client, Transport::Udp), QStringLiteral("no usable answer: the answer is to another question"));
    }

    void nobodyListens() {
        quint16 port = 0;
        {
            const ScriptedDns gone([](const QByteArray&, ScriptedDns::Over) { return QByteArrayList(); });
            port = gone.port();
        }
        DnsClient client;
        client.setServer(QHostAddress::LocalHost, port);
        QCOMPARE(ask(client, Transport::Tcp), QStringLiteral("TCP: Connection refused"));
    }

    void manyMessagesShareAConnection() {
        ScriptedDns server([](const QByteArray& query, ScriptedDns::Over) { return QByteArrayList{answerTo(query)}; });
        // It closes the connection now and then, as servers do with idle ones.
        server.closesAfter = 100;
        DnsClient client;
        client.setServer(QHostAddress::LocalHost, server.port());
        int answered = 0;
        for (int round = 0; round < 3; ++round) {
            for (int i = 0; i < 100; ++i)
                client.ask(queryMessage(client.freeId(), kQuestion, Recursion::NotDesired), Transport::Tcp,
                           [&](const Result<Reply>& reply) {
                               if (reply) ++answered;
                           });
            QTRY_COMPARE_WITH_TIMEOUT(answered, 100 * (round + 1), 10'000);
        }
        QCOMPARE(client.underWay(), std::size_t(0));
    }

    void noCallFollowsACancel() {
        ScriptedDns server([](const QByteArray& query, ScriptedDns::Over) { return QByteArrayList{answerTo(query)}; });
        DnsClient client;
        client.setServer(QHostAddress::LocalHost, server.port());
        int calls = 0;
        for (const Transport transport : {Transport::Udp, Transport::Tcp})
            client.ask(queryMessage(client.freeId(), kQuestion, Recursion::NotDesired), transport,
                       [&](const Result<Reply>&) { ++calls; });
        client.cancel();
        QCOMPARE(ask(client, Transport::Udp), QStringLiteral("rcode 0"));
        QCOMPARE(calls, 0);
    }
};

QTEST_GUILESS_MAIN(TestDnsClient)
#include "tst_dns_client.moc"
