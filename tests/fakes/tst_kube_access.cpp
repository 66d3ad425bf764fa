// SPDX-License-Identifier: GPL-2.0-or-later
// Authentication and authorization in the fake API server: tokens, passwords, certificates, roles; and how TLS behaves.
#include <QTest>

#include "kube_curl.h"
#include "kube_server.h"
#include "tree.h"

using namespace fos1;
using fakes::KubeCurl;
using fakes::KubeServer;

namespace {

const QString kServices = QStringLiteral("/apis/ntp.fos1.io/v1alpha1/namespaces/network/ntpservices");

QJsonObject object(const char* apiVersion, const char* kind, const QJsonObject& metadata, QJsonObject rest = {}) {
    rest[u"apiVersion"] = QString::fromLatin1(apiVersion);
    rest[u"kind"] = QString::fromLatin1(kind);
    rest[u"metadata"] = metadata;
    return rest;
}

constexpr const char* kRbac = "rbac.authorization.k8s.io/v1";

/// "router" may read NTPServices of the namespace and write their status; members of "audit" list everything.
QJsonArray roles() {
    const QJsonObject read{{"apiGroups", QJsonArray{"ntp.fos1.io"}},
                           {"resources", QJsonArray{"ntpservices"}},
                           {"verbs", QJsonArray{"get", "list", "watch"}}};
    const QJsonObject write{{"apiGroups", QJsonArray{"ntp.fos1.io"}},
                            {"resources", QJsonArray{"ntpservices/status"}},
                            {"resourceNames", QJsonArray{"main"}},
                            {"verbs", QJsonArray{"patch"}}};
    const QJsonObject all{
        {"apiGroups", QJsonArray{"*"}}, {"resources", QJsonArray{"*"}}, {"verbs", QJsonArray{"list"}}};
    const auto roleRef = [](const char* kind, const char* name) {
        return QJsonObject{{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", kind}, {"name", name}};
    };
    return {object("v1", "Namespace", {{"name", "network"}}),
            object(kRbac, "Role", {{"name", "r"}, {"namespace", "network"}}, {{"rules", QJsonArray{read, write}}}),
            object(kRbac, "RoleBinding", {{"name", "r"}, {"namespace", "network"}},
                   {{"roleRef", roleRef("Role", "r")},
                    {"subjects", QJsonArray{QJsonObject{{"kind", "ServiceAccount"}, {"name", "router"}}}}}),
            object(kRbac, "ClusterRole", {{"name", "audit"}}, {{"rules", QJsonArray{all}}}),
            object(kRbac, "ClusterRoleBinding", {{"name", "audit"}},
                   {{"roleRef", roleRef("ClusterRole", "audit")},
                    {"subjects", QJsonArray{QJsonObject{{"kind", "Group"}, {"name", "audit"}}}}})};
}

}  // namespace

class tst_kube_access : public QObject {
    Q_OBJECT

    std::unique_ptr<KubeServer> m_server;
    std::unique_ptr<KubeCurl> m_curl;

    [[nodiscard]] int code(const QString& target = kServices) const { return m_curl->ask("GET", target).code(); }

   private Q_SLOTS:
    void init() {
        m_server = std::make_unique<KubeServer>(
            fakes::KubeOptions{.checksAccess = true, .manifests = {tree::sourceFile(QStringLiteral("crds"))}});
        QVERIFY(m_server->start());
        QCOMPARE(m_server->install(roles()).size(), 5);
        m_curl = std::make_unique<KubeCurl>(*m_server);
    }

    void tokensRotate() {
        m_server->setToken(QStringLiteral("admin"), QStringLiteral("next"));
        QCOMPARE(code(), 401);
        m_curl->token = QStringLiteral("next");
        QCOMPARE(code(), 200);
        m_curl->token.clear();
        QCOMPARE(code(), 403);
        QCOMPARE(m_server->requests().last().user, QStringLiteral("system:anonymous"));
        QCOMPARE(code(QStringLiteral("/healthz")), 200);
    }

    void passwordsAreTaken() {
        m_server->setPassword(QStringLiteral("old"), QStringLiteral("a:b"));
        m_curl->token.clear();
        m_curl->options = {"-u", "old:a:b"};
        QCOMPARE(code(QStringLiteral("/apis")), 200);
        QCOMPARE(m_server->requests().last().user, QStringLiteral("old"));
        m_curl->options = {"-u", "old:wrong"};
        QCOMPARE(code(QStringLiteral("/apis")), 401);
    }

    void certificatesNameUsers() {
        m_curl->token.clear();
        const auto use = [this](const fakes::CertificateFiles& files) {
            m_curl->options = {"--cert", files.certificate, "--key", files.key};
        };
        use(m_server->authority().issueClient("auditor", {"audit", "others"}));
        QCOMPARE(code(), 200);
        QCOMPARE(m_server->requests().last().user, QStringLiteral("auditor"));
        use(m_server->authority().issueClient("nobody"));
        QCOMPARE(code(), 403);
        const QDateTime now = QDateTime::currentDateTimeUtc();
        use(m_server->authority().issueClient("early", {"audit"}, {now.addDays(1), now.addDays(2)}));
        QCOMPARE(code(), 401);
        use(m_server->authority().issueClient("late", {"audit"}, {now.addDays(-2), now.addDays(-1)}));
        QCOMPARE(code(), 401);
        QVERIFY2(m_server->authority().problem().isEmpty(), qPrintable(m_server->authority().problem()));
    }

    void rolesDecide() {
        m_server->setToken(QStringLiteral("system:serviceaccount:network:router"), QStringLiteral("router"));
        m_curl->token = QStringLiteral("router");
        QCOMPARE(code(), 200);
        QCOMPARE(code(QStringLiteral("/apis/ntp.fos1.io/v1alpha1/ntpservices")), 403);
        QCOMPARE(code(QStringLiteral("/api/v1/namespaces/network/secrets")), 403);
        const auto patch = [this](const char* target) {
            return m_curl
                ->ask("PATCH", kServices + QLatin1String(target), "{}", QStringLiteral("application/merge-patch+json"))
                .code();
        };
        QCOMPARE(patch("/main/status"), 404);  // allowed, but the object does not exist
        QCOMPARE(patch("/other/status"), 403);
        QCOMPARE(patch("/main"), 403);
        const fakes::KubeRequest last = m_server->requests().last();
        QCOMPARE(last.verb, QStringLiteral("patch"));
        QCOMPARE(last.name, QStringLiteral("main"));
        QCOMPARE(last.namespaceName, QStringLiteral("network"));
        QCOMPARE(last.status, 403);
    }

    void certificateOfTheServerChanges() {
        QCOMPARE(code(), 200);
        const QDateTime now = QDateTime::currentDateTimeUtc();
        QVERIFY(m_server->changeCertificate({now.addDays(1), now.addDays(2)}));
        QCOMPARE(m_curl->ask("GET", "/version").exitCode, 60);  // curl(1): cannot be authenticated
        QVERIFY(m_server->changeCertificate());
        QCOMPARE(code(), 200);
    }

    void bothVersionsOfHttp() {
        QCOMPARE(code(), 200);
        QCOMPARE(m_server->requests().last().httpVersion, QStringLiteral("2.0"));
        m_curl->options = {"--http1.1"};
        QCOMPARE(code(), 200);
        QCOMPARE(m_server->requests().last().httpVersion, QStringLiteral("1.1"));
        QVERIFY(m_server->requests().last().connection != m_server->requests().first().connection);
    }
};

QTEST_GUILESS_MAIN(tst_kube_access)
#include "tst_kube_access.moc"
