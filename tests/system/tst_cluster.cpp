// SPDX-License-Identifier: GPL-2.0-or-later
// A host that a Kubernetes cluster configures: from objects in the cluster to a real chronyd here, and back to their
// status. The API server is the fake of tests/fakes, which is compared with recordings of real ones.
#include <signal.h>

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
}  // namespace

class TestCluster : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::Daemon> m_upstream;
    std::unique_ptr<ClusterUnderTest> m_cluster;
    std::unique_ptr<HostUnderTest> m_host;

    void startHost(const QByteArray& more = {}) {
        m_host = std::make_unique<HostUnderTest>(*m_lab, QStringLiteral("host"));
        m_host->config = m_cluster->config(kNode.toUtf8(), more);
        QVERIFY(m_host->start());
    }
    [[nodiscard]] bool isServed(int stratum = 2) const {
        const auto answer = m_lab->askTime(QStringLiteral("cl"), QStringLiteral("10.2.0.1"));
        return answer && answer->stratum == stratum;
    }
    /// Starts a service for the lab's client.
    void serve(const QByteArray& more = {}) {
        m_cluster->service(kName, withSources({"10.1.0.1"}));
        startHost(more);
        QTRY_VERIFY_WITH_TIMEOUT(isServed(), 10'000);
    }
    static QJsonObject withSource(const QJsonObject& server) {
        return {
            {"sources", QJsonObject{{"servers", QJsonArray{server}}}},
            {"security",
             QJsonObject{{"access", QJsonArray{QJsonObject{{"network", "10.2.0.0/24"}, {"permission", "allow"}}}}}}};
    }
    static QJsonObject withSources(const QStringList& addresses) {
        QJsonArray servers;
        for (const QString& address : addresses) servers.append(QJsonObject{{"address", address}, {"iburst", true}});
        QJsonObject spec = withSource({});
        spec[u"sources"] = QJsonObject{{"servers", servers}};
        return spec;
    }
    static QJsonObject keyFrom(const QString& secret, const QString& field) {
        const QJsonObject from{{"secretKeyRef", QJsonObject{{"name", secret}, {"key", field}}}};
        return {{"enabled", true},
                {"keys", QJsonArray{QJsonObject{{"id", 1}, {"type", "SHA256"}, {"valueFrom", from}}}}};
    }
    /// The paths and contents of the files with chronyd's keys.
    [[nodiscard]] QByteArray keysOnDisk() const {
        return lab::run("find",
                        {m_host->path("state"), "-name", "*keys*", "-type", "f", "-exec", "grep", "-H", "", "{}", ";"})
            .output;
    }
    /// The requests to the API server within that time, but for the heartbeat of the node.
    [[nodiscard]] QStringList requestsWithin(int ms) const {
        const qsizetype before = m_cluster->server.requests().size();
        QTest::qWait(ms);
        QStringList texts;
        for (const auto& request : m_cluster->server.requests().mid(before))
            if (!request.name.startsWith(QStringLiteral("fos1-host."))) texts.append(request.verb + u' ' + request.url);
        return texts;
    }
    /// Whether 12 s pass without a request, which is longer than details of a status wait before they are written. Not
    /// for QTRY_VERIFY(), which evaluates its condition again after success.
    [[nodiscard]] bool becomesQuiet() const {
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < 120'000)
            if (requestsWithin(12'000).isEmpty()) return true;
        return false;
    }
    [[nodiscard]] QString pluginReason(const QString& type) const {
        return m_host->pluginCondition(QStringLiteral("crd-watcher"), type)[u"reason"].toString();
    }

   private Q_SLOTS:
    void init() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\n");
        m_cluster = std::make_unique<ClusterUnderTest>(*m_lab);
    }
    void cleanup() {
        if (QTest::currentTestFailed() && m_host)
            qInfo().noquote() << m_host->process().log() << m_cluster->server.log()
                              << m_host->ctl({"get", "ntp", "-n", "network", "-o", "yaml"}).output
                              << m_host->ctl({"status"}).output
                              << lab::run("chronyc", {"-h", m_host->chronySocket(), "sources"}).output;
        if (m_host && m_host->isRunning()) m_host->stop();
        m_host.reset();
        m_cluster.reset();
        m_upstream.reset();
        m_lab.reset();
    }

    void anObjectOfTheClusterIsServedAndSaysSo() {
        serve();
        QTRY_COMPARE_WITH_TIMEOUT(m_cluster->condition(kName, "Ready")[u"status"].toString(), QStringLiteral("True"),
                                  20'000);
        QTRY_VERIFY_WITH_TIMEOUT(m_cluster->entry(kName, kNode)[u"synchronized"].toBool(), 5000);
        QTRY_VERIFY_WITH_TIMEOUT(m_cluster->status(kName)[u"synchronized"].toBool(), 5000);
        QCOMPARE(m_cluster->status(kName)[u"observedGeneration"].toInteger(), 1);
        QTRY_VERIFY(m_cluster->get(kName)[u"metadata"][u"finalizers"].toArray().contains("fos1.io/withdraw.router-a"));
        QCOMPARE(pluginReason("ClusterReachable"), QStringLiteral("Watching"));
        QCOMPARE(pluginReason("ServerVerified"), QStringLiteral("Verified"));
        // One connection for everything, and no requests when nothing changes except measurements. Details are written
        // when they have lasted for ten seconds.
        QCOMPARE(m_cluster->server.control("connections")[u"open"].toInt(), 1);
        QVERIFY(becomesQuiet());
        QCOMPARE(requestsWithin(15'000).join(u'\n'), QString());
        // Events arrive, and refer to the object.
        const QJsonArray events = m_cluster->server.list("events.k8s.io/v1", "Event", "network");
        QVERIFY(!events.isEmpty());
        QCOMPARE(events[0][u"regarding"][u"name"].toString(), kName);
        // A change is applied while chronyd runs.
        const QList<qint64> before = m_host->chronyds();
        m_cluster->service(kName, withSources({"10.1.0.1", "fd01::1"}));
        QTRY_VERIFY(lab::run("chronyc", {"-h", m_host->chronySocket(), "sources"}).output.contains("fd01::1"));
        QCOMPARE(m_host->chronyds(), before);
        QTRY_COMPARE_WITH_TIMEOUT(m_cluster->status(kName)[u"observedGeneration"].toInteger(), 2, 10'000);
        // When the object is deleted, its service stops.
        m_cluster->remove("NTPService", kName);
        QTRY_VERIFY_WITH_TIMEOUT(m_cluster->get(kName).isEmpty(), 5000);
        QVERIFY(m_host->chronyds().isEmpty());
    }

    void aSecretIsAskedForByNameAndKeptNowhere() {
        const QString value = QStringLiteral("AVerySecretKeyString");
        m_cluster->secret("ntp-keys", {{"one", value}});
        m_cluster->secret("other", {{"x", "NobodysBusiness"}});
        m_cluster->service(kName, {{"security", QJsonObject{{"authentication", keyFrom("ntp-keys", "one")}}}});
        startHost();
        QTRY_VERIFY(m_host->ctl({"get", "secret", "-n", "network"}).output.contains("ntp-keys"));
        QVERIFY(!m_host->ctl({"get", "secret", "-n", "network"}).output.contains("other"));
        QTRY_VERIFY(!m_host->chronyds().isEmpty());
        for (const auto& request : m_cluster->server.requests())
            if (request.resource == QStringLiteral("secrets"))
                QVERIFY2(request.url.contains("metadata.name%3Dntp-keys"), qPrintable(request.url));
        // A rotated Secret reaches chronyd.
        const QByteArray before = keysOnDisk();
        QVERIFY(!before.isEmpty());
        m_cluster->secret("ntp-keys", {{"one", "ARotatedSecretString"}});
        QTRY_VERIFY(keysOnDisk() != before);
        // No other file contains it, above all not the snapshot.
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(m_host->path("state/crd-watcher/cluster.snapshot")), 15'000);
        QCOMPARE(m_host->stop(), 0);
        const QByteArray files = lab::run("grep", {"-rlF", "SecretString", m_host->path("state")}).output;
        for (const QByteArray& file : files.trimmed().split('\n'))
            QVERIFY2(file.isEmpty() || file.contains("keys"), file.constData());
        QFile snapshot(m_host->path("state/crd-watcher/cluster.snapshot"));
        QVERIFY(snapshot.open(QIODevice::ReadOnly));
        const QByteArray bytes = snapshot.readAll();
        QVERIFY(bytes.contains("main-ntp") && !bytes.contains(value.toUtf8().toBase64()));
        QVERIFY(!m_host->process().log().contains("SecretString"));
    }

    /// chronyd 4.3 dies when its keys change and it finds the keys of an NTS server that it is no more.
    void aSecretChangesOnANodeThatOnceServedNts() {
        const auto ntsKeys = [this] {
            return lab::run("find", {m_host->path("state"), "-name", "ntskeys"}).output.trimmed();
        };
        m_cluster->service(kName, {{"security", QJsonObject{{"nts", QJsonObject{{"enabled", true}}}}}});
        startHost();
        QTRY_VERIFY_WITH_TIMEOUT(
            lab::run("chronyc", {"-h", m_host->chronySocket(), "dump"}).output.contains("200 OK") &&
                !ntsKeys().isEmpty(),
            15'000);
        QCOMPARE(m_host->stop(), 0);
        QVERIFY(!ntsKeys().isEmpty());
        m_cluster->secret("ntp-keys", {{"one", "TheFirstSecretString"}});
        m_cluster->service(kName, {{"security", QJsonObject{{"authentication", keyFrom("ntp-keys", "one")}}}});
        QVERIFY(m_host->start());
        QTRY_VERIFY2_WITH_TIMEOUT(
            lab::run("chronyc", {"-h", m_host->chronySocket(), "activity"}).output.contains("200 OK"),
            m_host->process().log().right(4000).constData(), 30'000);
        QTRY_COMPARE(ntsKeys(), QByteArray());
        QTRY_VERIFY(keysOnDisk().contains("SHA256"));
        const QList<qint64> before = m_host->chronyds();
        QCOMPARE(before.size(), 1);
        for (const char* value : {"TheSecondSecretString", "TheThirdSecretString"}) {
            const QByteArray keys = keysOnDisk();
            m_cluster->secret("ntp-keys", {{"one", value}});
            QTRY_VERIFY_WITH_TIMEOUT(keysOnDisk() != keys, 10'000);
            // chronyd carries out the order with which it died, and this one, in turn.
            QVERIFY(lab::run("chronyc", {"-h", m_host->chronySocket(), "activity"}).output.contains("200 OK"));
            QCOMPARE(m_host->chronyds(), before);
        }
        QCOMPARE(ntsKeys(), QByteArray());
    }

    void whatIsInvalidIsSaidInTheClusterAndTheLastGoodStays() {
        // A server that does not know CEL accepts what the plugin refuses.
        fakes::KubeOptions old;
        old.profile = QStringLiteral("1.20");
        m_cluster = std::make_unique<ClusterUnderTest>(*m_lab, old);
        serve();
        m_cluster->service(kName, withSource({{"address", "10.1.0.1"}, {"minpoll", 10}, {"maxpoll", 4}}));
        QTRY_COMPARE_WITH_TIMEOUT(m_cluster->condition(kName, "Accepted")[u"status"].toString(),
                                  QStringLiteral("False"), 10'000);
        const QString message = m_cluster->condition(kName, "Accepted")[u"message"].toString();
        QVERIFY2(message.contains("spec.sources.servers[0]"), qPrintable(message));
        QVERIFY(isServed());
        QCOMPARE(pluginReason("ManifestsValid"), QStringLiteral("ObjectInvalid"));
        m_cluster->service(kName, withSource({{"address", "10.1.0.1"}, {"minpoll", 4}}));
        QTRY_VERIFY_WITH_TIMEOUT(
            m_cluster->condition(kName, "Accepted")[u"status"].toString() == QStringLiteral("True"), 10'000);
        QCOMPARE(pluginReason("ManifestsValid"), QStringLiteral("AllAccepted"));
    }

    void aServerThatDiesTakesNoServiceWithIt() {
        serve();
        m_cluster->server.kill();
        QTRY_COMPARE_WITH_TIMEOUT(pluginReason("ClusterReachable"), QStringLiteral("Trouble"), 10'000);
        QVERIFY(isServed());
        QVERIFY(m_cluster->server.start());
        m_cluster->service(kName, withSources({"10.1.0.1", "fd01::1"}));
        QTRY_VERIFY_WITH_TIMEOUT(
            lab::run("chronyc", {"-h", m_host->chronySocket(), "sources"}).output.contains("fd01::1"), 30'000);
        QTRY_COMPARE_WITH_TIMEOUT(pluginReason("ClusterReachable"), QStringLiteral("Watching"), 30'000);
        QVERIFY(isServed());
    }

    void aRouterThatBootsWithoutItsClusterServesWhatItKnew() {
        serve();
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(m_host->path("state/crd-watcher/cluster.snapshot")), 15'000);
        QCOMPARE(m_host->stop(), 0);
        m_cluster->server.kill();
        QVERIFY(m_host->start());
        QTRY_VERIFY_WITH_TIMEOUT(isServed(), 8000);
        QCOMPARE(pluginReason("ConfigurationCurrent"), QStringLiteral("FromSnapshot"));
        QTRY_COMPARE(pluginReason("ClusterReachable"), QStringLiteral("Trouble"));
        QVERIFY(m_cluster->server.start());
        QTRY_COMPARE_WITH_TIMEOUT(pluginReason("ConfigurationCurrent"), QStringLiteral("Followed"), 30'000);
        QVERIFY(isServed());
        // A damaged snapshot is reported and not used.
        QCOMPARE(m_host->stop(), 0);
        QFile file(m_host->path("state/crd-watcher/cluster.snapshot"));
        QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(file.size() - 3) && file.write("X") == 1);
        file.close();
        QVERIFY(m_host->start());
        QCOMPARE(pluginReason("SnapshotKept"), QStringLiteral("SnapshotUnusable"));
        QTRY_VERIFY_WITH_TIMEOUT(isServed(), 20'000);
    }

    void anEmptyListAllAtOnceIsNotBelievedAtOnce() {
        serve("      emptyGrace: 4\n      silence: 5\n");
        // The server restarts without any of its objects.
        m_cluster->server.kill();
        QFile::remove(m_cluster->server.path("state.jsonl"));
        QVERIFY(m_cluster->server.start());
        QTRY_VERIFY_WITH_TIMEOUT(
            m_host->pluginCondition("crd-watcher", "ClusterReachable")[u"message"].toString().contains(
                "is suddenly empty"),
            30'000);
        QVERIFY(isServed());
        QTRY_VERIFY_WITH_TIMEOUT(m_host->chronyds().isEmpty(), 30'000);
    }

    void aClockThatIsWrongByAYearIsSetAllTheSame() {
        const QDateTime now = QDateTime::currentDateTimeUtc();
        QVERIFY(m_cluster->server.changeCertificate({now.addDays(365), now.addDays(700)}));
        m_upstream.reset();  // so that the time remains unknown
        m_cluster->service(kName);
        startHost();
        QTRY_VERIFY_WITH_TIMEOUT(!m_host->chronyds().isEmpty(), 30'000);
        QTRY_COMPARE(pluginReason("ServerVerified"), QStringLiteral("ClockNotTrusted"));
        // Once the time is known, the certificate is checked again and refused; the service continues.
        m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\n");
        QTRY_VERIFY_WITH_TIMEOUT(
            m_host->pluginCondition("crd-watcher", "ClusterReachable")[u"message"].toString().contains("not yet valid"),
            60'000);
        QVERIFY(!m_host->chronyds().isEmpty());
        QVERIFY(m_cluster->server.changeCertificate());
        QTRY_COMPARE_WITH_TIMEOUT(pluginReason("ClusterReachable"), QStringLiteral("Watching"), 40'000);
        QCOMPARE(pluginReason("ServerVerified"), QStringLiteral("Verified"));
    }

    void fromADirectoryToTheClusterAndBackWithoutAGap() {
        serve();
        const QList<qint64> chronyd = m_host->chronyds();
        const QByteArray cluster = m_host->config;
        const QByteArray directory =
            "stateDir: state\nhttp: {port: 9559}\ndbus: {enabled: false}\nplugins:\n"
            "  ntp: {clockControl: false" +
            QByteArray(lab::isUserNamespace() ? ", user: root" : "") + "}\n  crd-watcher: {directory: manifests}\n";
        const auto get = m_host->ctl({"get", "ntp", kName, "-n", "network", "-o", "yaml"});
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), get.output));
        for (const QByteArray& config : {directory, cluster}) {
            QVERIFY(lab::writeFile(m_host->path("host.yaml"), config));
            const auto restarted = m_host->ctl({"plugin", "restart", "crd-watcher"});
            QVERIFY2(restarted.exitCode == 0, restarted.errors.constData());
            const bool isCluster = config == cluster;
            QTRY_COMPARE(pluginReason(isCluster ? "ClusterReachable" : "ManifestsValid"),
                         isCluster ? QStringLiteral("Watching") : QStringLiteral("AllAccepted"));
            QTRY_VERIFY(m_host->ctl({"get", "ntp", "-n", "network"}).output.contains(kName.toUtf8()));
            QVERIFY(isServed());
            QCOMPARE(m_host->chronyds(), chronyd);
        }
        const auto refused = m_host->ctl({"delete", "ntp", kName, "-n", "network"});
        QVERIFY2(refused.errors.contains("kubectl"), refused.errors.constData());
    }

    void aPluginThatIsStoppedAsksForNothingMore() {
        m_cluster->service(kName, withSources({"10.1.0.1"}));
        startHost();
        // Stopped while it still waits for the first information about the node.
        m_cluster->server.kill();
        QCOMPARE(m_host->ctl({"plugin", "restart", "crd-watcher"}).exitCode, 0);
        QCOMPARE(m_host->ctl({"plugin", "stop", "crd-watcher"}).exitCode, 0);
        QVERIFY(m_cluster->server.start());
        QCOMPARE(requestsWithin(4000).join(u'\n'), QString());
        QCOMPARE(m_host->ctl({"plugin", "start", "crd-watcher"}).exitCode, 0);
        QTRY_COMPARE_WITH_TIMEOUT(pluginReason("ClusterReachable"), QStringLiteral("Watching"), 10'000);
    }

    void severalNodesOfOneService() {
        serve();
        HostUnderTest second(*m_lab, QStringLiteral("second"));
        second.config = m_cluster->config("router-b");
        second.config.replace("http: {port: 9559}", "http: {enabled: false}");
        QVERIFY(second.start());
        QTRY_VERIFY_WITH_TIMEOUT(!m_cluster->entry(kName, "router-b").isEmpty(), 10'000);
        QTRY_COMPARE_WITH_TIMEOUT(m_cluster->status(kName)[u"nodeCount"].toInt(), 2, 20'000);
        // The aggregate is as bad as the worst node, and the holder of the Lease writes it.
        const QJsonObject lease = m_cluster->server.object("coordination.k8s.io/v1", "Lease", "default", "fos1-host");
        QVERIFY2(lease[u"spec"][u"holderIdentity"].toString().startsWith("router-"), "holder");
        QVERIFY(becomesQuiet());
        QCOMPARE(m_cluster->get(kName)[u"metadata"][u"finalizers"].toArray().size(), 2);
        // One node leaves for good: its finalizer must not block the object forever.
        second.process().signal(SIGKILL);
        second.process().waitForEnd(2000);
        m_cluster->remove("NTPService", kName);
        QTest::qWait(1500);
        QVERIFY(!m_cluster->get(kName).isEmpty());
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestCluster test;
        return QTest::qExec(&test, argc, argv);
    });
}

#include "tst_cluster.moc"
