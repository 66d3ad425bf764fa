// SPDX-License-Identifier: GPL-2.0-or-later
// A Kea server behind a control agent: the real kea-ctrl-agent with TLS and basic authentication before the real
// kea-dhcp4, what it refuses, and what is not an agent.
#include <QDir>
#include <QFile>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <csignal>

#include "isolation.h"
#include "kea/kea_agent.h"
#include "kea/kea_backend.h"
#include "kea/kea_reply.h"
#include "kea/kea_socket.h"
#include "lan_daemons.h"
#include "support/outcome.h"
#include "test_authority.h"

using namespace fos1;
using namespace fos1::dhcp;

namespace {

// In a network namespace of the test's own.
const QString kHttps = QStringLiteral("https://localhost:8443/");
const QString kHttp = QStringLiteral("http://127.0.0.1:8000");
const QString kPassword = QStringLiteral("pa:ss word");

const QByteArray kKea =
    R"({"Dhcp4": {"interfaces-config": {"interfaces": []},
  "control-socket": {"socket-type": "unix", "socket-name": "DIRECTORY/control"},
  "lease-database": {"type": "memfile", "persist": false}, "valid-lifetime": 600,
  "subnet4": [{"id": 7, "subnet": "10.1.0.0/24", "option-data": [{"name": "routers", "data": "10.1.0.1"}]}]}})";

const QByteArray kAgent =
    R"({"Control-agent": {"http-host": "0.0.0.0", MEMBERS,
  "control-sockets": {"dhcp4": {"socket-type": "unix", "socket-name": "SOCKET"}}}})";

const QByteArray kSecured =
    R"("http-port": 8443, "cert-required": true, "trust-anchor": "AUTHORITY", "cert-file": "CERTIFICATE",
  "key-file": "KEY", "authentication": {"type": "basic", "realm": "kea", "clients": [
    {"user": "fos1", "password": "PASSWORD"}]})";

}  // namespace

class TestKeaAgent : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<fakes::TestAuthority> m_authority;
    std::unique_ptr<fakes::TestAuthority> m_stranger;
    fakes::CertificateFiles m_ours;
    std::unique_ptr<lab::Daemon> m_kea;
    std::unique_ptr<lab::Daemon> m_agent;
    std::unique_ptr<lab::Daemon> m_open;

    [[nodiscard]] QString path(const QString& name) const { return m_lab->path(name); }

    std::unique_ptr<fakes::TestAuthority> authority(const QString& name) {
        QDir().mkpath(path(name));
        return std::make_unique<fakes::TestAuthority>(path(name));
    }
    void startKea() { m_kea = lab::startKea(*m_lab, "rt", "kea", lab::IpFamily::V4, kKea); }
    [[nodiscard]] std::unique_ptr<lab::Daemon> startAgent(const QString& name, const QByteArray& members) const {
        QDir().mkpath(path(name));
        QByteArray config = kAgent;
        config.replace("SOCKET", path("kea/control").toUtf8()).replace("MEMBERS", members);
        lab::writeFile(path(name + "/agent.json"), config);
        return std::make_unique<lab::Daemon>(path(name + "/log"), QStringLiteral("kea-ctrl-agent"),
                                             QStringList{"-c", path(name + "/agent.json")},
                                             QStringList{"KEA_PIDFILE_DIR=" + path(name), "KEA_LOCKFILE_DIR=none"});
    }
    void writePassword(const QString& file, const QString& password, QFile::Permissions mode = {}) const {
        QVERIFY(lab::writeFile(path(file), password.toUtf8() + '\n'));
        QVERIFY(QFile::setPermissions(path(file), QFile::ReadOwner | QFile::WriteOwner | mode));
    }
    /// All that the agent wants.
    [[nodiscard]] AgentAccess good() const {
        return {QUrl(kHttps), m_authority->caFile(),  m_ours.certificate,
                m_ours.key,   QStringLiteral("fos1"), path("password")};
    }
    [[nodiscard]] static QString outcomeOf(AgentAccess access, const char* service = "dhcp4") {
        KeaBackend backend(std::make_unique<KeaAgent>(std::move(access), service), kKea4,
                           Persistence::RunningServerOnly);
        return outcome(backend, offerOfAddress(QStringLiteral("10.1.0.1"), 24));
    }
    /// Tries until it comes to what is wanted, and no longer than 10 s.
    [[nodiscard]] static QString lastOutcome(const std::function<QString()>& attempt, const char* wanted) {
        QString last;
        (void)QTest::qWaitFor([&] { return (last = attempt()) == QLatin1String(wanted); }, 10'000);
        return last;
    }
    /// What the server has, asked without the agent.
    [[nodiscard]] QByteArray configuration() const {
        KeaSocket socket(path("kea/control"));
        std::optional<QByteArray> answer;
        socket.ask(R"({"command": "config-get"})", std::chrono::seconds(5),
                   [&](const Result<QByteArray>& raw) { answer = raw.value_or(QByteArray()); });
        (void)QTest::qWaitFor([&] { return answer.has_value(); }, 10'000);
        return answer.value_or(QByteArray());
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>(lab::FirstClient::Absent);
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        QCOMPARE(lab::run(QStringLiteral("ip"), {"link", "set", "lo", "up"}).exitCode, 0);
        m_authority = authority(QStringLiteral("authority"));
        m_stranger = authority(QStringLiteral("stranger"));
        const fakes::CertificateFiles server = m_authority->issueServer(QStringLiteral("agent"));
        m_ours = m_authority->issueClient(QStringLiteral("fos1-host"));
        QVERIFY2(m_authority->problem().isEmpty(), qPrintable(m_authority->problem()));
        writePassword("password", kPassword);
        startKea();
        QByteArray secured = kSecured;
        secured.replace("AUTHORITY", m_authority->caFile().toUtf8())
            .replace("CERTIFICATE", server.certificate.toUtf8())
            .replace("KEY", server.key.toUtf8())
            .replace("PASSWORD", kPassword.toUtf8());
        m_agent = startAgent(QStringLiteral("agent"), secured);
        m_open = startAgent(QStringLiteral("open"), "\"http-port\": 8000");
        AgentAccess plain;
        plain.url = QUrl(kHttp);
        QTRY_VERIFY2_WITH_TIMEOUT(!configuration().isEmpty(), m_kea->log().constData(), 10'000);
        QCOMPARE(lastOutcome([this] { return outcomeOf(good()); }, "written"), QStringLiteral("written"));
        QCOMPARE(lastOutcome([&] { return outcomeOf(plain); }, "same"), QStringLiteral("same"));
    }

    void theServerBehindItIsSetAndWithdrawn() {
        QVERIFY2(configuration().contains("fos1-host"), configuration().constData());
        KeaBackend backend(std::make_unique<KeaAgent>(good(), "dhcp4"), kKea4, Persistence::RunningServerOnly);
        QCOMPARE(outcome(backend, withdrawal()), QStringLiteral("written"));
        QVERIFY(!configuration().contains("fos1-host"));
        const auto wanted = offerOfAddress(QStringLiteral("10.1.0.1"), 24);
        QCOMPARE(outcome(backend, wanted), QStringLiteral("written"));
        QCOMPARE(outcome(backend, wanted), QStringLiteral("same"));
        // By way of the socket it is the same configuration.
        KeaBackend direct(std::make_unique<KeaSocket>(path("kea/control")), kKea4, Persistence::RunningServerOnly);
        QCOMPARE(outcome(direct, wanted), QStringLiteral("same"));
    }

    void refusals_data() {
        QTest::addColumn<AgentAccess>("access");
        QTest::addColumn<QString>("words");
        const auto row = [this](const char* name, const auto& change, const QString& words) {
            AgentAccess access = good();
            change(access);
            QTest::newRow(name) << access << words;
        };
        writePassword("wrong", QStringLiteral("wrong"));
        writePassword("readable", kPassword, QFile::ReadGroup);
        writePassword("empty", {});
        row(
            "wrong password", [&](auto& each) { each.passwordFile = path("wrong"); },
            QStringLiteral("the agent refuses the user fos1 with the password in %1 (HTTP status 401)")
                .arg(path("wrong")));
        row(
            "no password", [&](auto& each) { each.user = each.passwordFile = QString(); },
            QStringLiteral("the agent wants a user and a password (HTTP status 401)"));
        row(
            "readable password", [&](auto& each) { each.passwordFile = path("readable"); },
            QStringLiteral("%1: others may read this secret; chmod 600 %1").arg(path("readable")));
        row(
            "empty password", [&](auto& each) { each.passwordFile = path("empty"); },
            QStringLiteral("%1: has no password in its first line").arg(path("empty")));
        row(
            "no such password", [&](auto& each) { each.passwordFile = path("none"); },
            QStringLiteral("%1: No such file or directory").arg(path("none")));
        row(
            "a directory", [&](auto& each) { each.caFile = path("authority"); },
            QStringLiteral("%1: is not a regular file").arg(path("authority")));
        row(
            "another authority", [&](auto& each) { each.caFile = m_stranger->caFile(); },
            QStringLiteral("TLS: the certificate is not from an authority in %1").arg(m_stranger->caFile()));
        row(
            "the system's authorities", [](auto& each) { each.caFile = QString(); },
            QStringLiteral("TLS: the certificate is not from an authority of this system; set \"caFile\""));
        row(
            "another host", [](auto& each) { each.url.setHost(QStringLiteral("127.0.0.2")); },
            QStringLiteral("TLS: the certificate is not for the host 127.0.0.2"));
        row(
            "no client certificate", [](auto& each) { each.certificateFile = each.keyFile = QString(); },
            QStringLiteral("the agent wants a client certificate"));
        row(
            "no certificate in PEM", [&](auto& each) { each.caFile = path("password"); },
            QStringLiteral("%1: contains no certificate in PEM").arg(path("password")));
        row(
            "no key in PEM", [&](auto& each) { each.keyFile = path("password"); },
            QStringLiteral("%1: contains no private key in PEM").arg(path("password")));
        row(
            "a key for everyone", [&](auto& each) { each.keyFile = m_ours.certificate; },
            QStringLiteral("%1: others may read this secret; chmod o= %1").arg(m_ours.certificate));
        row(
            "plain text to TLS", [](auto& each) { each.url.setScheme(QStringLiteral("http")); },
            QStringLiteral("if it uses TLS, write https://"));
        row(
            "TLS to plain text", [](auto& each) { each.url.setPort(8000); }, QStringLiteral("TLS failed: "));
        row(
            "nobody there", [](auto& each) { each.url.setPort(8001); },
            QStringLiteral("nothing listens there: the control agent has stopped"));
        row(
            "no such host", [](auto& each) { each.url.setHost(QStringLiteral("kea.invalid")); },
            QStringLiteral("the host is unknown: kea.invalid"));
    }
    void refusals() {
        QFETCH(const AgentAccess, access);
        QFETCH(const QString, words);
        const QString seen = outcomeOf(access);
        QVERIFY2(seen.startsWith(access.url.toString() + QStringLiteral(": ")) && seen.contains(words),
                 qPrintable(seen));
        QVERIFY(!seen.contains(kPassword) && !seen.contains(u"wrong\n"));
    }

    void aServiceThatTheAgentDoesNotKnow() {
        AgentAccess plain;
        plain.url = QUrl(kHttp);
        const QString seen = outcomeOf(plain, "dhcp6");
        QVERIFY2(seen.startsWith(u"config-get: forwarding socket is not configured"), qPrintable(seen));
    }

    void aServerThatIsAwayInTheAgentsWords() {
        m_kea->signal(SIGKILL);
        m_kea->waitForEnd(5000);
        KeaBackend backend(std::make_unique<KeaAgent>(good(), "dhcp4"), kKea4, Persistence::RunningServerOnly);
        const auto wanted = offerOfAddress(QStringLiteral("10.1.0.1"), 24);
        const QString seen = outcome(backend, wanted);
        QVERIFY2(seen.startsWith(u"config-get: unable to forward command to the dhcp4 service"), qPrintable(seen));
        startKea();
        QCOMPARE(lastOutcome([&] { return outcome(backend, wanted); }, "written"), QStringLiteral("written"));
    }

    void aRenewedPasswordIsReadAgain() {
        KeaBackend backend(std::make_unique<KeaAgent>(good(), "dhcp4"), kKea4, Persistence::RunningServerOnly);
        const auto wanted = offerOfAddress(QStringLiteral("10.1.0.1"), 24);
        writePassword("password", QStringLiteral("not yet"));
        QVERIFY(outcome(backend, wanted).contains(u"HTTP status 401"));
        writePassword("password", kPassword);
        QCOMPARE(outcome(backend, wanted), QStringLiteral("same"));
    }

    /// What a web server, a proxy or half an agent may answer.
    void whatIsNoAgent_data() {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QString>("words");
        const auto row = [](const QByteArray& head, const QByteArray& body, const char* words) {
            QTest::newRow(words) << "HTTP/1.1 " + head + "\r\n\r\n" + body << QString::fromLatin1(words);
        };
        row("404 Not Found\r\nContent-Length: 3", "no\n", "HTTP status 404: this is not a control agent of Kea");
        row("302 Found\r\nLocation: http://127.0.0.1:8000/\r\nContent-Length: 0", "", "HTTP status 302");
        row("403 Forbidden\r\nContent-Length: 0", "", "the agent does not permit this (HTTP status 403)");
        row("200 OK\r\nContent-Length: 6", "<html>", "in the answer, the JSON text is wrong at byte 0");
        row("200 OK\r\nContent-Length: 0", "", "the server closed the connection without an answer");
        row("200 OK\r\nContent-Length: 90", R"([{"result": 0,)", "the agent closed the connection");
        row("200 OK", QByteArray(21 * 1024 * 1024, ' '), "the answer is longer than 20971520 bytes");
    }
    void whatIsNoAgent() {
        QFETCH(const QByteArray, answer);
        QFETCH(const QString, words);
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        int requests = 0;
        connect(&server, &QTcpServer::newConnection, this, [&] {
            QTcpSocket* const socket = server.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [socket, &answer, &requests] {
                if (!socket->readAll().contains("config-get")) return;
                ++requests;  // Qt may open a connection that it does not use
                socket->write(answer);
                socket->disconnectFromHost();
            });
        });
        AgentAccess access;
        access.url = QUrl(QStringLiteral("http://127.0.0.1:%1/").arg(server.serverPort()));
        const QString seen = outcomeOf(access);
        QVERIFY2(seen.contains(words), qPrintable(seen));
        QCOMPARE(requests, 1);
    }

    void aSilentAgentIsLeftAfterAWhile() {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        AgentAccess access;
        access.url = QUrl(QStringLiteral("http://127.0.0.1:%1/").arg(server.serverPort()));
        KeaAgent agent(access, "dhcp4");
        std::optional<Result<QByteArray>> answer;
        agent.ask("{}", std::chrono::milliseconds(200), [&](const auto& raw) { answer = raw; });
        QTRY_VERIFY(answer);
        QCOMPARE(answer->error().code, ErrorCode::Timeout);
        QCOMPARE(answer->error().message, QStringLiteral("no complete answer within 0.2 s"));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestKeaAgent test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_kea_agent.moc"
