// SPDX-License-Identifier: GPL-2.0-or-later
// The roles of deploy/kubernetes allow what the host needs and no more. A host with these roles goes through everything
// that it does in a cluster, and its requests are compared with the permissions.
#include <QFile>
#include <QTest>
#include <set>

#include "cluster_under_test.h"
#include "isolation.h"
#include "tree.h"
#include "yaml_document.h"

using namespace fos1;
using fos1::system::ClusterUnderTest;
using fos1::system::HostUnderTest;

namespace {

const QString kUser = QStringLiteral("system:serviceaccount:fos1-system:fos1-host");
const QString kRoles = tree::sourceFile(QStringLiteral("deploy/kubernetes/base/rbac.yaml"));
const QString kSecretRoles = tree::sourceFile(QStringLiteral("deploy/kubernetes/secret-access.yaml"));

QJsonArray objectsOf(const QString& path) {
    QFile file(path);
    QJsonArray objects;
    if (!file.open(QIODevice::ReadOnly)) return objects;
    const auto documents = yaml::parse(file.readAll(), path);
    if (documents)
        for (const yaml::Document& document : *documents) objects.append(document.value.toJsonObject());
    return objects;
}

/// "GROUP/RESOURCE VERB" for each permission in the rules of a file.
std::set<QString> allowedBy(const QString& path) {
    std::set<QString> allowed;
    for (const QJsonValue object : objectsOf(path))
        for (const QJsonValue rule : object[u"rules"].toArray())
            for (const QJsonValue group : rule[u"apiGroups"].toArray())
                for (const QJsonValue resource : rule[u"resources"].toArray())
                    for (const QJsonValue verb : rule[u"verbs"].toArray())
                        allowed.insert(group.toString() + u'/' + resource.toString() + u' ' + verb.toString());
    return allowed;
}

}  // namespace

class TestClusterAccess : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void theRolesAreWhatIsUsed() {
        const lab::Lab lab;
        QVERIFY2(lab.problem().isEmpty(), qPrintable(lab.problem()));
        const auto upstream = lab.startChronyd("up", "upstream", "local stratum 1\nallow\n");
        fakes::KubeOptions options;
        options.checksAccess = true;
        options.manifests = {kRoles};
        ClusterUnderTest cluster(lab, options);
        cluster.server.install(objectsOf(kSecretRoles));
        cluster.server.setToken(kUser, "the-hosts");
        cluster.server.install(
            {QJsonObject{{"apiVersion", "v1"},
                         {"kind", "Node"},
                         {"metadata", QJsonObject{{"name", "router-a"}, {"labels", QJsonObject{{"role", "edge"}}}}}},
             QJsonObject{{"apiVersion", "ntp.fos1.io/v1alpha1"},
                         {"kind", "NTPClient"},
                         {"metadata", QJsonObject{{"name", "kiosks"}, {"namespace", "network"}}},
                         {"spec", QJsonObject{{"selector", QJsonObject{{"networks", QJsonArray{"10.2.0.0/24"}}}},
                                              {"policy", QJsonObject{{"permission", "allow"}}}}},
                         // Of a node that may be gone.
                         {"status", QJsonObject{{"nodes", QJsonArray{QJsonObject{{"name", "router-old"}}}}}}},
             QJsonObject{{"apiVersion", "ntp.fos1.io/v1alpha1"},
                         {"kind", "NTPNode"},
                         {"metadata", QJsonObject{{"name", "router-stopped"}}},
                         {"status", QJsonObject{{"service", "network/main-ntp"}}}},
             QJsonObject{{"apiVersion", "coordination.k8s.io/v1"},
                         {"kind", "Lease"},
                         {"metadata", QJsonObject{{"name", "fos1-host.router-stopped"},
                                                  {"namespace", "fos1-system"},
                                                  {"labels", QJsonObject{{"fos1.io/heartbeat", "true"}}}}},
                         {"spec", QJsonObject{{"renewTime", "2026-01-01T00:00:00.000000Z"}}}},
             QJsonObject{{"apiVersion", "networking.fos1.io/v1"},
                         {"kind", "VLAN"},
                         {"metadata", QJsonObject{{"name", "vlan-10"}, {"namespace", "network"}}},
                         {"spec", QJsonObject{{"id", 10}, {"interface", "trunk"}}}}});
        cluster.secret("ntp-keys", {{"one", "ASecretKeyString"}});
        // An object that the plugin refuses: the same event each time.
        cluster.server.install(
            {QJsonObject{{"apiVersion", "ntp.fos1.io/v1alpha1"},
                         {"kind", "NTPClient"},
                         {"metadata", QJsonObject{{"name", "host-bits"}, {"namespace", "network"}}},
                         {"spec", QJsonObject{{"selector", QJsonObject{{"networks", QJsonArray{"10.9.0.1/24"}}}},
                                              {"policy", QJsonObject{{"permission", "allow"}}}}}}});
        // A label of the node selects this node to serve it.
        const QJsonObject key{{"secretKeyRef", QJsonObject{{"name", "ntp-keys"}, {"key", "one"}}}};
        cluster.service(
            "main-ntp",
            {{"nodeSelector", QJsonObject{{"role", "edge"}}},
             {"security",
              QJsonObject{{"authentication",
                           QJsonObject{{"enabled", true},
                                       {"keys", QJsonArray{QJsonObject{
                                                    {"id", 1}, {"type", "SHA256"}, {"valueFrom", key}}}}}}}}});
        HostUnderTest host(lab, QStringLiteral("host"));
        host.config = cluster.config("router-a", "      leaseNamespace: fos1-system\n", kUser);
        host.config.replace("plugins:\n", "plugins:\n  vlan-inventory: {}\n");
        QVERIFY(host.start());
        // Not before the report of the node that is gone has been removed.
        QTRY_VERIFY_WITH_TIMEOUT(cluster.status("main-ntp")[u"synchronized"].toBool(), 60'000);
        // An entry of router-old that another field manager owns is not asked for again and again.
        QVERIFY(cluster.server.requests("patch", "ntpclients").size() < 50);
        // A restarted host continues the existing series and takes the Lease.
        QCOMPARE(host.stop(), 0);
        QVERIFY(host.start());
        QTRY_VERIFY_WITH_TIMEOUT(!host.chronyds().isEmpty(), 10'000);
        cluster.service("main-ntp", {{"nodeSelector", QJsonObject{{"role", "edge"}}}});
        QTRY_VERIFY_WITH_TIMEOUT(!cluster.server.requests("update", "leases").isEmpty(), 30'000);
        QTRY_VERIFY_WITH_TIMEOUT(!cluster.server.requests("patch", "events").isEmpty(), 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(!cluster.server.requests("list", "leases").isEmpty(), 90'000);
        QTRY_VERIFY_WITH_TIMEOUT(!cluster.server.requests("delete", "ntpnodes").isEmpty(), 120'000);
        cluster.remove("NTPService", "main-ntp");
        QTRY_VERIFY_WITH_TIMEOUT(cluster.get("main-ntp").isEmpty(), 10'000);
        QCOMPARE(
            HostUnderTest::condition({host.pluginCondition("crd-watcher", "StatusWritten")}, "StatusWritten")[u"status"]
                .toString(),
            QStringLiteral("True"));

        std::set<QString> used;
        for (const fakes::KubeRequest& request : cluster.server.requests()) {
            if (request.user != kUser) continue;
            QVERIFY2(request.status != 403, qPrintable(request.verb + u' ' + request.url));
            const QString sub = request.subresource.isEmpty() ? QString() : u'/' + request.subresource;
            used.insert(request.group + u'/' + request.resource + sub + u' ' + request.verb);
            // An apply that creates needs both.
            constexpr int kCreated = 201;
            if (request.status == kCreated)
                used.insert(request.group + u'/' + request.resource + QStringLiteral(" create"));
        }
        std::set<QString> allowed = allowedBy(kRoles);
        allowed.merge(allowedBy(kSecretRoles));
        for (const QString& right : used) QVERIFY2(allowed.contains(right), qPrintable("not allowed: " + right));
        for (const QString& right : allowed) QVERIFY2(used.contains(right), qPrintable("never used: " + right));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestClusterAccess test;
        return QTest::qExec(&test, argc, argv);
    });
}

#include "tst_cluster_access.moc"
