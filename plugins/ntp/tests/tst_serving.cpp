// SPDX-License-Identifier: GPL-2.0-or-later
// Questions as a client asks them, over real sockets; and who has a port, from the kernel.
#include <unistd.h>
#include <QNetworkDatagram>
#include <QSignalSpy>
#include <QTest>
#include <QUdpSocket>
#include <QtEndian>

#include "serving/port_holders.h"
#include "serving/time_questions.h"

using namespace fos1::ntp;

namespace {

const IpAddress kLoopback = *IpAddress::parse(QStringLiteral("127.0.0.1"));

/// Stratum 2, refid 10.1.0.1, set at 2026-11-28 00:00:00.5 UTC.
QByteArray answerTo(const QByteArray& request) {
    QByteArray answer(48, '\0');
    answer[0] = 4 << 3 | 4;
    answer[1] = 2;
    qToBigEndian<quint32>(0x0A010001, answer.data() + 12);
    qToBigEndian<quint32>(3'988'828'800U, answer.data() + 16);
    qToBigEndian<quint32>(0x80000000, answer.data() + 20);
    answer.replace(24, 8, request.sliced(40, 8));
    return answer;
}

}  // namespace

class TestServing : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void anAnswerHasItsReference() {
        QByteArray request(48, '\0');
        qToBigEndian<quint64>(4711, request.data() + 40);
        const auto reference = readAnswer(answerTo(request), 4711);
        QVERIFY(reference);
        QVERIFY((*reference == TimeReference{0, 2, 0x0A010001, 1'779'840'000'500'000'000}));
    }

    void whatDoesNotAnswerTheRequestIsIgnored() {
        QByteArray request(48, '\0');
        qToBigEndian<quint64>(4711, request.data() + 40);
        QByteArray packet = answerTo(request);
        QVERIFY(!readAnswer(packet, 4712));
        QVERIFY(!readAnswer(packet.chopped(1), 4711));
        QVERIFY(!readAnswer({}, 4711));
        packet[0] = 4 << 3 | 3;  // a request
        QVERIFY(!readAnswer(packet, 4711));
    }

    void asksAndHears() {
        QUdpSocket server;
        QVERIFY(server.bind(QHostAddress::LocalHost));
        connect(&server, &QUdpSocket::readyRead, &server, [&server] {
            const QNetworkDatagram request = server.receiveDatagram();
            server.writeDatagram(QByteArray("rubbish"), request.senderAddress(),
                                 static_cast<quint16>(request.senderPort()));
            server.writeDatagram(answerTo(request.data()), request.senderAddress(),
                                 static_cast<quint16>(request.senderPort()));
        });
        TimeQuestions questions;
        QSignalSpy finished(&questions, &TimeQuestions::finished);
        std::vector<TimeReference> heard;
        connect(&questions, &TimeQuestions::answered, this,
                [&heard](const IpAddress&, const TimeReference& reference) { heard.push_back(reference); });
        questions.ask({kLoopback}, server.localPort());
        QVERIFY(finished.wait(2000));
        QCOMPARE(heard.size(), 1U);
        QCOMPARE(heard[0].refId, 0x0A010001U);
    }

    void silenceIsReported() {
        QUdpSocket server;  // which reads nothing
        QVERIFY(server.bind(QHostAddress::LocalHost));
        TimeQuestions questions;
        QSignalSpy finished(&questions, &TimeQuestions::finished);
        QStringList why;
        connect(&questions, &TimeQuestions::unanswered, this,
                [&why](const IpAddress&, const QString& words) { why.append(words); });
        questions.ask({kLoopback}, server.localPort());
        QVERIFY(finished.wait(5000));
        QCOMPARE(why, QStringList(QStringLiteral("does not answer")));
    }

    void whatCannotBeSentIsReportedWithTheReason() {
        TimeQuestions questions;
        QSignalSpy finished(&questions, &TimeQuestions::finished);
        QStringList why;
        connect(&questions, &TimeQuestions::unanswered, this,
                [&why](const IpAddress&, const QString& words) { why.append(words); });
        questions.ask({kLoopback}, 0);  // there is no port 0
        QVERIFY(finished.wait(5000));
        QCOMPARE(why.size(), 1);
        QVERIFY2(why[0].startsWith(QStringLiteral("cannot be asked: ")), qPrintable(why[0]));
    }

    void theHolderOfAPortIsNamed() {
        QUdpSocket socket;
        QVERIFY(socket.bind(QHostAddress::AnyIPv6));
        const std::vector<PortHolder> holders = useOf(socket.localPort(), 1).others;
        QCOMPARE(holders.size(), 1U);
        QCOMPARE(holders[0].pid, qint64{::getpid()});
        QCOMPARE(holders[0].name, QStringLiteral("tst_serving"));
        QCOMPARE(holders[0].address, QStringLiteral("*"));
        const PortUse own = useOf(socket.localPort(), ::getpid());
        QVERIFY(own.others.empty() && own.isOursInet6 && !own.isOursInet4);
    }

    void theKernelsTables() {
        const QByteArray udp =
            "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref\n"
            "  100: 010AA8C0:007B 00000000:0000 07 00000000:00000000 00:00000000 00000000   104        0 4711 2 x 0\n"
            "  101: 00000000:007B 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4712 2 x 0\n"
            "  102: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4713 2 x 0\n"
            "rubbish\n";
        const auto sockets = socketsIn(udp, 123);
        QCOMPARE(sockets.size(), 2U);
        QVERIFY((sockets[0] == BoundSocket{QStringLiteral("192.168.10.1"), 123, 104, 4711}));
        QVERIFY((sockets[1] == BoundSocket{QStringLiteral("*"), 123, 0, 4712}));
        const QByteArray udp6 = "  100: 000000FD000000000000000001000000:007B 0:0000 07 0:0 0:0 0 0 0 4714 2 x 0\n";
        QCOMPARE(socketsIn(udp6, 123)[0].address, QStringLiteral("fd00::1"));
    }
};

QTEST_GUILESS_MAIN(TestServing)
#include "tst_serving.moc"
