// SPDX-License-Identifier: GPL-2.0-or-later
// Credentials that expire: credential plugins, projected service account tokens, client certificates that are renewed.
#include <unistd.h>

#include <QDateTime>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QTest>
#include <QTimer>
#include <algorithm>
#include <optional>

#include "api_client.h"
#include "kube_server.h"
#include "kubeconfig.h"
#include "lab.h"

using namespace fos1;
using namespace fos1::kube;
using fakes::KubeServer;

class TestCredentials : public QObject {
    Q_OBJECT

    std::unique_ptr<KubeServer> m_server;

    [[nodiscard]] ClusterAccess nobody() const {
        ClusterAccess access = *readKubeconfig(m_server->kubeconfig());
        access.credentials = {};
        return access;
    }
    ApiReply ask(ApiClient& client) const {
        ApiRequest request;
        request.path = QStringLiteral("/api/v1/secrets");
        std::optional<ApiReply> reply;
        client.send(request, &client, [&reply](const ApiReply& got) { reply = got; });
        static_cast<void>(QTest::qWaitFor([&reply] { return reply.has_value(); }, 20'000));
        return reply.value_or(ApiReply{0, {}, {}, "never answered"});
    }
    [[nodiscard]] QByteArray content(const QString& name) const {
        QFile file(m_server->path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    /// A plugin that notes each run in "runs" and prints what "credential" contains, after `before`.
    [[nodiscard]] ClusterAccess plugin(const QByteArray& before = {}) const {
        const QString script = m_server->path("plugin.sh");
        lab::writeFile(script, "echo run >> " + m_server->path("runs").toUtf8() + "\n" + before + "\ncat " +
                                   m_server->path("credential").toUtf8() + "\n");
        ClusterAccess access = nobody();
        access.credentials.exec = ExecCommand{"client.authentication.k8s.io/v1", "/bin/sh", {script}, {}};
        return access;
    }
    void print(const QJsonObject& status) const {
        lab::writeFile(m_server->path("credential"),
                       QJsonDocument(QJsonObject{{"apiVersion", "client.authentication.k8s.io/v1"},
                                                 {"kind", "ExecCredential"},
                                                 {"status", status}})
                           .toJson());
    }
    [[nodiscard]] qsizetype runs() const { return content("runs").count('\n'); }
    [[nodiscard]] qsizetype refusals() const {
        const auto all = m_server->requests();
        return std::count_if(all.begin(), all.end(), [](const auto& each) { return each.status == 401; });
    }
    static QString in(int seconds) { return QDateTime::currentDateTimeUtc().addSecs(seconds).toString(Qt::ISODate); }

   private Q_SLOTS:
    void init() {
        m_server = std::make_unique<KubeServer>();
        QVERIFY(m_server->start());
    }
    void cleanup() { m_server.reset(); }

    void aPluginIsRunAgainBeforeItsTokenExpires() {
        print({{"token", m_server->token()}, {"expirationTimestamp", in(3600)}});
        ApiClient client(plugin(), "test");
        for (int i = 0; i < 3; ++i) QVERIFY(ask(client).isOk());
        QCOMPARE(runs(), 1);
        // A token that expires within seconds is not used for a request.
        print({{"token", m_server->token()}, {"expirationTimestamp", in(12)}});
        ApiClient another(plugin(), "test");
        QVERIFY(ask(another).isOk());
        const qsizetype before = runs();
        const auto isAskedAgain = [&] { return ask(another).isOk() && runs() > before; };
        QTRY_VERIFY_WITH_TIMEOUT(isAskedAgain(), 10'000);
        QCOMPARE(refusals(), 0);
    }

    void aPluginMayReturnACertificate() {
        const auto files = m_server->authority().issueClient("cert-user");
        const auto text = [](const QString& path) {
            QFile file(path);
            return file.open(QIODevice::ReadOnly) ? QString::fromLatin1(file.readAll()) : QString();
        };
        print({{"clientCertificateData", text(files.certificate)}, {"clientKeyData", text(files.key)}});
        ApiClient client(plugin(), "test");
        const ApiReply reply = ask(client);
        QVERIFY2(reply.isOk(), qPrintable(reply.problem));
        QCOMPARE(m_server->requests().last().user, QStringLiteral("cert-user"));
    }

    void aPluginThatHangsHoldsUpNothing() {
        print({{"token", m_server->token()}});
        ClusterAccess access = plugin("exec sleep 600");
        access.credentials.exec->patience = std::chrono::milliseconds(1500);
        ApiClient client(access, "test");
        QTimer ticks;
        int count = 0;
        qint64 longest = 0;
        QElapsedTimer since;
        since.start();
        connect(&ticks, &QTimer::timeout, this, [&] {
            ++count;
            longest = std::max(longest, since.restart());
        });
        ticks.start(10);
        const ApiReply reply = ask(client);
        QVERIFY2(reply.problem.contains("did not exit within 1 s"), qPrintable(reply.problem));
        QVERIFY2(count > 20 && longest < 500, qPrintable(QStringLiteral("%1 ticks, %2 ms").arg(count).arg(longest)));
    }

    void whatAPluginPrintsIsNeverShown_data() {
        QTest::addColumn<QByteArray>("before");
        QTest::newRow("it fails") << QByteArray("echo TheSecretToken\necho 'no session' >&2\nexit 1");
        QTest::newRow("it prints no credential") << QByteArray("echo TheSecretToken\nexit 0");
    }
    void whatAPluginPrintsIsNeverShown() {
        QFETCH(const QByteArray, before);
        print({{"token", "TheSecretToken"}});
        ApiClient client(plugin(before), "test");
        const ApiReply reply = ask(client);
        QVERIFY(!reply.isOk() && !reply.problem.isEmpty());
        QVERIFY2(!reply.problem.contains("TheSecretToken"), qPrintable(reply.problem));
    }

    /// As kubelet renews one: a new directory, to which the link "..data" moves at once.
    void aProjectedTokenIsRenewedInTime() {
        const QDir directory(m_server->path("projected"));
        const auto project = [&](const QString& version, const QString& token) {
            directory.mkpath(version);
            lab::writeFile(directory.filePath(version + QStringLiteral("/token")), token.toUtf8());
            const QString link = directory.filePath(QStringLiteral("..data_tmp"));
            return ::symlink(qPrintable(version), qPrintable(link)) == 0 &&
                   ::rename(qPrintable(link), qPrintable(directory.filePath(QStringLiteral("..data")))) == 0;
        };
        QVERIFY(project("..first", m_server->token()));
        QVERIFY(QFile::link(QStringLiteral("..data/token"), directory.filePath(QStringLiteral("token"))));
        ClusterAccess access = nobody();
        access.credentials.tokenFile = directory.filePath(QStringLiteral("token"));
        ApiClient client(access, "test");
        QVERIFY(ask(client).isOk());
        // The first token expires after the second one is in place.
        QVERIFY(project("..second", "renewed"));
        m_server->setToken("admin", "renewed");
        QVERIFY(ask(client).isOk());
        QCOMPARE(refusals(), 0);
        // One that expires without a successor is reported, and found when it comes.
        m_server->setToken("admin", "late");
        QCOMPARE(ask(client).status, 401);
        QVERIFY(project("..third", "late"));
        QVERIFY(ask(client).isOk());
    }

    void aCertificateThatIsRenewedHalfwayIsAMatterOfAMoment() {
        const auto files = m_server->authority().issueClient("cert-user");
        const auto next = m_server->authority().issueClient("next-user");
        ClusterAccess access = nobody();
        access.credentials.certificate.file = files.certificate;
        access.credentials.key.file = files.key;
        ApiClient client(access, "test");
        QVERIFY(ask(client).isOk());
        const auto replace = [](const QString& from, const QString& to) {
            return QFile::remove(to) && QFile::copy(from, to);
        };
        QVERIFY(replace(next.certificate, files.certificate));
        const ApiReply halfway = ask(client);
        QCOMPARE(halfway.status, 0);
        QVERIFY2(!halfway.problem.isEmpty() && !halfway.problem.contains("BEGIN"), qPrintable(halfway.problem));
        QVERIFY(replace(next.key, files.key));
        QVERIFY(ask(client).isOk());
        QCOMPARE(m_server->requests().last().user, QStringLiteral("next-user"));
    }
};

QTEST_GUILESS_MAIN(TestCredentials)
#include "tst_credentials.moc"
