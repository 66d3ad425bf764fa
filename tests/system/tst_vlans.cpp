// SPDX-License-Identifier: GPL-2.0-or-later
// VLANs from manifests and the kernel to the bus: a real host without privileges, real links, and ip(8) changing them.
// The delay until a change is published is printed, not checked.
//
// A kernel without 802.1Q, which the first line of the log reports, gets untagged links with the usual names.
#include <QElapsedTimer>
#include <QTest>
#include <algorithm>

#include "bus_under_test.h"
#include "host_under_test.h"
#include "isolation.h"

using namespace fos1;
using fos1::system::BusUnderTest;
using fos1::system::HostUnderTest;

namespace {

QByteArray vlan(const QByteArray& name, const QByteArray& spec) {
    return "---\napiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: " + name + "}\nspec: {" + spec + "}\n";
}

const QByteArray kConfig =
    "stateDir: state\n"
    "http: {port: 9559}\n"
    "dbus: {enabled: false}\n"
    "plugins: {crd-watcher: {directory: manifests}, vlan-inventory: {}}\n";

const QByteArray kVlans =
    vlan("vlan-10", "id: 10, interface: trunk, zone: LAN, address: 10.10.0.1/24, qos: {priority: 5}") +
    vlan("vlan-20", "id: 20, interface: trunk");

}  // namespace

class TestVlans : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<BusUnderTest> m_bus;
    std::unique_ptr<HostUnderTest> m_host;
    bool m_hasTags = false;

    [[nodiscard]] bool tryIp(const QString& arguments) const {
        return m_lab->runIn("rt", "ip", arguments.split(u' ')).exitCode == 0;
    }
    void ip(const QString& arguments) const {
        if (!tryIp(arguments)) qFatal("ip %s", qPrintable(arguments));
    }
    void addVlan(int id) const {
        const QString kind = m_hasTags ? QStringLiteral("vlan id %1").arg(id) : QStringLiteral("macvlan");
        ip(QStringLiteral("link add link trunk name trunk.%1 type %2").arg(QString::number(id), kind));
    }

    static QJsonObject valueOf(const HostUnderTest& host, const QString& name) {
        const QJsonArray values =
            host.call("topic.list", {{"topic", "network.vlan/v1"}})[u"result"][u"values"].toArray();
        for (const QJsonValue& value : values)
            if (value[u"key"].toString() == name) return value.toObject();
        return {};
    }
    [[nodiscard]] QJsonObject vlanState(const QString& name = QStringLiteral("vlan-10")) const {
        return valueOf(*m_host, name)[u"value"].toObject();
    }
    /// "trunk.10 up 10.10.0.1/24 brd 10.10.0.255 …"; the reason when there is no link.
    static QString words(const QJsonObject& state) {
        if (state[u"interface"].toString().isEmpty()) return state[u"reason"].toString();
        QString text = state[u"interface"].toString() + (state[u"up"].toBool() ? " up" : " down");
        for (const QJsonValue address : state[u"addresses"].toArray()) {
            text += QStringLiteral(" %1/%2").arg(address[u"address"].toString()).arg(address[u"prefix_length"].toInt());
            if (!address[u"broadcast"].isUndefined()) text += " brd " + address[u"broadcast"].toString();
        }
        return text;
    }
    [[nodiscard]] QString words() const { return words(vlanState()); }
    [[nodiscard]] QJsonObject ready(const QString& name) const {
        const QJsonObject object =
            m_host->call("resource.get", {{"kind", "vlan"}, {"name", name}})[u"result"].toObject();
        return HostUnderTest::condition(object[u"status"][u"conditions"].toArray(), "Ready");
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        ip("link add trunk type veth peer name far");
        ip("link set far up");
        ip("link set trunk up");
        m_hasTags = tryIp("link add link trunk name probe type vlan id 4000");
        if (m_hasTags) ip("link del probe");
        qInfo("%s", m_hasTags ? "links of type vlan" : "this kernel has no 802.1Q: links of type macvlan");
        m_bus = std::make_unique<BusUnderTest>(*m_lab, "bus");
        QVERIFY(m_bus->start());
        m_host = std::make_unique<HostUnderTest>(*m_lab, "host");
        m_host->config = kConfig;
        m_host->config.replace("dbus: {enabled: false}", m_bus->config());
        m_host->wrapper = QStringList{"setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"};
        QVERIFY(lab::writeFile(m_host->manifest("vlans.yaml"), kVlans));
        QVERIFY(m_host->start());
    }
    void cleanupTestCase() {
        if (m_host && m_host->isRunning()) QCOMPARE(m_host->stop(), 0);
    }

    void theHostHasNoRights() {
        const QString file = QStringLiteral("/proc/%1/status").arg(m_host->process().pid());
        const QByteArray status = lab::run("cat", {file}).output;
        QVERIFY2(status.contains("CapEff:\t0000000000000000"), status.constData());
        QCOMPARE(m_host->pluginCondition("vlan-inventory", "Ready")[u"status"].toString(), QStringLiteral("True"));
    }

    void aVlanWithoutALink() {
        QTRY_COMPARE(words(), QStringLiteral("No link on \"trunk\" carries VLAN 10."));
        QCOMPARE(vlanState()[u"up"], QJsonValue(false));
        QTRY_COMPARE(ready("vlan-10")[u"reason"].toString(), QStringLiteral("LinkMissing"));
        // Nothing failed: the link is just missing.
        QVERIFY(m_host->http("/readyz") == "ok\n");
    }

    void theLinkComes() {
        addVlan(10);
        QTRY_COMPARE(words(), QStringLiteral("trunk.10 down"));
        QCOMPARE(vlanState()[u"reason"].toString(), QStringLiteral("Link \"trunk.10\" is switched off."));
        ip("addr add 10.10.0.1/24 brd + dev trunk.10");
        ip("link set trunk.10 up");
        ip("addr add fd00:10::1/64 dev trunk.10 nodad");
        QTRY_COMPARE(words(), QStringLiteral("trunk.10 up 10.10.0.1/24 brd 10.10.0.255 fd00:10::1/64"));
        QCOMPARE(vlanState()[u"vlan_id"].toInt(), 10);
        QCOMPARE(vlanState()[u"zone"].toString(), QStringLiteral("LAN"));
        QTRY_COMPARE(ready("vlan-10")[u"status"].toString(), QStringLiteral("True"));
        QCOMPARE(words(vlanState("vlan-20")), QStringLiteral("No link on \"trunk\" carries VLAN 20."));
    }

    void peopleSeeIt() {
        for (const QStringList& command :
             {QStringList{"get", "vlans"}, QStringList{"get", "vl", "vlan-10", "-o", "yaml"},
              QStringList{"topic", "get", "network.vlan/v1", "vlan-10"}}) {
            const auto shown = m_host->ctl(command);
            QVERIFY2(shown.exitCode == 0 && shown.output.contains("trunk.10"),
                     (shown.output + shown.errors).constData());
            qInfo().noquote() << "fos1ctl" << command.join(u' ') << '\n' << shown.output;
        }
        const auto table = m_host->ctl({"get", "vlans"}).output;
        QVERIFY2(table.contains("10.10.0.1/24") && table.contains("Active") && table.contains("Pending"),
                 table.constData());
        const QByteArray metrics = m_host->http("/metrics");
        for (const char* line : {"vlan_inventory_vlans 2", "vlan_inventory_up{vlan=\"vlan-10\"} 1",
                                 "vlan_inventory_up{vlan=\"vlan-20\"} 0", "vlan_inventory_resyncs_total 0"})
            QVERIFY2(metrics.contains(line), metrics.constData());
        const auto verdict = lab::run("promtool", {"check", "metrics"}, 10'000, metrics);
        QVERIFY2(verdict.exitCode == 0, (verdict.output + verdict.errors).constData());
        const QString path = QStringLiteral("/topics/network_vlan/vlan_10");
        QTRY_COMPARE(m_bus->property(path, "io.fos1.NetworkVlan1", "Up"), QByteArray("b true"));
        QCOMPARE(m_bus->property(path, "io.fos1.NetworkVlan1", "Interface"), QByteArray("s \"trunk.10\""));
        QCOMPARE(m_bus->property(path, "io.fos1.NetworkVlan1", "VlanId"), QByteArray("x 10"));
    }

    void downAndUp() {
        ip("link set trunk.10 down");
        QTRY_COMPARE(words(), QStringLiteral("trunk.10 down 10.10.0.1/24 brd 10.10.0.255"));
        ip("link set trunk.10 up");
        QTRY_COMPARE(words(), QStringLiteral("trunk.10 up 10.10.0.1/24 brd 10.10.0.255"));
        // The equivalent of unplugging the cable.
        ip("link set far down");
        QTRY_COMPARE(words(), QStringLiteral("trunk.10 down 10.10.0.1/24 brd 10.10.0.255"));
        ip("link set far up");
        QTRY_COMPARE(words(), QStringLiteral("trunk.10 up 10.10.0.1/24 brd 10.10.0.255"));
        // The link neither appeared nor disappeared.
        QVERIFY(!m_host->ctl({"events"}).output.contains("LinkDisappeared"));
    }

    void renamed() {
        // Before Linux 6.2 a link can be renamed only while it is down.
        const auto rename = [this](const QString& from, const QString& to) {
            ip("link set " + from + " down");
            ip("link set " + from + " name " + to);
            ip("link set " + to + " up");
        };
        rename("trunk.10", "guests");
        // With a tag the link still belongs to the VLAN; without one, only the name showed that.
        QTRY_COMPARE(words(), m_hasTags ? QStringLiteral("guests up 10.10.0.1/24 brd 10.10.0.255")
                                        : QStringLiteral("No link on \"trunk\" carries VLAN 10."));
        rename("guests", "trunk.10");
        QTRY_COMPARE(words(), QStringLiteral("trunk.10 up 10.10.0.1/24 brd 10.10.0.255"));
    }

    void deletedAndMadeAgain() {
        const int before = vlanState()[u"ifindex"].toInt();
        ip("link del trunk.10");
        QTRY_COMPARE(words(), QStringLiteral("No link on \"trunk\" carries VLAN 10."));
        QTRY_VERIFY(m_host->ctl({"events"}).output.contains("LinkDisappeared"));
        addVlan(10);
        ip("addr add 10.10.0.2/24 dev trunk.10");
        ip("link set trunk.10 up");
        QTRY_COMPARE(words(), QStringLiteral("trunk.10 up 10.10.0.2/24"));
        QVERIFY(vlanState()[u"ifindex"].toInt() != before);
        QTRY_VERIFY(m_host->ctl({"events"}).output.contains("LinkAppeared"));
        const QJsonArray conditions =
            m_host->call("resource.get", {{"kind", "vlan"}, {"name", "vlan-10"}})[u"result"][u"status"][u"conditions"]
                .toArray();
        QCOMPARE(HostUnderTest::condition(conditions, "AddressesAsDeclared")[u"message"].toString(),
                 QStringLiteral("The link lacks 10.10.0.1/24."));
    }

    void howSoon_data() {
        QTest::addColumn<int>("pauseMs");
        QTest::newRow("one change alone") << 40;
        QTest::newRow("changes without a pause, which are told together") << 0;
    }
    void howSoon() {
        QFETCH(int, pauseMs);
        std::vector<double> times;
        std::vector<double> commands;
        for (int i = 0; i < 40; ++i) {
            const bool isAdd = i % 2 == 0;
            QTest::qWait(pauseMs);
            QElapsedTimer timer;
            timer.start();
            ip(QStringLiteral("addr %1 10.99.0.1/24 dev trunk.10").arg(isAdd ? "add" : "del"));
            commands.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
            while (words().contains(QStringLiteral("10.99.0.1")) != isAdd && timer.elapsed() < 5000) {
            }
            times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
            QCOMPARE(words().contains(QStringLiteral("10.99.0.1")), isAdd);
        }
        std::sort(times.begin(), times.end());
        std::sort(commands.begin(), commands.end());
        qInfo(
            "from the start of ip(8) to the value over the control socket: median %.1f ms, worst %.1f ms; ip alone "
            "%.1f",
            times[times.size() / 2], times.back(), commands[commands.size() / 2]);
    }

    void theResourceGoes() {
        QVERIFY(lab::writeFile(m_host->manifest("vlans.yaml"), vlan("vlan-20", "id: 20, interface: trunk")));
        QTRY_COMPARE(valueOf(*m_host, "vlan-10")[u"presence"].toString(), QStringLiteral("Absent"));
        const auto refused =
            m_host->ctl({"validate", "-f", "-"}, vlan("a", "id: 1, interface: lan, address: '1::2::3/64'"));
        QCOMPARE(refused.exitCode, 1);
        QVERIFY2(refused.errors.contains("spec.address") || refused.output.contains("spec.address"),
                 (refused.output + refused.errors).constData());
    }

    void inARunner() {
        HostUnderTest host(*m_lab, "remote");
        host.config = kConfig + "isolation: {vlan-inventory: {mode: remote}}\n";
        host.config.replace("9559", "9560");
        QVERIFY(lab::writeFile(host.manifest("vlans.yaml"), kVlans));
        QVERIFY(host.start());
        QTRY_COMPARE(words(valueOf(host, "vlan-10")[u"value"].toObject()), QStringLiteral("trunk.10 up 10.10.0.2/24"));
        QVERIFY2(host.ctl({"plugin", "show", "vlan-inventory"}).output.contains("runner"),
                 host.ctl({"plugin", "show", "vlan-inventory"}).output.constData());
        ip("link set trunk.10 down");
        QTRY_COMPARE(words(valueOf(host, "vlan-10")[u"value"].toObject()),
                     QStringLiteral("trunk.10 down 10.10.0.2/24"));
        QCOMPARE(host.stop(), 0);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestVlans test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_vlans.moc"
