// SPDX-License-Identifier: GPL-2.0-or-later
// The HTTP face over a real socket: routes, methods, garbage, a port that is taken.
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
   private Q_SLOTS:
    void initTestCase() {
        m_server.route("/x", [] { return HttpResponse{200, "text/plain", "hello\n"}; });
        QVERIFY(m_server.listen("127.0.0.1", 0).has_value());
    }

    void requests_data() {
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<bool>("hasBody");
        const QByteArray tail = " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n";
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
