// SPDX-License-Identifier: GPL-2.0-or-later
// The plugin as the host loads it, from its .so, with the real kernel in a network namespace of the test's own: topic,
// status, events, metrics, conflicts, mistakes and the stop.
#include <QPluginLoader>
#include <QTest>

#include "fos1/features/validator.h"
#include "fos1/testing/plugin_harness.h"
#include "isolation.h"
#include "lab.h"
#include "network/vlan.h"
#include "tree.h"

using namespace fos1;
using network::VlanState;

namespace {

const QString kReady = QStringLiteral("Ready");

void ip(const QByteArray& lines) {
    const auto result = lab::run(QStringLiteral("ip"), {QStringLiteral("-batch"), QStringLiteral("-")}, 20'000, lines);
    if (result.exitCode != 0) qFatal("ip: %s", result.errors.constData());
}

QCborMap object(const QString& name, int id, const char* interface, QCborMap more = {},
                const QString& ns = QStringLiteral("default")) {
    more.insert(QStringLiteral("id"), id);
    more.insert(QStringLiteral("interface"), QLatin1String(interface));
    return {{QStringLiteral("apiVersion"), QStringLiteral("networking.fos1.io/v1")},
            {QStringLiteral("kind"), QStringLiteral("VLAN")},
            {QStringLiteral("metadata"),
             QCborMap{
                 {QStringLiteral("name"), name}, {QStringLiteral("namespace"), ns}, {QStringLiteral("generation"), 5}}},
            {QStringLiteral("spec"), more}};
}

class Running {
   public:
    Running() : m_harness(tree::builtPlugin(QStringLiteral("vlan-inventory"))) {
        if (!m_harness.error().isEmpty()) qFatal("%s", qPrintable(m_harness.error()));
        const QString why = m_harness.start();
        if (!why.isEmpty()) qFatal("%s", qPrintable(why));
    }

    testing::PluginHarness* operator->() { return &m_harness; }
    [[nodiscard]] testing::FakeHost& host() { return m_harness.host(); }
    [[nodiscard]] VlanState state(const char* name) {
        return host().bus.decoded<VlanState>(QString::fromLatin1(name)).value_or(VlanState{});
    }
    [[nodiscard]] QString ready(const char* name) { return host().status.condition(QString::fromLatin1(name), kReady); }

   private:
    testing::PluginHarness m_harness;
};

}  // namespace

class TestVlanInventoryPlugin : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void init() {
        ip("link add lan.10 type veth peer name far\nlink set far up\nlink set lan.10 up\n"
           "addr add 10.10.0.1/24 brd + dev lan.10\naddr add fd00:10::1/64 dev lan.10 nodad\n");
        // The kernel reports the carrier a moment after `ip link set up` has returned.
        for (const char* device : {"lan.10", "far"})
            QTRY_VERIFY(
                lab::run(QStringLiteral("ip"), {"-o", "link", "show", "dev", device}).output.contains("state UP"));
    }
    void cleanup() { ip("link del lan.10\n"); }

    void saysWhatIsThere() {
        Running r;
        const QCborMap more{{QStringLiteral("zone"), QStringLiteral("LAN")},
                            {QStringLiteral("address"), QStringLiteral("10.10.0.1/24")}};
        const auto done =
            r->reconcile({object(QStringLiteral("a"), 10, "lan", more), object(QStringLiteral("b"), 20, "lan")});
        QVERIFY2(done.outcome == Outcome::Ok, qPrintable(done.message));
        // When the reconcile completes, not some time later.
        const VlanState a = r.state("a");
        QVERIFY(a.up && a.ifindex > 0 && a.reason.isEmpty());
        QCOMPARE(a.vlanId, 10);
        QCOMPARE(a.interface, QStringLiteral("lan.10"));
        QCOMPARE(a.zone, QStringLiteral("LAN"));
        const std::vector<network::VlanAddress> expected{
            {QStringLiteral("10.10.0.1"), 24, QStringLiteral("10.10.0.255")}, {QStringLiteral("fd00:10::1"), 64, {}}};
        QVERIFY(a.addresses == expected);
        const VlanState b = r.state("b");
        QVERIFY(!b.up && b.ifindex == 0 && b.addresses.empty());
        QCOMPARE(b.reason, QStringLiteral("There is no link \"lan\"."));

        const auto& status = r.host().status;
        QCOMPARE(r.ready("a"), QStringLiteral("True/LinkUp"));
        QCOMPARE(r.ready("b"), QStringLiteral("False/LinkMissing"));
        QCOMPARE(status.condition(QStringLiteral("a"), QStringLiteral("AddressesAsDeclared")),
                 QStringLiteral("True/AllPresent"));
        QCOMPARE(status.field(QStringLiteral("a"), QStringLiteral("phase")), QCborValue(QStringLiteral("Active")));
        QCOMPARE(status.field(QStringLiteral("a"), QStringLiteral("observedGeneration")), QCborValue(5));
        QCOMPARE(status.field(QStringLiteral("b"), QStringLiteral("phase")), QCborValue(QStringLiteral("Pending")));
        const auto& metrics = r.host().metrics;
        QCOMPARE(metrics.value(QStringLiteral("vlan_inventory_vlans")), std::optional<qint64>(2));
        QCOMPARE(metrics.value(QStringLiteral("vlan_inventory_up"), QStringLiteral("a")), std::optional<qint64>(1));
        QCOMPARE(metrics.value(QStringLiteral("vlan_inventory_up"), QStringLiteral("b")), std::optional<qint64>(0));
        QCOMPARE(metrics.value(QStringLiteral("vlan_inventory_resyncs_total")), std::optional<qint64>(0));
        QCOMPARE(r.host().events.reasons(), QStringList());
        QCOMPARE(r->stop().outcome, Outcome::Ok);
        // The topics are left to the host, which reports that their publisher is gone: the VLANs still exist.
        QCOMPARE(r.host().bus.standing().size(), 2);
    }

    void followsTheLink() {
        Running r;
        QCOMPARE(r->reconcile({object(QStringLiteral("a"), 10, "lan")}).outcome, Outcome::Ok);
        const qint64 ifindex = r.state("a").ifindex;
        ip("link set lan.10 down\n");
        QTRY_VERIFY(!r.state("a").up);
        QCOMPARE(r.state("a").reason, QStringLiteral("Link \"lan.10\" is switched off."));
        QCOMPARE(r.ready("a"), QStringLiteral("False/LinkDown"));
        // The kernel removes the IPv6 address; the IPv4 address stays.
        QTRY_COMPARE(r.state("a").addresses.size(), std::size_t(1));
        ip("link set lan.10 up\n");
        QTRY_VERIFY(r.state("a").up);
        QCOMPARE(r.host().events.reasons(), QStringList());
        ip("link del lan.10\n");
        QTRY_COMPARE(r.ready("a"), QStringLiteral("False/LinkMissing"));
        QCOMPARE(r.state("a").interface, QString());
        QCOMPARE(r.host().events.reasons(), QStringList{QStringLiteral("LinkDisappeared")});
        QCOMPARE(r.host().metrics.value(QStringLiteral("vlan_inventory_up"), QStringLiteral("a")),
                 std::optional<qint64>(0));
        init();
        QTRY_COMPARE(r.state("a").addresses.size(), std::size_t(2));
        QVERIFY(r.state("a").up && r.state("a").ifindex != ifindex);
        QCOMPARE(r.host().events.reasons(), (QStringList{"LinkDisappeared", "LinkAppeared"}));
        QVERIFY(r.host().guard.strayCalls().isEmpty());
    }

    void followsTheResources() {
        Running r;
        r->reconcile({object(QStringLiteral("a"), 10, "lan"), object(QStringLiteral("b"), 10, "lan.10")});
        QCOMPARE(r.ready("b"), QStringLiteral("False/LinkTaken"));
        QCOMPARE(r.host().status.condition(QStringLiteral("b"), QStringLiteral("Conflict")),
                 QStringLiteral("True/LinkTaken"));
        QVERIFY(!r.state("b").up);
        const std::size_t said = r.host().bus.utterances().size();
        r->reconcile({object(QStringLiteral("a"), 10, "lan"), object(QStringLiteral("b"), 10, "lan.10")});
        QCOMPARE(r.host().bus.utterances().size(), said);

        r->reconcile({object(QStringLiteral("b"), 10, "lan.10")});
        QCOMPARE(r.host().bus.standing(), QStringList{QStringLiteral("network.vlan/v1 b")});
        QCOMPARE(r.ready("b"), QStringLiteral("True/LinkUp"));
        QCOMPARE(r.host().status.condition(QStringLiteral("b"), QStringLiteral("Conflict")), QString());
        QVERIFY(!r.host().metrics.value(QStringLiteral("vlan_inventory_up"), QStringLiteral("a")));
        r->reconcile({});
        QCOMPARE(r.host().bus.standing(), QStringList());
        QCOMPARE(r.host().metrics.value(QStringLiteral("vlan_inventory_vlans")), std::optional<qint64>(0));
    }

    /// The key of the topic is only the name. When the older object is removed, the younger one gets the key.
    void oneNameInTwoNamespaces() {
        Running r;
        const QCborMap x = object(QStringLiteral("a"), 10, "lan", {}, QStringLiteral("x"));
        const QCborMap y = object(QStringLiteral("a"), 20, "lan", {}, QStringLiteral("y"));
        r->reconcile({x, y});
        QCOMPARE(r.state("a").vlanId, 10);
        r->reconcile({y});
        QCOMPARE(r.state("a").vlanId, 20);
    }

    void aMistakeStopsNobodyElse() {
        Running r;
        const auto done = r->reconcile({object(QStringLiteral("a"), 10, "lan"), object(QStringLiteral("b"), 0, "lan")});
        QCOMPARE(done.outcome, Outcome::Failed);
        QCOMPARE(done.message, QStringLiteral("VLAN default/b: spec.id: must be from 1 to 4094"));
        QCOMPARE(r.ready("b"), QStringLiteral("False/InvalidSpec"));
        QCOMPARE(r.host().status.field(QStringLiteral("b"), QStringLiteral("phase")),
                 QCborValue(QStringLiteral("Failed")));
        QVERIFY(r.state("a").up);
        QCOMPARE(r.host().bus.standing(), QStringList{QStringLiteral("network.vlan/v1 a")});
    }

    /// They are published over many turns of the loop, and the reconcile completes after the last. The metrics are
    /// bounded.
    void thousands() {
        Running r;
        QCborArray all;
        for (int i = 0; i < 4000; ++i)
            all.append(object(QStringLiteral("v%1").arg(i, 4, 10, QLatin1Char('0')), i % 4094 + 1, "trunk"));
        all.append(object(QStringLiteral("z"), 10, "lan"));
        QCOMPARE(r->reconcile(all).outcome, Outcome::Ok);
        QCOMPARE(r.host().bus.standing().size(), 4001);
        QVERIFY(r.state("z").up);
        QCOMPARE(r.host().metrics.value(QStringLiteral("vlan_inventory_vlans")), std::optional<qint64>(4001));
        QCOMPARE(r.host().metrics.find(QStringLiteral("vlan_inventory_up"))->series.size(), std::size_t(1000));
        QCOMPARE(r.host().metrics.value(QStringLiteral("vlan_inventory_vlans_without_series")),
                 std::optional<qint64>(3001));
        // A VLAN without a series of its own is monitored like the others.
        ip("link set lan.10 down\n");
        QTRY_VERIFY(!r.state("z").up);
        QCOMPARE(r.host().metrics.find(QStringLiteral("vlan_inventory_up"))->series.size(), std::size_t(1000));
        QCOMPARE(r->reconcile({}).outcome, Outcome::Ok);
        QCOMPARE(r.host().bus.standing(), QStringList());
    }

    void validatesWithoutBeingStarted() {
        QPluginLoader loader(tree::builtPlugin(QStringLiteral("vlan-inventory")));
        auto* plugin = qobject_cast<IPlugin*>(loader.instance());
        QVERIFY2(plugin, qPrintable(loader.errorString()));
        auto* validator = static_cast<IValidator*>(plugin->query(QString::fromLatin1(IValidator::kIid)));
        QVERIFY(validator);
        const auto errors = [&](const QCborMap& spec) {
            return validator->validate(object(QStringLiteral("a"), 10, "lan", spec))
                .value(QStringLiteral("errors"))
                .toArray();
        };
        QCOMPARE(errors({}).size(), 0);
        const QCborArray found = errors({{QStringLiteral("address"), QStringLiteral("1::2::3/64")}});
        QCOMPARE(found.size(), 1);
        QCOMPARE(found.at(0).toMap().value(QStringLiteral("path")).toString(), QStringLiteral("spec.address"));
        QVERIFY(!plugin->query(QStringLiteral("io.fos1.Unknown/1")));
        delete loader.instance();
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestVlanInventoryPlugin test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_vlan_inventory_plugin.moc"
