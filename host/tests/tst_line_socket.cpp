// SPDX-License-Identifier: GPL-2.0-or-later
// Lines over a socket: bounds of a line, of a turn, of what is unread and unanswered; and a peer that has sent its end.
#include <sys/socket.h>
#include <unistd.h>

#include <QTest>
#include <thread>

#include "control/line_socket.h"

using fos1::host::LineSocket;

namespace {

constexpr LineSocket::Limits kLimits{1000, 10'000, 4};

struct Fixture {
    int theirs = -1;
    std::unique_ptr<LineSocket> socket;
    QList<QByteArray> lines;
    int tooLong = 0;
    bool isClosed = false;

    explicit Fixture(const LineSocket::Limits& limits = kLimits) {
        int ends[2] = {-1, -1};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) qFatal("socketpair");
        theirs = ends[0];
        socket = std::make_unique<LineSocket>(ends[1], limits, nullptr);
        QObject::connect(socket.get(), &LineSocket::line, socket.get(),
                         [this](const QByteArray& line) { lines << line; });
        QObject::connect(socket.get(), &LineSocket::tooLong, socket.get(), [this] { ++tooLong; });
        QObject::connect(socket.get(), &LineSocket::closed, socket.get(), [this] { isClosed = true; });
    }
    ~Fixture() { ::close(theirs); }
    Fixture(const Fixture&) = delete;
    Fixture& operator=(const Fixture&) = delete;

    void write(const QByteArray& bytes) const {
        for (qsizetype at = 0; at < bytes.size();) {
            const ssize_t sent = ::send(theirs, bytes.constData() + at, static_cast<std::size_t>(bytes.size() - at), 0);
            if (sent <= 0) return;
            at += sent;
        }
    }
    void end() const { ::shutdown(theirs, SHUT_WR); }
    [[nodiscard]] QByteArray read() const {
        QByteArray bytes(1 << 20, '\0');
        bytes.resize(
            std::max<ssize_t>(::recv(theirs, bytes.data(), static_cast<std::size_t>(bytes.size()), MSG_DONTWAIT), 0));
        return bytes;
    }
};

}  // namespace

class TestLineSocket : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void lines() {
        const Fixture f;
        f.write("one\ntw");
        QTRY_COMPARE(f.lines, QList<QByteArray>{"one"});
        f.write("o\n\nthree\n");
        QTRY_COMPARE(f.lines, (QList<QByteArray>{"one", "two", "", "three"}));
        f.socket->send("four");
        QCOMPARE(f.read(), QByteArray("four\n"));
    }

    void longLines() {
        const Fixture f;
        std::thread writer([&] {
            f.write(QByteArray(1000, 'x') + '\n' + QByteArray(1001, 'y') + '\n' + QByteArray(500'000, 'z') + "\nend\n");
        });
        QTRY_COMPARE(f.lines, (QList<QByteArray>{QByteArray(1000, 'x'), "end"}));
        writer.join();
        QCOMPARE(f.tooLong, 2);
    }

    void theEnd() {
        const Fixture f;
        auto answer = f.socket->expectAnswer();
        f.write("one\ntwo");
        f.end();
        QTRY_COMPARE(f.lines, (QList<QByteArray>{"one", "two"}));
        QVERIFY(!f.isClosed);
        f.socket->send("answer");
        QCOMPARE(f.read(), QByteArray("answer\n"));
        QVERIFY(!f.isClosed);
        answer.reset();
        QTRY_VERIFY(f.isClosed);
        const Fixture silent;
        silent.end();
        QTRY_VERIFY(silent.isClosed);
    }

    void anAnswerThatComesAfterTheSocket() {
        Fixture f;
        auto answer = f.socket->expectAnswer();
        f.socket.reset();
        answer.reset();
    }

    void thePeerIsGone() {
        const Fixture f;
        ::shutdown(f.theirs, SHUT_RDWR);
        for (int i = 0; i < 3; ++i) f.socket->send("x");
        QTRY_VERIFY(f.isClosed);
    }

    void whatIsNotAnswered() {
        const Fixture f;
        std::vector<std::shared_ptr<void>> answers;
        connect(f.socket.get(), &LineSocket::line, f.socket.get(),
                [&] { answers.push_back(f.socket->expectAnswer()); });
        f.write("1\n2\n3\n4\n5\n6\n");
        QTRY_COMPARE(f.lines.size(), 4);
        QTest::qWait(50);
        QCOMPARE(f.lines.size(), 4);
        answers.erase(answers.begin());
        QTRY_COMPARE(f.lines.size(), 5);
    }

    void whatIsNotRead() {
        const Fixture f;
        connect(f.socket.get(), &LineSocket::line, f.socket.get(), [&] { f.socket->send(QByteArray(100'000, 'x')); });
        QByteArray many;
        for (int i = 0; i < 100; ++i) many += "?\n";
        f.write(many);
        QTRY_VERIFY(!f.lines.isEmpty());
        QTest::qWait(50);
        QVERIFY2(f.lines.size() < 10, qPrintable(QString::number(f.lines.size())));
        qsizetype got = 0;
        QVERIFY2(QTest::qWaitFor([&] { return (got += f.read().size()) == 100 * 100'001; }),
                 qPrintable(QString::number(got)));
        QCOMPARE(f.lines.size(), 100);
    }

    void aTurnIsShort() {
        const Fixture f({1 << 20, 1 << 20, 4});
        connect(f.socket.get(), &LineSocket::line, f.socket.get(), [] {
            QElapsedTimer busy;
            for (busy.start(); busy.nsecsElapsed() < 20'000;) {
            }
        });
        qint64 longest = 0;
        QElapsedTimer since;
        QTimer turn;
        connect(&turn, &QTimer::timeout, this, [&] { longest = std::max(longest, since.restart()); });
        since.start();
        turn.start(0);
        // Half a second of work.
        std::thread writer([&] { f.write(QByteArray(25'000, '\n')); });
        QTRY_COMPARE_WITH_TIMEOUT(f.lines.size(), 25'000, 20'000);
        writer.join();
        QVERIFY2(longest < 200, qPrintable(QString::number(longest)));
    }
};

QTEST_GUILESS_MAIN(TestLineSocket)
#include "tst_line_socket.moc"
