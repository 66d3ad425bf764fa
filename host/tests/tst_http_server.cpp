// SPDX-License-Identifier: GPL-2.0-or-later
// The HTTP face over a real socket: routes, methods, invalid requests, an occupied port.
#include <QTcpSocket>
#include <QTest>
#include <QUrl>

#include "http/http_server.h"

using namespace fos1;
using namespace fos1::host;

namespace {

QByteArray ask(const HttpServer& server, const QByteArray& request) {
    QTcpSocket socket;
    socket.connectToHost("127.0.0.1", static_cast<quint16>(QUrl(server.url()).port()));
    socket.write(request);
    QByteArray answer;
    QDeadlineTimer deadline(5000);
    while (!deadline.hasExpired() && socket.state() != QAbstractSocket::UnconnectedState) {
        QTest::qWait(5);
        answer += socket.readAll();
    }
    return answer + socket.readAll();
}

}  // namespace

class TestHttpServer : public QObject {
    Q_OBJECT
    HttpServer m_server;
    HttpRequest m_seen;
   private Q_SLOTS:
    void initTestCase() {
        m_server.route("/x", [this](const HttpRequest& request) {
            m_seen = request;
            return HttpResponse{200, "text/plain", "hello\n"};
        });
        QVERIFY(m_server.listen("127.0.0.1", 0).has_value());
    }

    /// Many at once, as an attacker or several monitors would ask, cost the event loop one answer a turn.
    void requestsOfOneTurnShareAnAnswer() {
        HttpServer server;
        int made = 0;
        server.route(
            "/costly",
            [&](const HttpRequest&) {
                ++made;
                return HttpResponse{200, "text/plain", QByteArray(1 << 20, 'x') + QByteArray::number(made)};
            },
            HttpServer::Answer::Shared);
        QVERIFY(server.listen("127.0.0.1", 0).has_value());
        std::vector<std::unique_ptr<QTcpSocket>> clients;
        for (int i = 0; i < 20; ++i) {
            clients.push_back(std::make_unique<QTcpSocket>());
            clients.back()->connectToHost("127.0.0.1", static_cast<quint16>(QUrl(server.url()).port()));
            QVERIFY(clients.back()->waitForConnected(1000));
            clients.back()->write("GET /costly HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            QVERIFY(clients.back()->waitForBytesWritten(1000));  // without a turn of the server's loop
        }
        for (const auto& client : clients) {
            QTRY_COMPARE(client->state(), QAbstractSocket::UnconnectedState);
            QVERIFY(client->readAll().size() > 1 << 20);
        }
        QVERIFY2(made <= 5, qPrintable(QString::number(made)));
        const int before = made;
        QVERIFY(ask(server, "GET /costly HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").size() > 1 << 20);
        QCOMPARE(made, before + 1);  // nothing old is kept
    }

    void requests_data() {
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<bool>("hasBody");
        const QByteArray tail = " HTTP/1.1\r\nHost: 127.0.0.1:9559\r\nConnection: close\r\n";
        QTest::newRow("get") << "GET /x" + tail + "\r\n" << QByteArray("HTTP/1.1 200") << true;
        QTest::newRow("query") << "GET /x?a=b" + tail + "\r\n" << QByteArray("HTTP/1.1 200") << true;
        QTest::newRow("head") << "HEAD /x" + tail + "\r\n" << QByteArray("HTTP/1.1 200") << false;
        QTest::newRow("post") << "POST /x" + tail + "Content-Length: 3\r\n\r\nabc" << QByteArray("HTTP/1.1 405")
                              << false;
        QTest::newRow("missing") << "GET /y" + tail + "\r\n" << QByteArray("HTTP/1.1 404") << false;
        QTest::newRow("garbage") << QByteArray("\x16\x03\x01 garbage\r\n\r\n") << QByteArray("") << false;
    }
    void requests() {
        QFETCH(QByteArray, request);
        QFETCH(QByteArray, status);
        QFETCH(bool, hasBody);
        const QByteArray answer = ask(m_server, request);
        QVERIFY2(answer.startsWith(status), answer.constData());
        QCOMPARE(answer.endsWith("hello\n"), hasBody);
    }

    void aHandlerSeesTheRequest() {
        ask(m_server,
            "GET /x?kind=a%20b&n=1&n=2 HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n");
        QCOMPARE(m_seen.path, QByteArray("/x"));
        QCOMPARE(m_seen.query.at("kind"), QByteArray("a b"));
        QCOMPARE(m_seen.query.at("n"), QByteArray("2"));
        QCOMPARE(m_seen.headers.at("accept"), QByteArray("text/html"));
    }

    void hosts_data() {
        QTest::addColumn<QByteArray>("host");
        QTest::addColumn<bool>("isOurs");
        for (const char* host :
             {"127.0.0.1", "127.0.0.1:9559", "127.1.2.3:80", "localhost", "LocalHost:9559", "[::1]", "[::1]:9559"})
            QTest::newRow(host) << QByteArray(host) << true;
        for (const char* host : {"evil.example", "evil.example:9559", "127.0.0.1.evil.example",
                                 "localhost.evil.example", "10.0.0.1", "[::2]:9559", "127.1", "[", ""})
            QTest::newRow(*host ? host : "empty") << QByteArray(host) << false;
    }
    void hosts() {
        QFETCH(QByteArray, host);
        QFETCH(bool, isOurs);
        const QByteArray answer = ask(m_server, "GET /x HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
        QVERIFY2(answer.startsWith(isOurs ? "HTTP/1.1 200" : "HTTP/1.1 421"), answer.constData());
    }

    void elsewhereAnyHostMayBeNamed() {
        HttpServer server;
        server.route("/x", [](const HttpRequest&) { return HttpResponse{}; });
        QVERIFY(server.listen("0.0.0.0", 0).has_value());
        QVERIFY(ask(server, "GET /x HTTP/1.1\r\nHost: router.example\r\nConnection: close\r\n\r\n")
                    .startsWith("HTTP/1.1 200"));
    }

    /// More connections than are allowed, opened at once and closed again: the next ones are answered.
    void manyThatComeAndGo() {
        const auto port = static_cast<quint16>(QUrl(m_server.url()).port());
        for (int round = 0; round < 3; ++round) {
            std::vector<std::unique_ptr<QTcpSocket>> sockets;
            for (int i = 0; i < 150; ++i) {
                sockets.push_back(std::make_unique<QTcpSocket>());
                sockets.back()->connectToHost("127.0.0.1", port);
            }
            QTest::qWait(200);
            for (const auto& socket : sockets) socket->abort();
            sockets.clear();
            QTRY_VERIFY_WITH_TIMEOUT(ask(m_server, "GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                                         .startsWith("HTTP/1.1 200"),
                                     5000);
        }
    }

    /// Connections that send a byte now and then, and never a whole request.
    void slowOnesDoNotHoldEverything() {
        const auto port = static_cast<quint16>(QUrl(m_server.url()).port());
        std::vector<std::unique_ptr<QTcpSocket>> sockets;
        QTimer drip;
        connect(&drip, &QTimer::timeout, this, [&] {
            for (const auto& socket : sockets) {
                if (socket->state() == QAbstractSocket::UnconnectedState) socket->connectToHost("127.0.0.1", port);
                socket->write("G");
            }
        });
        for (int i = 0; i < 64; ++i) sockets.push_back(std::make_unique<QTcpSocket>());
        drip.start(300);
        QTest::qWait(1000);
        bool isAnswered = false;
        QElapsedTimer timer;
        timer.start();
        while (!isAnswered && timer.elapsed() < 15'000)
            isAnswered = ask(m_server, "GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                             .startsWith("HTTP/1.1 200");
        QVERIFY(isAnswered);
    }

    void aTakenPortIsAnError() {
        HttpServer second;
        const auto result = second.listen("127.0.0.1", static_cast<quint16>(QUrl(m_server.url()).port()));
        QVERIFY(!result.has_value());
        QVERIFY2(result.error().text().contains("cannot listen on 127.0.0.1"), qPrintable(result.error().text()));
    }

    void aWrongAddressIsAnError() {
        HttpServer server;
        QCOMPARE(server.listen("localhorst", 0).error().path, QStringLiteral("http.address"));
    }
};

QTEST_GUILESS_MAIN(TestHttpServer)
#include "tst_http_server.moc"
