// SPDX-License-Identifier: GPL-2.0-or-later
// Requests to an API server: every kind of credential, certificate checks, and failures.
#include <QFile>
#include <QJsonArray>
#include <QTcpServer>
#include <QTest>

#include "api_client.h"
#include "api_stream.h"
#include "kube_server.h"
#include "kubeconfig.h"
#include "lab.h"

using namespace fos1;
using namespace fos1::kube;
using fakes::KubeServer;

namespace {

const QString kSecrets = QStringLiteral("/api/v1/namespaces/default/secrets");

/// Sends one request and waits for the reply.
ApiReply ask(ApiClient& client, const QString& path = kSecrets,
             std::chrono::milliseconds timeout = std::chrono::seconds(10)) {
    std::optional<ApiReply> reply;
    ApiRequest request;
    request.path = path;
    request.timeout = timeout;
    client.send(request, &client, [&](const ApiReply& got) { reply = got; });
    if (!QTest::qWaitFor([&] { return reply.has_value(); }, 20'000))
        return {0, {}, {}, QStringLiteral("never answered")};
    return *reply;
}

}  // namespace

class TestApiClient : public QObject {
    Q_OBJECT

    std::unique_ptr<KubeServer> m_server;

    [[nodiscard]] ClusterAccess access() const { return *readKubeconfig(m_server->kubeconfig()); }
    [[nodiscard]] ClusterAccess nobody() const {
        ClusterAccess access = this->access();
        access.credentials = {};
        return access;
    }
    [[nodiscard]] QString lastUser() const { return m_server->requests().last().user; }

   private Q_SLOTS:
    void init() {
        m_server = std::make_unique<KubeServer>();
        QVERIFY(m_server->start());
    }
    void cleanup() { m_server.reset(); }

    void aTokenOverHttp2() {
        ApiClient client(access(), "test/1");
        const ApiReply reply = ask(client);
        QVERIFY2(reply.isOk(), qPrintable(reply.problem));
        QCOMPARE(reply.json()[u"kind"].toString(), QStringLiteral("SecretList"));
        QCOMPARE(m_server->requests().last().httpVersion, QStringLiteral("2.0"));
        QCOMPARE(m_server->requests().last().userAgent, QStringLiteral("test/1"));
        QCOMPARE(lastUser(), QStringLiteral("admin"));
        for (int i = 0; i < 5; ++i) QVERIFY(ask(client).isOk());
        QCOMPARE(m_server->requests().last().connection, m_server->requests().first().connection);
    }

    void aPasswordACertificateAndACertificateThatIsReplaced() {
        m_server->setPassword("joe", "pass:word");
        ClusterAccess basic = nobody();
        basic.credentials.username = "joe";
        basic.credentials.password = "pass:word";
        ApiClient byPassword(basic, "test");
        QVERIFY(ask(byPassword).isOk());
        QCOMPARE(lastUser(), QStringLiteral("joe"));

        const auto files = m_server->authority().issueClient("cert-user");
        ClusterAccess certified = nobody();
        certified.credentials.certificate.file = files.certificate;
        certified.credentials.key.file = files.key;
        ApiClient byCertificate(certified, "test");
        QVERIFY(ask(byCertificate).isOk());
        QCOMPARE(lastUser(), QStringLiteral("cert-user"));
        const auto next = m_server->authority().issueClient("next-user");
        for (const auto& [from, to] :
             {std::pair(next.certificate, files.certificate), std::pair(next.key, files.key)}) {
            QFile::remove(to);
            QVERIFY(QFile::copy(from, to));
        }
        QVERIFY(ask(byCertificate).isOk());
        QCOMPARE(lastUser(), QStringLiteral("next-user"));
    }

    void aRotatedTokenIsReadAgain() {
        const QString file = m_server->path("token");
        QVERIFY(lab::writeFile(file, m_server->token().toUtf8() + '\n'));
        ClusterAccess byFile = nobody();
        byFile.credentials.tokenFile = file;
        ApiClient client(byFile, "test");
        QVERIFY(ask(client).isOk());
        m_server->setToken("admin", "rotated");
        const ApiReply refused = ask(client);
        QCOMPARE(refused.status, 401);
        QVERIFY2(!refused.problem.contains("rotated"), qPrintable(refused.problem));
        QVERIFY(lab::writeFile(file, "rotated"));
        QVERIFY(ask(client).isOk());
    }

    void aCredentialPluginIsAskedAgainAfterA401() {
        const QString script = m_server->path("plugin.sh");
        const QString token = m_server->path("current");
        const QString runs = m_server->path("runs");
        QVERIFY(lab::writeFile(token, m_server->token().toUtf8()));
        QVERIFY(lab::writeFile(script, "#!/bin/sh\necho \"$KUBERNETES_EXEC_INFO $EXTRA $1\" >> " + runs.toUtf8() +
                                           "\nprintf '{\"apiVersion\":\"client.authentication.k8s.io/v1\","
                                           "\"kind\":\"ExecCredential\",\"status\":{\"token\":\"%s\"}}' \"$(cat " +
                                           token.toUtf8() + ")\"\n"));
        ClusterAccess byPlugin = nobody();
        byPlugin.credentials.exec =
            ExecCommand{"client.authentication.k8s.io/v1", "/bin/sh", {script, "argument"}, {{"EXTRA", "more"}}};
        ApiClient client(byPlugin, "test");
        QVERIFY(ask(client).isOk());
        QVERIFY(ask(client).isOk());
        const auto lines = [&] {
            QFile file(runs);
            return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed().split('\n') : QList<QByteArray>();
        };
        QCOMPARE(lines().size(), 1);
        QVERIFY2(lines()[0].contains("\"interactive\":false") && lines()[0].endsWith(" more argument"),
                 lines()[0].constData());
        m_server->setToken("admin", "another");
        QVERIFY(lab::writeFile(token, "another"));
        const ApiReply reply = ask(client);
        QVERIFY2(reply.isOk(), qPrintable(reply.problem));
        QCOMPARE(lines().size(), 2);

        byPlugin.credentials.exec->command = "/nowhere/plugin";
        ApiClient without(byPlugin, "test");
        QVERIFY2(ask(without).problem.contains("/nowhere/plugin"), qPrintable(ask(without).problem));
    }

    void aServerThatIsNotTheOneIsRefused() {
        const QString before = m_server->caFile();
        KubeServer another;
        QVERIFY(another.start());
        ClusterAccess wrong = access();
        wrong.authority.file = another.caFile();
        ApiClient client(wrong, "test");
        const ApiReply reply = ask(client);
        QCOMPARE(reply.status, 0);
        QVERIFY2(reply.problem.startsWith("TLS: "), qPrintable(reply.problem));
        ClusterAccess misnamed = access();
        misnamed.serverName = "api.elsewhere";
        ApiClient named(misnamed, "test");
        QVERIFY2(ask(named).problem.startsWith("TLS: "), qPrintable(ask(named).problem));
        QVERIFY(m_server->requests().isEmpty());
        // Only with this setting, and then any server.
        wrong.authority = {};
        wrong.isInsecure = true;
        ApiClient insecure(wrong, "test");
        QVERIFY(ask(insecure).isOk());
    }

    void aWrongClockIsForgivenOnlyWhileItIsKnownToBeWrong() {
        const QDateTime now = QDateTime::currentDateTimeUtc();
        QVERIFY(m_server->changeCertificate({now.addDays(300), now.addDays(600)}));
        ApiClient client(access(), "test");
        QVERIFY2(ask(client).problem.contains("not yet valid"), qPrintable(ask(client).problem));
        QVERIFY(!client.hasWaivedTime());
        client.setClockTrusted(false);
        QVERIFY(ask(client).isOk());
        QVERIFY(client.hasWaivedTime());
        // No other certificate error is waived.
        KubeServer another;
        QVERIFY(another.start());
        ClusterAccess wrong = access();
        wrong.authority.file = another.caFile();
        ApiClient stranger(wrong, "test");
        stranger.setClockTrusted(false);
        QVERIFY2(ask(stranger).problem.startsWith("TLS: "), qPrintable(ask(stranger).problem));
        // The certificate accepted under the waiver is refused again.
        client.setClockTrusted(true);
        QVERIFY2(ask(client).problem.contains("not yet valid"), qPrintable(ask(client).problem));
        QVERIFY(m_server->changeCertificate());
        QTRY_VERIFY(ask(client).isOk());
    }

    void troubleHasWords() {
        ApiClient client(access(), "test");
        m_server->fault(
            {{"path", "secrets"}, {"status", 429}, {"retryAfter", 7}, {"count", 1}, {"message", "slow down"}});
        const ApiReply limited = ask(client);
        QCOMPARE(limited.status, 429);
        QCOMPARE(limited.retryAfter, std::chrono::milliseconds(7000));
        QVERIFY2(limited.problem.contains("slow down"), qPrintable(limited.problem));
        m_server->fault({{"path", "secrets"}, {"hang", true}, {"count", 1}});
        QVERIFY2(ask(client, kSecrets, std::chrono::seconds(1)).problem.contains("no answer within 1 s"), "hang");
        m_server->fault({{"path", "secrets"}, {"tearAfter", 20}, {"count", 1}});
        const ApiReply torn = ask(client);
        QVERIFY(!torn.isOk());
        QVERIFY(ask(client).isOk());
        m_server->kill();
        QVERIFY(!ask(client).isOk());
        QVERIFY(m_server->start());
        QTRY_VERIFY_WITH_TIMEOUT(ask(client).isOk(), 10'000);
    }

    void aProxyIsAsked_data() {
        QTest::addColumn<bool>("isInKubeconfig");
        QTest::addColumn<QByteArray>("noProxy");
        QTest::addColumn<bool>("isUsed");
        QTest::newRow("kubeconfig") << true << QByteArray("*") << true;
        QTest::newRow("environment") << false << QByteArray("10.0.0.0/8,elsewhere") << true;
        QTest::newRow("exempt") << false << QByteArray("elsewhere,0.0.0.0/16") << false;
    }
    void aProxyIsAsked() {
        QFETCH(const bool, isInKubeconfig);
        QFETCH(const QByteArray, noProxy);
        QFETCH(const bool, isUsed);
        QTcpServer proxy;
        QVERIFY(proxy.listen(QHostAddress::LocalHost));
        QByteArray line;
        connect(&proxy, &QTcpServer::newConnection, &proxy, [&] {
            QTcpSocket* socket = proxy.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [&line, socket] {
                line += socket->readAll();
                socket->write("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
                socket->disconnectFromHost();
            });
        });
        const QString address = QStringLiteral("http://127.0.0.1:%1").arg(proxy.serverPort());
        ClusterAccess proxied = access();
        // This address leads to this machine, and does not count as loopback.
        proxied.server.setHost("0.0.0.0");
        proxied.serverName = "localhost";
        if (isInKubeconfig)
            proxied.proxy = QUrl(address);
        else
            qputenv("HTTPS_PROXY", address.toUtf8());
        qputenv("NO_PROXY", noProxy);
        ApiClient client(proxied, "test");
        const ApiReply reply = ask(client);
        qunsetenv("HTTPS_PROXY");
        qunsetenv("NO_PROXY");
        QVERIFY2(reply.isOk() != isUsed, qPrintable(reply.problem));
        const QByteArray asked = "CONNECT 0.0.0.0:" + QByteArray::number(m_server->port());
        QVERIFY2(line.startsWith(asked) == isUsed, line.constData());
        QVERIFY2(!line.contains(m_server->token().toUtf8()), line.constData());
    }

    void aStreamComesInLines() {
        ApiClient client(access(), "test");
        ApiRequest request;
        request.path = kSecrets;
        request.query.addQueryItem("watch", "true");
        m_server->fault({{"verb", "watch"}, {"chunkBytes", 7}, {"chunkDelayMs", 1}});
        std::unique_ptr<ApiStream> stream(client.stream(request, std::chrono::seconds(2), nullptr));
        QList<QByteArray> lines;
        std::optional<ApiReply> end;
        connect(stream.get(), &ApiStream::line, this, [&](const QByteArray& line) { lines.append(line); });
        connect(stream.get(), &ApiStream::ended, this, [&](const ApiReply& reply) { end = reply; });
        bool isOpen = false;
        connect(stream.get(), &ApiStream::opened, this, [&] { isOpen = true; });
        QTRY_VERIFY(isOpen);
        const auto secret = [&](const QString& name, int bytes) {
            m_server->install({QJsonObject{{"apiVersion", "v1"},
                                           {"kind", "Secret"},
                                           {"metadata", QJsonObject{{"name", name}, {"namespace", "default"}}},
                                           {"data", QJsonObject{{"x", QString(bytes, 'A')}}}}});
        };
        secret("one", 400);
        secret("two", 400);
        QTRY_COMPARE_WITH_TIMEOUT(lines.size(), 2, 10'000);
        for (const QByteArray& line : lines) QVERIFY2(line.startsWith('{') && line.endsWith('}'), line.constData());
        QVERIFY(!end);
        // The server then stays silent.
        QTRY_VERIFY_WITH_TIMEOUT(end, 10'000);
        QVERIFY2(end->problem.contains("silent"), qPrintable(end->problem));
        // An object larger than 1 MiB.
        m_server->clearFaults();
        lines.clear();
        stream.reset(client.stream(request, std::chrono::seconds(5), nullptr));
        connect(stream.get(), &ApiStream::line, this, [&](const QByteArray& line) { lines.append(line); });
        isOpen = false;
        connect(stream.get(), &ApiStream::opened, this, [&] { isOpen = true; });
        // Without the wait it would come first, in the order of names.
        QTRY_VERIFY(isOpen);
        secret("big", 1'400'000);
        QTRY_VERIFY_WITH_TIMEOUT(!lines.isEmpty() && lines.last().size() > 1'400'000, 10'000);
    }
};

QTEST_GUILESS_MAIN(TestApiClient)
#include "tst_api_client.moc"
