// SPDX-License-Identifier: GPL-2.0-or-later
// Time per VLAN, from manifests to packets: real links, a real chronyd and a client in the VLAN. Policies, groups and
// addresses change while chronyd runs, and each change affects the next packet.
#include <QRegularExpression>
#include <QTest>
#include <csignal>

#include "host_under_test.h"
#include "isolation.h"

using namespace fos1;
using fos1::system::HostUnderTest;

namespace {

QByteArray vlan(const QByteArray& name, const QByteArray& spec) {
    return "---\napiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: " + name + "}\nspec: {" + spec + "}\n";
}

QByteArray service(const QByteArray& more) {
    return "apiVersion: ntp.fos1.io/v1alpha1\n"
           "kind: NTPService\n"
           "metadata: {name: main-ntp}\n"
           "spec:\n"
           "  enabled: true\n"
           "  sources:\n"
           "    servers: [{address: 10.1.0.1, iburst: true, minpoll: -2, maxpoll: -2}]\n"
           "  server: {}\n" +
           more;
}

const QByteArray kOpen =
    "  vlanConfig:\n"
    "    - {vlanRef: clients, enabled: true}\n"
    "    - {vlanRef: vlan-20, enabled: false}\n"
    "    - {vlanRef: vlan-40}\n";

}  // namespace

class TestVlanService : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::Daemon> m_upstream;
    std::unique_ptr<HostUnderTest> m_host;

    void ip(const QString& arguments) const {
        if (m_lab->runIn("rt", "ip", arguments.split(u' ')).exitCode != 0) qFatal("ip %s", qPrintable(arguments));
    }
    [[nodiscard]] bool isAnswered() const { return m_lab->askTime("cl", "10.2.0.1").has_value(); }
    [[nodiscard]] QJsonObject topic(const QString& name, const QString& key) const {
        const QJsonArray values = m_host->call("topic.list", {{"topic", name}})[u"result"][u"values"].toArray();
        for (const QJsonValue& value : values)
            if (value[u"key"].toString() == key) return value.toObject();
        return {};
    }
    [[nodiscard]] QJsonObject vlanService(const QString& name) const {
        return topic("time.service/v1", name)[u"value"].toObject();
    }
    [[nodiscard]] QString condition(const QString& type) const {
        const QJsonArray conditions = m_host->service("main-ntp")[u"status"][u"conditions"].toArray();
        return HostUnderTest::condition(conditions, type)[u"message"].toString();
    }
    [[nodiscard]] bool mayAsk(const QString& address) const {
        return lab::run("chronyc", {"-h", m_host->chronySocket(), "accheck", address}).output.contains("allowed");
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\n");
        QVERIFY(m_upstream);
        ip("link add lan.20 type veth peer name far20");
        ip("link set far20 up");
        ip("link set lan.20 up");
        ip("addr add 10.20.0.1/24 brd + dev lan.20");
        m_host = std::make_unique<HostUnderTest>(*m_lab, "host");
        m_host->config.replace("plugins:\n", "plugins:\n  vlan-inventory: {}\n");
        QVERIFY2(m_host->config.contains("vlan-inventory"), m_host->config.constData());
        QVERIFY(lab::writeFile(m_host->manifest("vlans.yaml"),
                               vlan("clients", "id: 10, interface: lan") + vlan("vlan-20", "id: 20, interface: lan")));
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service(kOpen)));
        QVERIFY(m_host->start());
    }

    void aVlanIsServedByItsPolicy() {
        QTRY_VERIFY_WITH_TIMEOUT(vlanService("clients")[u"advertise"].toBool(), 10'000);
        QVERIFY(isAnswered());
        const QJsonObject clients = vlanService("clients");
        QVERIFY(clients[u"accepting"].toBool() && clients[u"clients_only"].toBool());
        QCOMPARE(clients[u"addresses"][0][u"address"].toString(), QStringLiteral("10.2.0.1"));
        QVERIFY(!vlanService("vlan-20")[u"accepting"].toBool());
        QVERIFY(!mayAsk("10.20.0.7") && mayAsk("10.2.0.7"));
        QTRY_COMPARE(
            condition("VLANsKnown"),
            QStringLiteral(
                "There is no VLAN for spec.vlanConfig[2] (vlan-40). A VLAN object declares one, and the plugin "
                "vlan-inventory reports it."));
        QTRY_COMPARE(m_host->service("main-ntp")[u"status"][u"vlans"].toArray().size(), 3);
    }

    /// The client in the VLAN, and the plugin that asks the node's own addresses.
    void whoAsksIsListedWithItsVlan() {
        QTRY_VERIFY_WITH_TIMEOUT(vlanService("clients")[u"advertise"].toBool(), 10'000);
        QVERIFY(isAnswered());
        const auto listed = m_host->ctl({"ntp", "clients", "requests"});
        QVERIFY2(listed.exitCode == 0, listed.errors.constData());
        for (const char* row : {"\n *10\\.2\\.0\\.([02-9]|\\d\\d+) +clients ", "\n *10\\.2\\.0\\.1 +this node "})
            QVERIFY2(QRegularExpression(QLatin1String(row)).match(QString::fromUtf8(listed.output)).hasMatch(),
                     listed.output.constData());
    }

    /// The preview shows what a change would do, and has no effect itself.
    void aChangeIsSeenBeforeItIsMade() {
        QTRY_VERIFY_WITH_TIMEOUT(vlanService("clients")[u"advertise"].toBool(), 10'000);
        const QList<qint64> chronyd = m_host->chronyds();
        QByteArray closed = kOpen;
        closed.replace("clients, enabled: true", "clients, enabled: false");
        const auto same = m_host->ctl({"diff", "-f", "-"}, service(kOpen));
        QVERIFY2(same.exitCode == 0, (same.output + same.errors).constData());
        const auto online = m_host->ctl({"diff", "-f", "-"}, service(closed));
        QCOMPARE(online.exitCode, 1);
        for (const char* words :
             {"NTPService default/main-ntp: configured", "~ spec.vlanConfig[clients].enabled: true -> false",
              "chronyd would apply this while it runs", "- allow 10.2.0.0/24", "+ deny 10.2.0.0/24",
              "clients: accepting true -> false", "clients: advertise true -> false"})
            QVERIFY2(online.output.contains(words), (words + ('\n' + online.output)).constData());
        const auto restart = m_host->ctl(
            {"diff", "-f", "-"}, service(kOpen + "  security: {ratelimit: {enabled: true}, nts: {enabled: true}}\n"));
        QVERIFY2(restart.exitCode == 1 && restart.output.contains("chronyd would be restarted") &&
                     restart.output.contains("+ ratelimit interval 3 burst 8 leak 2") &&
                     restart.output.contains("clients: nts_port 0 -> 4460"),
                 restart.output.constData());
        const auto wrong = m_host->ctl({"diff", "-f", "-"}, service("  vlanConfig: [{vlanRef: a}, {vlanRef: a}]\n"));
        QVERIFY2(
            wrong.exitCode == 2 && wrong.errors.contains("<stdin>:") && wrong.errors.contains("spec.vlanConfig[1]"),
            wrong.errors.constData());
        QVERIFY(isAnswered());
        QCOMPARE(m_host->chronyds(), chronyd);
        QVERIFY(QFile::exists(m_host->path("state/ntp")) && !QFile::exists(m_host->path("state/ntp/nts")));
    }

    void aPolicyChangesWithoutARestart() {
        const QList<qint64> chronyd = m_host->chronyds();
        QByteArray closed = kOpen;
        closed.replace("clients, enabled: true", "clients, enabled: false");
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service(closed)));
        QTRY_VERIFY(!isAnswered());
        QTRY_VERIFY(!vlanService("clients")[u"accepting"].toBool());
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service(kOpen)));
        QTRY_VERIFY(isAnswered());
        QCOMPARE(m_host->chronyds(), chronyd);
    }

    void aGroupDecidesBeforeItsVlan() {
        const QByteArray group =
            "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPClient\nmetadata: {name: kiosks}\n"
            "spec: {selector: {networks: [10.2.0.2/32]}, policy: {permission: deny}}\n";
        QVERIFY(lab::writeFile(m_host->manifest("kiosks.yaml"), group));
        QTRY_VERIFY(!isAnswered());
        QTRY_COMPARE(topic("time.client/v1", "kiosks")[u"value"][u"allow"], QJsonValue(false));
        const auto shown = m_host->ctl({"get", "ntpc", "kiosks", "-o", "yaml"});
        QVERIFY2(shown.output.contains("networkCount: 1"), shown.output.constData());

        // Another object claims the same network.
        QByteArray second = group;
        second.replace("kiosks", "zoo");
        QVERIFY(lab::writeFile(m_host->manifest("zoo.yaml"), second));
        const auto message = [&] {
            const QJsonObject object =
                m_host->call("resource.get", {{"kind", "ntpc"}, {"name", "zoo"}})[u"result"].toObject();
            return HostUnderTest::condition(object[u"status"][u"conditions"].toArray(), "Ready")[u"message"].toString();
        };
        QTRY_COMPARE(message(),
                     QStringLiteral("Not in force as a whole: 10.2.0.2/32 already belongs to NTPClient kiosks."));
        QVERIFY(QFile::remove(m_host->manifest("zoo.yaml")) && QFile::remove(m_host->manifest("kiosks.yaml")));
        QTRY_VERIFY(isAnswered());
        QTRY_COMPARE(topic("time.client/v1", "kiosks")[u"presence"].toString(), QStringLiteral("Absent"));
    }

    void addressesAreFollowed() {
        QByteArray open = kOpen;
        open.replace("vlan-20, enabled: false", "vlan-20, enabled: true");
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service(open)));
        QTRY_VERIFY(mayAsk("10.20.0.7"));
        const QList<qint64> chronyd = m_host->chronyds();
        ip("addr add 10.21.0.1/24 brd + dev lan.20");
        QTRY_VERIFY(mayAsk("10.21.0.7"));
        ip("addr del 10.20.0.1/24 dev lan.20");
        QTRY_VERIFY(!mayAsk("10.20.0.7"));
        QTRY_COMPARE(vlanService("vlan-20")[u"addresses"].toArray().size(), 1);
        ip("link set lan.20 down");
        QTRY_VERIFY(!vlanService("vlan-20")[u"advertise"].toBool());
        QVERIFY(vlanService("vlan-20")[u"accepting"].toBool());
        QCOMPARE(m_host->chronyds(), chronyd);
    }

    /// Broadcast time is a directive of the configuration, so it needs a restart, which no client notices.
    void aVlanIsSentTime() {
        QByteArray open = kOpen;
        open.replace("clients, enabled: true", "clients, enabled: true, broadcast: true");
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service(open)));
        const auto config = [&] {
            return lab::run("cat", {QFileInfo(m_host->chronySocket()).path() + "/../chrony.conf"}).output;
        };
        QTRY_VERIFY2(config().contains("broadcast 64 10.2.0.255\n"), config().constData());
        QTRY_VERIFY(vlanService("clients")[u"broadcast"].toBool());
        QTRY_VERIFY_WITH_TIMEOUT(isAnswered(), 10'000);
    }

    /// Lost sources are detected and reported in time. A withdrawn advertisement returns once the time has been good
    /// for a while.
    void lostTimeIsAdvertisedForAsLongAsTheSpecSays() {
        QVERIFY(
            lab::writeFile(m_host->manifest("main.yaml"),
                           service(kOpen + "  advertise: {holdover: {duration: 2}, dns: {name: ntp.example.org}}\n")));
        QTRY_COMPARE(vlanService("clients")[u"dns_name"].toString(), QStringLiteral("ntp.example.org"));
        QTRY_VERIFY_WITH_TIMEOUT(vlanService("clients")[u"advertise"].toBool(), 15'000);
        m_upstream->signal(SIGKILL);
        m_upstream->waitForEnd(5000);
        const auto sync = [&] { return m_host->syncState("main-ntp")[u"value"].toObject(); };
        QTRY_VERIFY_WITH_TIMEOUT(sync()[u"holdover"].toBool(), 15'000);
        QTRY_VERIFY_WITH_TIMEOUT(!vlanService("clients")[u"advertise"].toBool(), 10'000);
        QVERIFY2(vlanService("clients")[u"reason"].toString().contains("too long"),
                 qPrintable(vlanService("clients")[u"reason"].toString()));
        QVERIFY(vlanService("clients")[u"accepting"].toBool());
        QVERIFY(isAnswered());  // requests are still answered
        m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\n");
        QVERIFY(m_upstream);
        QTRY_VERIFY_WITH_TIMEOUT(sync()[u"synchronised"].toBool(), 20'000);
        QVERIFY(!vlanService("clients")[u"advertise"].toBool());
        QTRY_VERIFY_WITH_TIMEOUT(vlanService("clients")[u"advertise"].toBool(), 60'000);
    }

    /// The publisher of the VLANs may be gone for a while: served clients stay served, and no new ones are sent here.
    void theInventoryMayStop() {
        QTRY_VERIFY(vlanService("clients")[u"advertise"].toBool());
        QCOMPARE(m_host->ctl({"plugin", "stop", "vlan-inventory"}).exitCode, 0);
        QTRY_VERIFY(!vlanService("clients")[u"advertise"].toBool());
        QVERIFY(isAnswered() && vlanService("clients")[u"accepting"].toBool());
        QCOMPARE(m_host->ctl({"plugin", "start", "vlan-inventory"}).exitCode, 0);
        QTRY_VERIFY(vlanService("clients")[u"advertise"].toBool());
    }

    void switchedOffMeansClosed() {
        QByteArray off = service(kOpen);
        off.replace("enabled: true\n  sources", "enabled: false\n  sources");
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), off));
        QTRY_VERIFY(!vlanService("clients")[u"accepting"].toBool());
        QCOMPARE(vlanService("clients")[u"reason"].toString(), QStringLiteral("The time service is switched off."));
        QVERIFY(QFile::remove(m_host->manifest("main.yaml")));
        QTRY_COMPARE(topic("time.service/v1", "clients")[u"presence"].toString(), QStringLiteral("Absent"));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestVlanService test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_vlan_service.moc"
