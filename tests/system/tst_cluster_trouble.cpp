// SPDX-License-Identifier: GPL-2.0-or-later
// What a host reports of a cluster that refuses it, sends it to other connections, or lacks what an object names.
#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include "cluster_under_test.h"
#include "isolation.h"

using namespace fos1;
using fos1::system::ClusterUnderTest;
using fos1::system::HostUnderTest;

namespace {
const QString kName = QStringLiteral("main-ntp");
const QString kNode = QStringLiteral("router-a");
const QString kUser = QStringLiteral("the-host");
}  // namespace

class TestClusterTrouble : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::Daemon> m_upstream;
    std::unique_ptr<ClusterUnderTest> m_cluster;
    std::unique_ptr<HostUnderTest> m_host;

    void startCluster(const fakes::KubeOptions& options = {}) {
        m_cluster = std::make_unique<ClusterUnderTest>(*m_lab, options);
        m_cluster->server.setToken(kUser, "good", {"system:masters"});
    }
    [[nodiscard]] QJsonObject pluginCondition(const QString& type) const {
        return m_host->pluginCondition(QStringLiteral("crd-watcher"), type);
    }
    [[nodiscard]] QString pluginStatus(const QString& type) const {
        return pluginCondition(type)[u"status"].toString();
    }

   private Q_SLOTS:
    void init() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\n");
    }
    void cleanup() {
        if (QTest::currentTestFailed() && m_host)
            qInfo().noquote() << m_host->process().log() << m_host->ctl({"plugin", "show", "crd-watcher"}).output
                              << m_host->ctl({"get", "ntp", "-n", "network", "-o", "yaml"}).output;
        if (m_host && m_host->isRunning()) m_host->stop();
        m_host.reset();
        m_cluster.reset();
        m_upstream.reset();
        m_lab.reset();
    }

    void whatIsNotKnownYetIsUnknown_data() {
        QTest::addColumn<bool>("isReadable");
        QTest::newRow("a token that is refused") << true;
        QTest::newRow("a token that cannot be read") << false;
    }
    void whatIsNotKnownYetIsUnknown() {
        QFETCH(const bool, isReadable);
        startCluster();
        m_cluster->service(kName);
        const QString token = m_cluster->server.path("token");
        m_host = std::make_unique<HostUnderTest>(*m_lab, QStringLiteral("host"));
        m_host->config = m_cluster->config(kNode.toUtf8(), {}, kUser);
        QFile kubeconfig(m_cluster->server.path("kubeconfig-" + kUser));
        QVERIFY(kubeconfig.open(QIODevice::ReadWrite));
        QByteArray text = kubeconfig.readAll();
        QVERIFY(text.contains("\"token\": \"good\""));
        text.replace("\"token\": \"good\"", "\"tokenFile\": \"" + token.toUtf8() + '"');
        kubeconfig.seek(0);
        kubeconfig.resize(kubeconfig.write(text));
        kubeconfig.close();
        if (isReadable) QVERIFY(lab::writeFile(token, "bad"));
        m_host->launch();
        const QString why = isReadable ? QStringLiteral("Unauthorized") : QStringLiteral("cannot be read");
        QTRY_VERIFY_WITH_TIMEOUT(pluginCondition("ClusterReachable")[u"message"].toString().contains(why), 10'000);
        QCOMPARE(pluginStatus("ClusterReachable"), QStringLiteral("False"));
        const QStringList unknown{"ConfigurationCurrent", "ManifestsValid", "StatusWritten", "SnapshotKept"};
        for (const QString& type : unknown)
            QVERIFY2(pluginStatus(type) == QStringLiteral("Unknown"), qPrintable(type + pluginStatus(type)));
        QCOMPARE(pluginStatus("ServerVerified"), isReadable ? QStringLiteral("True") : QStringLiteral("Unknown"));
        QVERIFY(lab::writeFile(token, "good"));
        // All of it is known within ten seconds after the server can answer.
        QTRY_COMPARE_WITH_TIMEOUT(pluginStatus("ClusterReachable"), QStringLiteral("True"), 10'000);
        for (const QString& type : unknown + QStringList{"ServerVerified"})
            QTRY_VERIFY_WITH_TIMEOUT(pluginStatus(type) == QStringLiteral("True"), 15'000);
        QTRY_COMPARE_WITH_TIMEOUT(m_cluster->condition(kName, "Ready")[u"status"].toString(), QStringLiteral("True"),
                                  20'000);
    }

    void aSecretThatIsMissingIsNotReady() {
        startCluster();
        const QJsonObject from{{"secretKeyRef", QJsonObject{{"name", "ntp-keys"}, {"key", "one"}}}};
        const QJsonArray keys{QJsonObject{{"id", 1}, {"type", "SHA256"}, {"valueFrom", from}}};
        const QJsonArray servers{QJsonObject{{"address", "10.1.0.1"}},
                                 QJsonObject{{"address", "10.1.0.9"}, {"keyId", 1}}};
        m_cluster->service(
            kName, {{"sources", QJsonObject{{"servers", servers}}},
                    {"security", QJsonObject{{"authentication", QJsonObject{{"enabled", true}, {"keys", keys}}}}}});
        m_host = std::make_unique<HostUnderTest>(*m_lab, QStringLiteral("host"));
        m_host->config = m_cluster->config(kNode.toUtf8());
        QVERIFY(m_host->start());
        const auto ready = [this] { return m_cluster->condition(kName, "Ready")[u"reason"].toString(); };
        QTRY_COMPARE_WITH_TIMEOUT(ready(), QStringLiteral("SecretNotFound"), 20'000);
        QCOMPARE(m_cluster->condition(kName, "Ready")[u"status"].toString(), QStringLiteral("False"));
        const QString message = m_cluster->condition(kName, "Ready")[u"message"].toString();
        QVERIFY2(message.contains("10.1.0.9") && message.contains("ntp-keys"), qPrintable(message));
        QVERIFY(!m_cluster->condition(kName, "Reconciled")[u"message"].toString().endsWith("with this spec."));
        const auto warnings = [this] {
            int found = 0;
            for (const QJsonValue event : m_cluster->server.list("events.k8s.io/v1", "Event", "network"))
                if (event[u"reason"].toString() == QStringLiteral("SecretNotFound") &&
                    event[u"type"].toString() == QStringLiteral("Warning"))
                    ++found;
            return found;
        };
        QTRY_COMPARE_WITH_TIMEOUT(warnings(), 1, 10'000);
        m_cluster->secret("ntp-keys", {{"one", "ASecretKeyString"}});
        QTRY_COMPARE_WITH_TIMEOUT(ready(), QStringLiteral("Running"), 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(
            m_cluster->condition(kName, "Reconciled")[u"message"].toString().endsWith("with this spec."), 20'000);
    }

    void aServerThatBalancesItsLoadIsFollowed() {
        startCluster({.further = {"--goaway-chance", "0.2"}});
        m_cluster->service(kName);
        m_host = std::make_unique<HostUnderTest>(*m_lab, QStringLiteral("host"));
        m_host->config = m_cluster->config(kNode.toUtf8());
        QVERIFY(m_host->start());
        for (int generation = 1; generation <= 12; ++generation) {
            QTRY_COMPARE_WITH_TIMEOUT(m_cluster->status(kName)[u"observedGeneration"].toInt(), generation, 15'000);
            m_cluster->service(kName, {{"monitoring", QJsonObject{{"sourcesMinimum", generation + 1}}}});
        }
        QCOMPARE(pluginStatus("StatusWritten"), QStringLiteral("True"));
        QCOMPARE(pluginStatus("ClusterReachable"), QStringLiteral("True"));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestClusterTrouble test;
        return QTest::qExec(&test, argc, argv);
    });
}

#include "tst_cluster_trouble.moc"
