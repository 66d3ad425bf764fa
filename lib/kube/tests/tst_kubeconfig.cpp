// SPDX-License-Identifier: GPL-2.0-or-later
// The meaning of a kubeconfig, a pod's service account, the environment and a credential plugin. Each mistake has its
// position.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "api_types.h"
#include "exec_credential.h"
#include "kubeconfig.h"
#include "retry_delay.h"

using namespace fos1;
using namespace fos1::kube;

namespace {

QByteArray config(const QByteArray& cluster, const QByteArray& user, const QByteArray& context = {}) {
    return "apiVersion: v1\n"
           "kind: Config\n"
           "current-context: one\n"
           "clusters: [{name: c, cluster: {" +
           cluster +
           "}}]\n"
           "users: [{name: u, user: {" +
           user +
           "}}]\n"
           "contexts: [{name: one, context: {cluster: c, user: u" +
           context + "}}, {name: two, context: {cluster: gone, user: u}}]\n";
}

const QByteArray kServer = "server: 'https://10.0.0.1:6443'";

}  // namespace

class TestKubeconfig : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void theCurrentContextIsTaken() {
        const auto access = parseKubeconfig(
            config(kServer + ", certificate-authority: ca.crt, tls-server-name: api.local, proxy-url: 'socks5://p:99'",
                   "token: t0k3n", ", namespace: network"),
            QStringLiteral("/etc/fos1/kubeconfig"));
        QVERIFY2(access, access ? "" : qPrintable(access.error().text()));
        QCOMPARE(access->server, QUrl("https://10.0.0.1:6443"));
        QCOMPARE(access->authority.file, QStringLiteral("/etc/fos1/ca.crt"));
        QCOMPARE(access->serverName, QStringLiteral("api.local"));
        QCOMPARE(access->ns, QStringLiteral("network"));
        QCOMPARE(access->credentials.token, QStringLiteral("t0k3n"));
        QVERIFY(!access->isInsecure);
        QVERIFY2(!access->description.contains("t0k3n"), qPrintable(access->description));
        // As in kubectl, the proxy resolves names.
        QCOMPARE(access->proxy, QUrl("socks5h://p:99"));
    }

    void users_data() {
        QTest::addColumn<QByteArray>("user");
        QTest::addColumn<QString>("means");
        QTest::newRow("token file wins") << QByteArray("token: a, tokenFile: t") << "file /k/t";
        QTest::newRow("basic") << QByteArray("username: joe, password: p") << "basic joe";
        QTest::newRow("certificate data")
            << QByteArray("client-certificate-data: Y2VydA==, client-key-data: a2V5") << "certificate cert key";
        QTest::newRow("exec by name") << QByteArray(
                                             "exec: {apiVersion: client.authentication.k8s.io/v1, command: helper}")
                                      << "exec helper";
        QTest::newRow("exec by path")
            << QByteArray("exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./bin/helper, args: [x]}")
            << "exec /k/./bin/helper x";
        QTest::newRow("nobody") << QByteArray() << "";
    }
    void users() {
        QFETCH(const QByteArray, user);
        const auto access = parseKubeconfig(config(kServer, user), QStringLiteral("/k/config"));
        QVERIFY2(access, access ? "" : qPrintable(access.error().text()));
        const Credentials& c = access->credentials;
        QStringList means;
        if (!c.tokenFile.isEmpty()) means << "file" << c.tokenFile;
        if (!c.token.isEmpty()) means << "token";
        if (!c.username.isEmpty()) means << "basic" << c.username;
        if (c.certificate.isSet()) means << "certificate" << *c.certificate.read() << *c.key.read();
        if (c.exec) means << "exec" << c.exec->command << c.exec->arguments;
        QTEST(means.join(u' '), "means");
    }

    void mistakes_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("context");
        QTest::addColumn<QString>("error");
        QTest::newRow("no kubeconfig") << QByteArray("kind: Pod\n") << ""
                                       << "c:1:1: kind: must be Config: this is not a kubeconfig";
        QTest::newRow("no such context") << config(kServer, "") << "three"
                                         << "c:6:1: contexts: no entry has the name \"three\"";
        QTest::newRow("no such cluster") << config(kServer, "") << "two"
                                         << "c:4:1: clusters: no entry has the name \"gone\"";
        QTest::newRow("no URL") << config("server: 10.0.0.1", "") << ""
                                << "clusters[0].cluster.server: must be the https URL of an API server";
        QTest::newRow("contradiction") << config(kServer + ", insecure-skip-tls-verify: true, certificate-authority: x",
                                                 "")
                                       << ""
                                       << "insecure-skip-tls-verify: contradicts the certificate authority";
        QTest::newRow("base64") << config(kServer + ", certificate-authority-data: '***'", "") << ""
                                << "certificate-authority-data: is not base64";
        QTest::newRow("half a pair") << config(kServer, "client-certificate: x") << ""
                                     << "client-key: is missing: a certificate and its key go together";
        QTest::newRow("auth provider") << config(kServer, "auth-provider: {name: gcp}") << ""
                                       << "auth-provider: is not supported";
        QTest::newRow("old exec") << config(kServer,
                                            "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}")
                                  << ""
                                  << "apiVersion: must be client.authentication.k8s.io/v1 or v1beta1";
        QTest::newRow("proxy") << config(kServer + ", proxy-url: 'ftp://user:secret@x'", "") << ""
                               << "clusters[0].cluster.proxy-url: must be an http, https or socks5 URL";
        QTest::newRow("YAML") << QByteArray("kind: [") << ""
                              << "c:1:";
    }
    void mistakes() {
        QFETCH(const QByteArray, text);
        QFETCH(const QString, context);
        QFETCH(const QString, error);
        const auto access = parseKubeconfig(text, QStringLiteral("c"), context);
        QVERIFY(!access);
        QVERIFY2(access.error().text().contains(error), qPrintable(access.error().text()));
        QVERIFY(!access.error().text().contains("secret"));
    }

    void aFileThatIsMissingIsNamed() {
        const auto access = readKubeconfig(QStringLiteral("/nowhere/config"));
        QVERIFY(!access);
        QCOMPARE(access.error().text(), QStringLiteral("/nowhere/config: cannot be read"));
    }

    void aPodHasAServiceAccount() {
        const QTemporaryDir dir;
        QFile ns(dir.filePath("namespace"));
        QVERIFY(ns.open(QIODevice::WriteOnly) && ns.write("router\n") > 0 && ns.flush());
        const auto access =
            inClusterAccess({{"KUBERNETES_SERVICE_HOST", "fd00::1"}, {"KUBERNETES_SERVICE_PORT", "443"}}, dir.path());
        QVERIFY(access);
        QCOMPARE(access->server.toString(), QStringLiteral("https://[fd00::1]:443"));
        QCOMPARE(access->ns, QStringLiteral("router"));
        QCOMPARE(access->credentials.tokenFile, dir.filePath("token"));
        QVERIFY(!inClusterAccess({}, dir.path()));
    }

    void whatAPluginPrints_data() {
        QTest::addColumn<QByteArray>("output");
        QTest::addColumn<QString>("error");
        const QByteArray head = R"({"kind": "ExecCredential", "apiVersion": "v", "status": )";
        QTest::newRow("token") << head + R"({"token": "x", "expirationTimestamp": "2030-01-01T00:00:00Z"}})"
                               << "";
        QTest::newRow("pair") << head + R"({"clientCertificateData": "c", "clientKeyData": "k"}})"
                              << "";
        QTest::newRow("nothing") << head + "{}}"
                                 << "returned neither";
        QTest::newRow("half") << head + R"({"clientCertificateData": "c"}})"
                              << "but not both";
        QTest::newRow("no JSON") << QByteArray("token=abc") << "did not print an ExecCredential";
        QTest::newRow("another version") << QByteArray(R"({"kind": "ExecCredential", "apiVersion": "w"})")
                                         << "answered in w; v was requested";
    }
    void whatAPluginPrints() {
        QFETCH(const QByteArray, output);
        QFETCH(const QString, error);
        const auto credential = parseExecCredential(output, QStringLiteral("v"));
        QCOMPARE(credential.has_value(), error.isEmpty());
        if (!credential) QVERIFY2(credential.error().text().contains(error), qPrintable(credential.error().text()));
    }

    void pathsOfResources() {
        const ResourceType services{"ntp.fos1.io/v1alpha1", "NTPService", "ntpservices", true};
        QCOMPARE(services.path(), QStringLiteral("/apis/ntp.fos1.io/v1alpha1/ntpservices"));
        QCOMPARE(services.path("network", "main-ntp", "status"),
                 QStringLiteral("/apis/ntp.fos1.io/v1alpha1/namespaces/network/ntpservices/main-ntp/status"));
        const ResourceType nodes{"v1", "Node", "nodes", false};
        QCOMPARE(nodes.path("ignored", "a"), QStringLiteral("/api/v1/nodes/a"));
    }

    void theServersOwnWordsAreShown() {
        QCOMPARE(problemOf(403, R"({"kind": "Status", "message": "ntpservices is forbidden"})"),
                 QStringLiteral("ntpservices is forbidden (HTTP status 403)"));
        QCOMPARE(problemOf(404, "404 page not found\n"), QStringLiteral("404 page not found (HTTP status 404)"));
        QCOMPARE(problemOf(502, ""), QStringLiteral("HTTP status 502"));
    }

    void delaysDoubleUpToACap() {
        RetryDelay delay;
        QCOMPARE(delay.next(0).count(), 250);
        QCOMPARE(delay.next(0).count(), 500);
        for (int i = 0; i < 40; ++i) QVERIFY(delay.next(0.999).count() <= 8'000);
        QVERIFY(delay.next(0).count() == 4'000);
        delay.reset();
        QCOMPARE(delay.next(0).count(), 250);
    }
};

QTEST_GUILESS_MAIN(TestKubeconfig)
#include "tst_kubeconfig.moc"
