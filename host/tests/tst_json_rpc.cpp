// SPDX-License-Identifier: GPL-2.0-or-later
// JSON-RPC 2.0: answers, refusals and the right to act; and its socket: limits, mode, invalid input.
#include <sys/resource.h>
#include <sys/stat.h>

#include <QJsonDocument>
#include <QLocalSocket>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "control/control_server.h"
#include "control/line_socket.h"

using namespace fos1;
using namespace fos1::host;

namespace {

RpcDispatcher makeDispatcher() {
    RpcDispatcher dispatcher;
    dispatcher.add("echo", RpcDispatcher::Access::Read,
                   [](const QJsonObject& params, const RpcReply& reply) { reply(params); });
    dispatcher.add("act", RpcDispatcher::Access::Act,
                   [](const QJsonObject&, const RpcReply& reply) { reply(QJsonValue(true)); });
    dispatcher.add("large", RpcDispatcher::Access::Read,
                   [](const QJsonObject&, const RpcReply& reply) { reply(QJsonValue(QString(1 << 20, u'x'))); });
    return dispatcher;
}

QJsonObject ask(const RpcDispatcher& dispatcher, const QByteArray& line, bool mayAct = true) {
    QByteArray answer;
    dispatcher.handle(line, {mayAct}, [&](const QByteArray& response) { answer = response; });
    return QJsonDocument::fromJson(answer).object();
}

int errorCode(const QJsonObject& response) { return response["error"].toObject()["code"].toInt(); }

/// Whether a request at this socket is answered.
bool isAnswered(const QString& path) {
    QLocalSocket client;
    client.connectToServer(path);
    client.write("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"act\"}\n");
    (void)QTest::qWaitFor([&] { return client.canReadLine(); }, 1000);
    return QJsonDocument::fromJson(client.readLine()).object()["result"].toBool();
}

}  // namespace

class TestJsonRpc : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void answers() {
        const auto dispatcher = makeDispatcher();
        const QJsonObject response = ask(dispatcher, R"({"jsonrpc":"2.0","id":7,"method":"echo","params":{"a":1}})");
        QCOMPARE(response["id"].toInt(), 7);
        QCOMPARE(response["result"].toObject()["a"].toInt(), 1);
        QVERIFY(ask(dispatcher, R"({"jsonrpc":"2.0","method":"echo"})").isEmpty());
    }

    /// A reader that wants no answer costs nothing; an action is carried out.
    void aNotificationThatOnlyReadsIsNotCarriedOut() {
        RpcDispatcher dispatcher;
        int read = 0;
        int acted = 0;
        dispatcher.add("read", RpcDispatcher::Access::Read, [&](const QJsonObject&, const RpcReply&) { ++read; });
        dispatcher.add("act", RpcDispatcher::Access::Act, [&](const QJsonObject&, const RpcReply&) { ++acted; });
        (void)ask(dispatcher, R"({"jsonrpc":"2.0","method":"read"})");
        (void)ask(dispatcher, R"({"jsonrpc":"2.0","method":"act"})");
        QCOMPARE(read, 0);
        QCOMPARE(acted, 1);
    }

    void refusals_data() {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<int>("code");
        QTest::newRow("garbage") << QByteArray("\x01\x02{{{") << -32700;
        QTest::newRow("array") << QByteArray("[]") << -32600;
        QTest::newRow("no version") << QByteArray(R"({"id":1,"method":"echo"})") << -32600;
        QTest::newRow("id of a wrong type") << QByteArray(R"({"jsonrpc":"2.0","id":{},"method":"echo"})") << -32600;
        QTest::newRow("unknown") << QByteArray(R"({"jsonrpc":"2.0","id":1,"method":"nope"})") << -32601;
        QTest::newRow("params") << QByteArray(R"({"jsonrpc":"2.0","id":1,"method":"echo","params":[1]})") << -32602;
        QTest::newRow("not permitted") << QByteArray(R"({"jsonrpc":"2.0","id":1,"method":"act"})") << -32001;
    }
    void refusals() {
        QFETCH(QByteArray, line);
        QFETCH(int, code);
        QCOMPARE(errorCode(ask(makeDispatcher(), line, false)), code);
    }

    void socketSurvivesGarbageAndHasItsMode() {
        const auto dispatcher = makeDispatcher();
        QTemporaryDir dir;
        const QString path = dir.filePath("s");
        ControlServer server(dispatcher);
        QVERIFY(server.listen(path, {}).has_value());
        struct stat info {};
        QCOMPARE(::stat(qPrintable(path), &info), 0);
        QCOMPARE(info.st_mode & 0777, mode_t{0660});

        QLocalSocket client;
        client.connectToServer(path);
        client.write("garbage\n\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"act\"}\n");
        QTRY_VERIFY(client.canReadLine());
        QCOMPARE(errorCode(QJsonDocument::fromJson(client.readLine()).object()), -32700);
        QTRY_VERIFY(client.canReadLine());
        QCOMPARE(QJsonDocument::fromJson(client.readLine()).object()["result"].toBool(), true);
    }

    void aLineThatIsTooLongIsSkippedAndSaidSo() {
        const auto dispatcher = makeDispatcher();
        QTemporaryDir dir;
        ControlServer server(dispatcher);
        QVERIFY(server.listen(dir.filePath("s"), {}).has_value());
        QLocalSocket client;
        client.connectToServer(dir.filePath("s"));
        client.write(QByteArray(3 << 20, 'x') + "\n" + R"({"jsonrpc":"2.0","id":1,"method":"act"})" + "\n");
        QTRY_VERIFY(client.canReadLine());
        QCOMPARE(errorCode(QJsonDocument::fromJson(client.readLine()).object()), -32600);
        QTRY_VERIFY(client.canReadLine());
        QCOMPARE(QJsonDocument::fromJson(client.readLine()).object()["result"].toBool(), true);
    }

    void aClientThatNeverReadsIsNotServedWithoutEnd() {
        int served = 0;
        auto dispatcher = makeDispatcher();
        dispatcher.add("count", RpcDispatcher::Access::Read, [&](const QJsonObject&, const RpcReply& reply) {
            ++served;
            reply(QJsonValue(QString(1 << 20, u'x')));
        });
        QTemporaryDir dir;
        ControlServer server(dispatcher);
        QVERIFY(server.listen(dir.filePath("s"), {}).has_value());
        QLocalSocket client;
        client.setReadBufferSize(1024);
        client.connectToServer(dir.filePath("s"));
        for (int i = 0; i < 100; ++i) client.write("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"count\"}\n");
        QTRY_VERIFY(served >= 8);
        QTest::qWait(50);
        QVERIFY2(served < 20, qPrintable(QString::number(served)));
        // Once it reads, it receives everything.
        client.setReadBufferSize(0);
        qint64 lines = 0;
        QTRY_VERIFY_WITH_TIMEOUT((lines += client.readAll().count('\n')) == 100, 20'000);
    }

    void clientsThatNeverReadCostBoundedMemory() {
        const auto dispatcher = makeDispatcher();
        QTemporaryDir dir;
        ControlServer server(dispatcher);
        QVERIFY(server.listen(dir.filePath("s"), {}).has_value());
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression("closed a connection .* that does not read"));
        std::vector<std::unique_ptr<QLocalSocket>> clients;
        for (int i = 0; i < 6; ++i) {
            clients.push_back(std::make_unique<QLocalSocket>());
            QLocalSocket& client = *clients.back();
            client.setReadBufferSize(1024);
            client.connectToServer(dir.filePath("s"));
        }
        const auto open = [&] { return server.findChildren<LineSocket*>().size(); };
        QTRY_COMPARE(open(), 6);
        for (const auto& client : clients)
            for (int i = 0; i < 20; ++i)
                client->write(R"({"jsonrpc":"2.0","id":1,"method":"large"})"
                              "\n");
        QTRY_VERIFY(open() < 6);
        QVERIFY(isAnswered(dir.filePath("s")));
        QVERIFY(open() > 2);
    }

    void aSocketThatIsRemovedComesBack() {
        const auto dispatcher = makeDispatcher();
        QTemporaryDir dir;
        ControlServer server(dispatcher);
        QVERIFY(server.listen(dir.filePath("s"), {}).has_value());
        QSignalSpy reopened(&server, &ControlServer::reopened);
        QVERIFY(QFile::remove(dir.filePath("s")));
        QTRY_COMPARE(reopened.size(), 1);
        QVERIFY(isAnswered(dir.filePath("s")));
    }

    /// Then Qt closes the server.
    void withoutDescriptorsForAWhile() {
        const auto dispatcher = makeDispatcher();
        QTemporaryDir dir;
        ControlServer server(dispatcher);
        QVERIFY(server.listen(dir.filePath("s"), {}).has_value());
        // The clients exist before, so only the server's end is missing.
        std::vector<std::unique_ptr<QLocalSocket>> clients;
        for (int i = 0; i < 3; ++i) {
            clients.push_back(std::make_unique<QLocalSocket>());
            clients.back()->connectToServer(dir.filePath("s"));
            QVERIFY(clients.back()->waitForConnected(1000));
        }
        rlimit before{};
        ::getrlimit(RLIMIT_NOFILE, &before);
        rlimit none = before;
        none.rlim_cur = 3;
        ::setrlimit(RLIMIT_NOFILE, &none);
        QTest::qWait(100);
        ::setrlimit(RLIMIT_NOFILE, &before);
        QTRY_VERIFY_WITH_TIMEOUT(isAnswered(dir.filePath("s")), 10'000);
    }

    void moreConnectionsThanAreAllowed() {
        const auto dispatcher = makeDispatcher();
        QTemporaryDir dir;
        ControlServer server(dispatcher);
        QVERIFY(server.listen(dir.filePath("s"), {}).has_value());
        {
            std::vector<std::unique_ptr<QLocalSocket>> clients;
            for (int i = 0; i < 2 * ControlServer::kMaxConnections; ++i) {
                clients.push_back(std::make_unique<QLocalSocket>());
                clients.back()->connectToServer(dir.filePath("s"));
            }
            const auto open = [&] {
                return std::count_if(clients.begin(), clients.end(), [](const auto& client) {
                    return client->state() == QLocalSocket::ConnectedState;
                });
            };
            QTRY_COMPARE(open(), ControlServer::kMaxConnections);
        }
        QTRY_VERIFY(isAnswered(dir.filePath("s")));
    }

    void unknownGroupIsRefused() {
        const auto dispatcher = makeDispatcher();
        QTemporaryDir dir;
        ControlServer server(dispatcher);
        const auto result = server.listen(dir.filePath("s"), "no-such-group-here");
        QVERIFY(!result.has_value());
        QCOMPARE(result.error().path, QStringLiteral("control.group"));
    }
};

QTEST_GUILESS_MAIN(TestJsonRpc)
#include "tst_json_rpc.moc"
