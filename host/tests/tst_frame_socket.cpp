// SPDX-License-Identifier: GPL-2.0-or-later
// The link's socket: frames in arbitrary chunks, bounded memory with a peer that does not read, invalid data, a closed
// link.
#include <sys/socket.h>
#include <unistd.h>

#include <QTest>
#include <QtEndian>
#include <thread>

#include "link/frame_socket.h"

using namespace fos1;
using namespace fos1::link;
using namespace std::chrono_literals;

namespace {

struct Pair {
    int ours = -1;    ///< for a FrameSocket, which owns it
    int theirs = -1;  ///< raw
    Pair() {
        int ends[2] = {-1, -1};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) {
            ours = ends[0];
            theirs = ends[1];
        }
    }
};

void write(int fd, const QByteArray& bytes) {
    QCOMPARE(::write(fd, bytes.constData(), static_cast<std::size_t>(bytes.size())), bytes.size());
}

}  // namespace

class TestFrameSocket : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void framesArriveByteByByte() {
        const Pair pair;
        FrameSocket socket(pair.ours);
        std::vector<qint64> pings;
        connect(&socket, &FrameSocket::received, this, [&](const Message& m) { pings.push_back(m.integer(0)); });
        const QByteArray bytes = encodeFrame(MessageType::Ping, {1}) + encodeFrame(MessageType::Ping, {2});
        for (const char byte : bytes) {
            write(pair.theirs, QByteArray(1, byte));
            QCoreApplication::processEvents();
        }
        QTRY_COMPARE(pings, (std::vector<qint64>{1, 2}));
        ::close(pair.theirs);
    }

    void manyFramesDoNotHoldTheLoop() {
        const Pair pair;
        FrameSocket socket(pair.ours);
        int received = 0;
        int turns = 0;
        connect(&socket, &FrameSocket::received, this, [&](const Message&) {
            ++received;
            QElapsedTimer busy;
            for (busy.start(); busy.nsecsElapsed() < 50'000;) {
            }
        });
        QTimer turn;
        connect(&turn, &QTimer::timeout, this, [&] { ++turns; });
        turn.start(0);
        QByteArray bytes;
        for (int i = 0; i < 2000; ++i) bytes += encodeFrame(MessageType::Ping, {i});
        std::thread writer([&] { write(pair.theirs, bytes); });
        QTRY_COMPARE(received, 2000);
        writer.join();
        // 100 ms of work in slices of about 5 ms: other events were handled in between.
        QVERIFY2(turns >= 10, qPrintable(QString::number(turns)));
        ::close(pair.theirs);
    }

    /// The last messages of a peer that dies may be many, and each may cost time.
    void drainingHasABudget() {
        const Pair pair;
        FrameSocket socket(pair.ours);
        int received = 0;
        connect(&socket, &FrameSocket::received, this, [&] {
            ++received;
            QElapsedTimer busy;
            for (busy.start(); busy.nsecsElapsed() < 500'000;) {
            }
        });
        QByteArray bytes;
        for (int i = 0; i < 2000; ++i) bytes += encodeFrame(MessageType::Ping, {i});
        write(pair.theirs, bytes);
        QElapsedTimer timer;
        timer.start();
        socket.drain();
        QVERIFY2(timer.elapsed() < 300, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(received > 0);
        ::close(pair.theirs);
    }

    void whatWaitsIsConflated() {
        const Pair pair;
        FrameSocket socket(pair.ours);
        for (int i = 0; i < 100'000; ++i)
            QVERIFY(socket.send(MessageType::Publish, {"t/v1", "k", QCborMap{{QStringLiteral("n"), i}}, 0}, "k"));
        QCOMPARE(socket.waiting(), std::size_t{1});
        socket.flush();
        QByteArray got(4096, Qt::Uninitialized);
        got.resize(::recv(pair.theirs, got.data(), 4096, 0));
        const auto message = decodeFrame(got.mid(kLengthBytes));
        QVERIFY(message.has_value());
        QCOMPARE(message->map(2).value(QStringLiteral("n")).toInteger(), qint64{99'999});
        ::close(pair.theirs);
    }

    void aPeerThatDoesNotReadCostsNoMemory() {
        const Pair pair;
        FrameSocket socket(pair.ours);
        const QByteArray big(10'000, 'x');
        for (int i = 0; i < 100'000; ++i) {
            socket.send(MessageType::State, {1, "t/v1", "k", 1, QCborMap{{QStringLiteral("x"), big}}, QCborMap()}, "k");
            if (i % 100 == 0) socket.flush();
        }
        QVERIFY(socket.waiting() <= 1);
        // Frames without a key are kept, up to a limit.
        std::size_t accepted = 0;
        while (accepted < 100'000 && socket.send(MessageType::Event, {QCborMap()})) ++accepted;
        QVERIFY(accepted <= FrameSocket::kMaxWaiting);
        ::close(pair.theirs);
    }

    void garbageCloses_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("why");
        QTest::newRow("length") << QByteArray("\xff\xff\xff\xff") << "a frame of 4294967295 bytes";
        QTest::newRow("content") << QByteArray("\x00\x00\x00\x01x", 5) << "not CBOR";
        QTest::newRow("end") << QByteArray() << "";
        QTest::newRow("end within a frame") << QByteArray("\x00\x00\x00\x10x", 5) << "";
    }
    void garbageCloses() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, why);
        const Pair pair;
        FrameSocket socket(pair.ours);
        QStringList closed;
        int received = 0;
        connect(&socket, &FrameSocket::received, this, [&] { ++received; });
        connect(&socket, &FrameSocket::closed, this, [&](const QString& reason) { closed.append(reason); });
        write(pair.theirs, bytes + (why.isEmpty() ? QByteArray() : encodeFrame(MessageType::Ping, {1})));
        ::close(pair.theirs);
        QTRY_COMPARE(closed.size(), 1);
        QVERIFY2(why.isEmpty() ? closed.first().isEmpty() : closed.first().startsWith(why), qPrintable(closed.first()));
        QCOMPARE(received, 0);
    }

    void aReplyIsWaitedForAndTheRestComesLater() {
        const Pair pair;
        FrameSocket socket(pair.ours);
        std::vector<qint64> pings;
        connect(&socket, &FrameSocket::received, this, [&](const Message& m) { pings.push_back(m.integer(0)); });
        std::thread host([&] {
            QByteArray request(4096, Qt::Uninitialized);
            if (::recv(pair.theirs, request.data(), 4096, 0) <= 0) return;
            write(pair.theirs, encodeFrame(MessageType::Ping, {1}) + encodeFrame(MessageType::Reply, {9, "yes"}) +
                                   encodeFrame(MessageType::Ping, {2}));
        });
        socket.send(MessageType::Retract, {9, "t/v1", "k", ""});
        const auto reply = socket.waitForReply(9, 5s);
        host.join();
        QVERIFY(reply.has_value());
        QCOMPARE(reply->toString(), QStringLiteral("yes"));
        QVERIFY(pings.empty());
        QTRY_COMPARE(pings, (std::vector<qint64>{1, 2}));
        QVERIFY(!socket.waitForReply(10, 20ms));
        ::close(pair.theirs);
        QVERIFY(!socket.waitForReply(11, 5s));
    }
};

QTEST_GUILESS_MAIN(TestFrameSocket)
#include "tst_frame_socket.moc"
