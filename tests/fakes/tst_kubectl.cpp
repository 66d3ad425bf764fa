// SPDX-License-Identifier: GPL-2.0-or-later
// What users do with kubectl, an old and a new one, against an old and a new API server, with our CRDs.
#include <QDir>
#include <QStandardPaths>
#include <QTest>

#include "kube_server.h"
#include "lab.h"
#include "tree.h"

using namespace fos1;
using fakes::KubeServer;

namespace {

const QString kGroup = QStringLiteral("ntp.fos1.io/v1alpha1");
const QString kCache = QStringLiteral("kubectl-cache");
const QString kCrds = tree::sourceFile(QStringLiteral("crds"));

QByteArray manifest(const QByteArray& name, const QByteArray& spec) {
    return "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: " + name +
           ", namespace: network}\nspec: {" + spec + "}\n";
}

const QByteArray kSources = "sources: {servers: [{address: 192.0.2.1}]}, server: {}";

/// A server with the namespace "network", and a kubectl that uses it.
class Cluster {
   public:
    Cluster(const QString& client, const QString& profile, const QStringList& manifests = {})
        : server({.profile = profile, .checksAccess = true, .manifests = manifests}), m_program(program(client)) {}

    static QString program(const QString& version) {
        return QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation) +
               QStringLiteral("/fos1-host/kubectl-") + version;
    }

    bool start() {
        if (!QFile::exists(m_program)) {
            qWarning().noquote() << m_program << "is missing: scripts/setup test fetches it";
            return false;
        }
        if (!server.start()) return false;
        server.install(
            {QJsonObject{{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", QJsonObject{{"name", "network"}}}}});
        m_kubeconfig = server.kubeconfig();
        return true;
    }

    [[nodiscard]] QStringList words(const QStringList& arguments) const {
        return QStringList{"--kubeconfig", m_kubeconfig, "--cache-dir", server.path(kCache), "--namespace", "network"} +
               arguments;
    }

    [[nodiscard]] lab::CommandResult kubectl(const QStringList& arguments, const QByteArray& input = {}) const {
        return lab::run(m_program, words(arguments), 30'000, input);
    }

    [[nodiscard]] std::unique_ptr<lab::Daemon> inBackground(const QStringList& arguments) const {
        return std::make_unique<lab::Daemon>(server.path(QStringLiteral("kubectl.log")), m_program, words(arguments));
    }

    /// kubectl caches a server's kinds for ten minutes.
    void forgetServer() const { QDir(server.path(kCache)).removeRecursively(); }

    KubeServer server;

   private:
    QString m_program;
    QString m_kubeconfig;
};

/// The words of each line of a table.
QList<QByteArrayList> rows(const QByteArray& table) {
    QList<QByteArrayList> found;
    for (const QByteArray& line : table.trimmed().split('\n')) found.append(line.simplified().split(' '));
    return found;
}

QString ageless(QByteArrayList row) {
    if (!row.isEmpty()) row.removeLast();
    return QString::fromUtf8(row.join(' '));
}

}  // namespace

#define RUN(...)                                                                     \
    do {                                                                             \
        result = cluster.kubectl(__VA_ARGS__);                                       \
        QVERIFY2(result.exitCode == 0, (result.errors + result.output).constData()); \
    } while (false)

class tst_kubectl : public QObject {
    Q_OBJECT

   private:
    static void clientsAndServers() {
        QTest::addColumn<QString>("client");
        QTest::addColumn<QString>("profile");
        for (const QString& client : {QStringLiteral("1.20"), QStringLiteral("1.32")})
            for (const QString& profile : {QStringLiteral("1.20"), QStringLiteral("1.34")})
                QTest::addRow("kubectl %s, server %s", qPrintable(client), qPrintable(profile)) << client << profile;
    }

   private Q_SLOTS:
    void installsCrds_data() { clientsAndServers(); }
    void installsCrds() {
        QFETCH(const QString, client);
        QFETCH(const QString, profile);
        Cluster cluster(client, profile);
        QVERIFY(cluster.start());
        lab::CommandResult result = cluster.kubectl({"apply", "-f", kCrds});
        if (profile == u"1.20") {
            // CEL rules are newer: kubectl itself refuses them, and the server would drop them.
            QCOMPARE(result.exitCode, 1);
            QVERIFY2(result.errors.contains(R"(unknown field "x-kubernetes-validations")"), result.errors.constData());
            RUN({"apply", "--validate=false", "-f", kCrds});
        }
        QVERIFY2(result.exitCode == 0, result.errors.constData());
        QVERIFY(result.output.contains("ntpservices.ntp.fos1.io created"));
        RUN({"wait", "--for=condition=Established", "--timeout=10s", "crd/ntpservices.ntp.fos1.io"});
        RUN({"apply", "--validate=false", "-f", kCrds});
        QVERIFY2(!result.output.contains("created"), result.output.constData());
        // Where the server dropped the rules, each apply sends them again.
        QCOMPARE(result.output.contains("configured"), profile == u"1.20");
        cluster.forgetServer();
        RUN({"get", "ntp,ntpc,vl"});
        RUN({"api-resources", "--api-group=ntp.fos1.io"});
        QVERIFY(result.output.contains("NTPClient"));
        RUN({"delete", "-f", kCrds});
        cluster.forgetServer();
        QCOMPARE(cluster.kubectl({"get", "ntp"}).exitCode, 1);
    }

    /// What deploy/kubernetes is rendered to, as users of an old kubectl get it from a newer one too.
    void appliesTheDeployment_data() { clientsAndServers(); }
    void appliesTheDeployment() {
        QFETCH(const QString, client);
        QFETCH(const QString, profile);
        Cluster cluster(client, profile);
        QVERIFY(cluster.start());
        const lab::CommandResult rendered =
            lab::run(Cluster::program(QStringLiteral("1.32")),
                     {"kustomize", tree::sourceFile(QStringLiteral("deploy/kubernetes/overlays/single-node"))}, 30'000);
        QVERIFY2(rendered.exitCode == 0, rendered.errors.constData());
        lab::CommandResult result;
        const QStringList apply{"--namespace", "fos1-system", "apply", "--validate=false", "-f", "-"};
        RUN(apply, rendered.output);
        for (const char* made :
             {"daemonset.apps/ntp-chrony created", "service/ntp created", "configmap/fos1-host-",
              "clusterrole.rbac.authorization.k8s.io/fos1-host created", "ntpservices.ntp.fos1.io created"})
            QVERIFY2(result.output.contains(made), result.output.constData());
        RUN(apply, rendered.output);
        QVERIFY2(!result.output.contains("created"), result.output.constData());
        // The pods read the very ConfigMap that was rendered.
        const QJsonObject set =
            cluster.server.object(QStringLiteral("apps/v1"), "DaemonSet", "fos1-system", "ntp-chrony");
        const QJsonArray volumes = set[u"spec"][u"template"][u"spec"][u"volumes"].toArray();
        const auto config = std::find_if(volumes.begin(), volumes.end(), [](const QJsonValue& each) {
            return each[u"name"] == QStringLiteral("config");
        });
        QVERIFY(config != volumes.end());
        const QString name = (*config)[u"configMap"][u"name"].toString();
        QVERIFY(!cluster.server.object(QStringLiteral("v1"), "ConfigMap", "fos1-system", name).isEmpty());
    }

    void showsAndExplains_data() { clientsAndServers(); }
    void showsAndExplains() {
        QFETCH(const QString, client);
        QFETCH(const QString, profile);
        Cluster cluster(client, profile, {kCrds});
        QVERIFY(cluster.start());
        lab::CommandResult result;
        const QStringList apply{"apply", "-f", tree::sourceFile(QStringLiteral("samples/router/manifests"))};
        RUN(apply);
        // The second time, no flag is needed, and no object changes: see its generation below. (kubectl says
        // "configured" where defaults in lists are not in the file.)
        RUN(apply);
        QVERIFY2(!result.output.contains("created"), result.output.constData());
        RUN({"get", "ntpservices"});
        QCOMPARE(ageless(rows(result.output)[0]),
                 QStringLiteral("NAME ENABLED SYNCHRONIZED STRATUM OFFSET SOURCES READY REASON NODES"));
        QCOMPARE(ageless(rows(result.output)[1]), QStringLiteral("main-ntp true"));
        const QJsonObject isReady{{"type", "Ready"}, {"status", "True"}, {"reason", "Fit"}};
        cluster.server.install(
            {QJsonObject{{"apiVersion", "ntp.fos1.io/v1alpha1"},
                         {"kind", "NTPNode"},
                         {"metadata", QJsonObject{{"name", "router-a"}}},
                         {"status", QJsonObject{{"service", "network/main-ntp"},
                                                {"synchronized", true},
                                                {"stratum", 2},
                                                {"offset", 0.25},
                                                {"sourceCount", 3},
                                                {"errorBound", 1.5},
                                                {"effective", QJsonObject{{"chronydVersion", "4.3"}}},
                                                {"host", QJsonObject{{"version", "0.1.0"}}},
                                                {"conditions", QJsonArray{isReady}}}}}});
        RUN({"get", "ntpnodes"});
        QCOMPARE(ageless(rows(result.output)[0]),
                 QStringLiteral("NAME SERVICE SYNCED STRATUM OFFSET SOURCES READY REASON"));
        QCOMPARE(ageless(rows(result.output)[1]), QStringLiteral("router-a network/main-ntp true 2 0.25 3 True Fit"));
        RUN({"get", "ntpnodes", "-o", "wide"});
        QCOMPARE(rows(result.output)[0].mid(8, 3).join(' '), QByteArray("BOUND CHRONYD HOST"));
        QCOMPARE(rows(result.output)[1].mid(8, 3).join(' '), QByteArray("1.5 4.3 0.1.0"));
        RUN({"get", "vl"});
        QCOMPARE(ageless(rows(result.output)[0]),
                 QStringLiteral("NAME ID INTERFACE ADDRESSES ZONE STATUS READY REASON"));
        RUN({"get", "fos1", "-o", "name"});
        QCOMPARE(result.output.trimmed().split('\n').size(), 6);
        RUN({"get", "ntp", "main-ntp", "-o", "yaml"});
        QVERIFY2(result.output.contains("\nkind: NTPService\n"), result.output.constData());
        QVERIFY(result.output.contains("    port: 123\n"));  // a default
        RUN({"get", "ntp", "main-ntp", "-o", "jsonpath={.metadata.generation}"});
        QCOMPARE(result.output, QByteArray("1"));
        RUN({"explain", "ntpservice.spec.sources.servers.minpoll"});
        QVERIFY2(result.output.contains("integer"), result.output.constData());
        RUN({"describe", "ntp", "main-ntp"});
        QVERIFY(result.output.contains("NTPService"));
        RUN({"get", "leases,events,nodes,secrets,namespaces"});
    }

    void changesAndDeletes_data() { clientsAndServers(); }
    void changesAndDeletes() {
        QFETCH(const QString, client);
        QFETCH(const QString, profile);
        Cluster cluster(client, profile, {kCrds});
        QVERIFY(cluster.start());
        const auto object = [&] { return cluster.server.object(kGroup, "NTPService", "network", "main"); };
        lab::CommandResult result;
        RUN({"apply", "-f", "-"}, manifest("main", "enabled: true, " + kSources));
        RUN({"apply", "-f", "-"}, manifest("main", "enabled: false, " + kSources));
        QVERIFY2(result.output.contains("configured"), result.output.constData());
        QCOMPARE(object()[u"spec"][u"enabled"].toBool(true), false);
        QCOMPARE(object()[u"metadata"][u"generation"].toInt(), 2);

        // Another manager may apply the same value, or use force.
        const QStringList apply{"apply", "--server-side", "--field-manager=other", "-f", "-"};
        RUN(apply, manifest("main", "enabled: false, " + kSources));
        result = cluster.kubectl(apply, manifest("main", "enabled: true, " + kSources));
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.errors.contains(".spec.enabled"), result.errors.constData());
        RUN(apply + QStringList{"--force-conflicts"}, manifest("main", "enabled: true, " + kSources));
        QCOMPARE(object()[u"spec"][u"enabled"].toBool(), true);

        RUN({"patch", "ntp", "main", "--type=merge", "-p", R"({"metadata":{"finalizers":["ntp.fos1.io/withdraw"]}})"});
        RUN({"label", "ntp", "main", "site=a"});
        RUN({"get", "ntp", "-l", "site in (a,b)", "-o", "name"});
        QCOMPARE(result.output.trimmed(), QByteArray("ntpservice.ntp.fos1.io/main"));
        const auto deletion = cluster.inBackground({"delete", "ntp", "main"});
        QTRY_VERIFY(!object()[u"metadata"][u"deletionTimestamp"].toString().isEmpty());
        QVERIFY(deletion->isRunning());
        RUN({"patch", "ntp", "main", "--type=json", "-p", R"([{"op":"remove","path":"/metadata/finalizers/0"}])"});
        QCOMPARE(deletion->waitForEnd(10'000), 0);
        QVERIFY(object().isEmpty());
    }

    void waitsForReady_data() { clientsAndServers(); }
    void waitsForReady() {
        QFETCH(const QString, client);
        QFETCH(const QString, profile);
        Cluster cluster(client, profile, {kCrds});
        QVERIFY(cluster.start());
        lab::CommandResult result;
        RUN({"apply", "-f", "-"}, manifest("main", "enabled: true, " + kSources));
        const auto waiting = cluster.inBackground({"wait", "--for=condition=Ready", "--timeout=30s", "ntp/main"});
        QTRY_VERIFY(!cluster.server.requests("watch", "ntpservices").isEmpty());
        QJsonObject object = cluster.server.object(kGroup, "NTPService", "network", "main");
        object[u"status"] = QJsonObject{
            {"conditions", QJsonArray{QJsonObject{{"type", "Ready"}, {"status", "True"}, {"reason", "Synchronized"}}}}};
        cluster.server.install({object});
        QVERIFY2(waiting->waitForEnd(10'000) == 0, waiting->log().constData());
    }

    void refusesBadObjects_data() { clientsAndServers(); }
    void refusesBadObjects() {
        QFETCH(const QString, client);
        QFETCH(const QString, profile);
        Cluster cluster(client, profile, {kCrds});
        QVERIFY(cluster.start());
        const auto refusal = [&](const QByteArray& spec) {
            const lab::CommandResult result = cluster.kubectl({"create", "-f", "-"}, manifest("bad", spec));
            return result.exitCode == 1 ? result.errors : QByteArray("not refused: ") + result.output;
        };
        const QByteArray outOfRange =
            refusal("enabled: true, server: {}, sources: {servers: [{address: 192.0.2.1, minpoll: 99}]}");
        QVERIFY2(outOfRange.contains("minpoll in body should be less than or equal to 24"), outOfRange.constData());
        const QByteArray unknown = refusal("enabled: true, typo: 1, " + kSources);
        QVERIFY2(unknown.contains("unknown field \"") && unknown.contains("typo"), unknown.constData());
        if (profile == u"1.20") return;
        const QByteArray byRule =
            refusal("enabled: true, server: {}, sources: {servers: [{address: 192.0.2.1, minpoll: 9, maxpoll: 3}]}");
        QVERIFY2(byRule.contains("must not be greater than maxpoll"), byRule.constData());
    }
};

QTEST_GUILESS_MAIN(tst_kubectl)
#include "tst_kubectl.moc"
