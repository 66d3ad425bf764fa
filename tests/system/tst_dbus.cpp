// SPDX-License-Identifier: GPL-2.0-or-later
// The host on a real message bus, seen with busctl and gdbus: objects, properties, changes, and permissions of callers.
#include <signal.h>

#include <QFile>
#include <QTest>

#include "bus_under_test.h"
#include "host_under_test.h"
#include "isolation.h"

using namespace fos1;
using fos1::system::BusUnderTest;
using fos1::system::HostUnderTest;

namespace {

constexpr int kDaemon = 1;
constexpr int kNobody = 65534;
const QString kTopic = QStringLiteral("/topics/time_sync/main_ntp");

QByteArray manifest(const QByteArray& name) {
    return "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: " + name +
           "}\nspec: {enabled: true, sources: {}, server: {}}\n";
}

QStringList restart(const QString& plugin) {
    return {"call", "io.fos1.Host1", "/io/fos1/Host1/plugins/" + plugin, "io.fos1.Plugin1", "Restart"};
}

}  // namespace

class TestDbus : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<BusUnderTest> m_bus;
    std::unique_ptr<HostUnderTest> m_host;

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        m_bus = std::make_unique<BusUnderTest>(*m_lab, "bus");
        QVERIFY(m_bus->start());
        m_host = std::make_unique<HostUnderTest>(*m_lab, "host");
        m_host->config.replace("dbus: {enabled: false}", m_bus->config());
        QVERIFY(lab::writeFile(m_host->manifest("a.yaml"), manifest("main-ntp")));
        QVERIFY(m_host->start());
        QTRY_COMPARE(m_host->call("host.status")[u"result"][u"dbus"].toString(), QStringLiteral("connected"));
        QTRY_COMPARE(m_bus->property(kTopic, "io.fos1.TimeSync1", "Synchronised"), QByteArray("b false"));
    }
    void cleanupTestCase() {
        if (m_host && m_host->isRunning()) QCOMPARE(m_host->stop(), 0);
    }

    void propertiesHaveTheTypesOfTheSchema() {
        const QByteArray shown =
            m_bus->busctl({"--no-pager", "introspect", "io.fos1.Host1", "/io/fos1/Host1" + kTopic}).output;
        const auto line = [&](const char* name) {
            for (const QByteArray& each : shown.split('\n'))
                if (each.startsWith(name)) return each.simplified();
            return QByteArray();
        };
        QVERIFY2(line(".OffsetNs").startsWith(".OffsetNs property x "), shown.constData());
        QVERIFY(line(".Leap").startsWith(".Leap property s \"unsynchronised\""));
        QVERIFY(line(".Sources").startsWith(".Sources property a{sv} 3 \"total\" x 0"));
        // An optional value, absent here.
        QVERIFY(line(".HoldoverSince").startsWith(".HoldoverSince property x 0 "));
        QVERIFY(!shown.contains("writable"));
        QCOMPARE(m_bus->property(kTopic, "io.fos1.Topic1", "Topic"), QByteArray("s \"time.sync/v1\""));
        QCOMPARE(m_bus->property(kTopic, "io.fos1.Topic1", "Key"), QByteArray("s \"main-ntp\""));
        QCOMPARE(m_bus->property(kTopic, "io.fos1.Topic1", "Presence"), QByteArray("s \"Value\""));
        QCOMPARE(m_bus->property(kTopic, "io.fos1.Topic1", "Publisher"), QByteArray("s \"ntp\""));
        QVERIFY(m_bus->property(kTopic, "io.fos1.Topic1", "Value").contains("\"offset_ns\" x "));
    }

    void theHostAndItsPluginsAreObjects() {
        QTRY_COMPARE(m_bus->property({}, "io.fos1.Host1", "Ready"), QByteArray("b true"));
        QCOMPARE(m_bus->property({}, "io.fos1.Host1", "State"), QByteArray("s \"running\""));
        QCOMPARE(m_bus->property({}, "io.fos1.Host1", "NotReady"), QByteArray("as 0"));
        QCOMPARE(m_bus->property("/plugins/crd_2dwatcher", "io.fos1.Plugin1", "Id"), QByteArray("s \"crd-watcher\""));
        QCOMPARE(m_bus->property("/plugins/ntp", "io.fos1.Plugin1", "State"), QByteArray("s \"Running\""));
        // Where it runs, and not where it would like to.
        QCOMPARE(m_bus->property("/plugins/ntp", "io.fos1.Plugin1", "Isolation"), QByteArray("s \"local\""));
        QCOMPARE(m_bus->property("/plugins/ntp", "io.fos1.Plugin1", "Reason"), QByteArray("s \"\""));
        QVERIFY(m_bus->property("/plugins/ntp", "io.fos1.Plugin1", "Version").size() > 5);
        QVERIFY(m_bus->property({}, "io.fos1.Host1", "Version").size() > 5);
        QCOMPARE(m_bus->property({}, "io.fos1.Host1", "NotReady"), QByteArray("as 0"));
        QVERIFY(m_bus->property("/plugins/ntp", "io.fos1.Plugin1", "Conditions").contains("\"type\" s \"Ready\""));
        const auto listed = m_bus->gdbus("/io/fos1/Host1", "org.freedesktop.DBus.ObjectManager.GetManagedObjects");
        QCOMPARE(listed.exitCode, 0);
        for (const char* expected : {"'/io/fos1/Host1/plugins/ntp'", "'/io/fos1/Host1/plugins/crd_2dwatcher'",
                                     "'/io/fos1/Host1/topics/time_sync/main_ntp'", "'io.fos1.TimeSync1'"})
            QVERIFY2(listed.output.contains(expected), listed.output.constData());
    }

    void changesAreTold() {
        const auto monitor =
            m_bus->client("monitor", {"gdbus", "monitor", "--address", m_bus->address(), "--dest", "io.fos1.Host1"});
        QTRY_VERIFY(monitor->log().contains("is owned by"));
        QVERIFY(lab::writeFile(m_host->manifest("b.yaml"), manifest("other")));
        // One chronyd per host: the second service reports this in its conditions, and the first one's object is
        // removed.
        QVERIFY(QFile::remove(m_host->manifest("a.yaml")));
        QTRY_VERIFY(
            monitor->log().contains("InterfacesRemoved (objectpath '/io/fos1/Host1/topics/time_sync/main_ntp', "
                                    "['org.freedesktop.DBus.Peer'"));
        QVERIFY(m_bus->property(kTopic, "io.fos1.TimeSync1", "Synchronised").isEmpty());
        QVERIFY(QFile::remove(m_host->manifest("b.yaml")));
        QVERIFY(lab::writeFile(m_host->manifest("a.yaml"), manifest("main-ntp")));
        QTRY_VERIFY(monitor->log().contains("InterfacesAdded (objectpath '/io/fos1/Host1/topics/time_sync/main_ntp'"));
        // A publish with the same value changes only its sequence number.
        QTRY_VERIFY(monitor->log().contains("PropertiesChanged ('io.fos1.Topic1', {'Sequence': <uint64 "));
        QVERIFY(lab::writeFile(m_host->manifest("broken.yaml"), "kind: ["));
        QTRY_VERIFY(
            monitor->log().contains("/io/fos1/Host1/plugins/crd_2dwatcher: "
                                    "org.freedesktop.DBus.Properties.PropertiesChanged ('io.fos1.Plugin1', "
                                    "{'Conditions': "));
        QVERIFY(QFile::remove(m_host->manifest("broken.yaml")));
    }

    void nothingCanBeSet() {
        const auto result = m_bus->busctl({"set-property", "io.fos1.Host1", "/io/fos1/Host1" + kTopic,
                                           "io.fos1.TimeSync1", "Synchronised", "b", "true"});
        QVERIFY(result.exitCode != 0);
    }

    void rootMayAct() {
        const auto result = m_bus->busctl(restart("ntp"));
        QVERIFY2(result.exitCode == 0, result.errors.constData());
        QVERIFY(m_host->process().log().contains("action=Restart plugin=ntp"));
        QVERIFY(m_host->process().log().contains("plugin=ntp state=Stopping"));
        QTRY_COMPARE(m_bus->property("/plugins/ntp", "io.fos1.Plugin1", "State"), QByteArray("s \"Running\""));
    }

    void othersMayOnlyRead() {
        if (lab::isUserNamespace()) return;  // there is no other user
        const auto read =
            m_bus->busctl({"get-property", "io.fos1.Host1", "/io/fos1/Host1", "io.fos1.Host1", "Version"}, kNobody);
        QVERIFY2(read.output.startsWith("s \""), read.errors.constData());
        QCOMPARE(m_bus->busctl({"tree", "io.fos1.Host1"}, kNobody).exitCode, 0);
        const auto act = m_bus->busctl(restart("ntp"), kNobody);
        QVERIFY(act.exitCode != 0);
        QVERIFY2(act.errors.toLower().contains("denied"), act.errors.constData());
    }

    void theHostItselfChecksWhoActs() {
        if (lab::isUserNamespace()) return;  // there is no other user
        // A bus that allows everything.
        BusUnderTest bus(*m_lab, "open");
        bus.extra = "<policy context=\"mandatory\"><allow send_destination=\"*\"/></policy>";
        QVERIFY(bus.start());
        HostUnderTest host(*m_lab, "open-host");
        host.config = "stateDir: state\nhttp: {enabled: false}\ncontrol: {group: nogroup}\n" + bus.config() +
                      "\nplugins:\n  crd-watcher: {directory: manifests}\n";
        QVERIFY(host.start());
        QTRY_COMPARE(bus.property("/plugins/crd_2dwatcher", "io.fos1.Plugin1", "State"), QByteArray("s \"Running\""));
        const auto restartAs = [&](int uid) {
            return bus.gdbus("/io/fos1/Host1/plugins/crd_2dwatcher", "io.fos1.Plugin1.Restart", uid);
        };
        const auto stranger = restartAs(kDaemon);
        QVERIFY(stranger.exitCode != 0);
        QVERIFY2(stranger.errors.contains("members of control.group"), stranger.errors.constData());
        QVERIFY(!host.process().log().contains("action=Restart"));
        // A member of the group control.group.
        const auto member = restartAs(kNobody);
        QVERIFY2(member.exitCode == 0, member.errors.constData());
        QVERIFY(host.process().log().contains("action=Restart plugin=crd-watcher"));
        QCOMPARE(host.stop(), 0);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestDbus test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_dbus.moc"
