// SPDX-License-Identifier: GPL-2.0-or-later
// Specs are understood as written, and every mistake of a spec is told at once, with its place and what is wrong.
#include <QTest>

#include "model/spec_parser.h"
#include "tree.h"
#include "yaml_document.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace std::chrono_literals;

namespace {

QCborMap fromYaml(const QString& text) {
    const auto documents = fos1::yaml::parse(text.toUtf8(), QStringLiteral("test"));
    return documents && !documents->empty() ? documents->front().value : QCborMap();
}

QStringList mistakes(const QCborMap& spec) {
    const auto parsed = ntp::parse(spec);
    QStringList list;
    if (!parsed)
        for (const Error& error : parsed.error()) list.append(error.text());
    return list;
}

QCborMap readFile(const char* path) {
    QFile file(tree::sourceFile(QLatin1String(path)));
    return file.open(QIODevice::ReadOnly) ? fromYaml(QString::fromUtf8(file.readAll())) : QCborMap();
}

}  // namespace

class TestNtpServiceSpec : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void designExample() {
        const QCborMap object = readFile("crds/tests/data/design-example.yaml");
        QVERIFY(!object.isEmpty());
        const QCborMap map = object.value(QStringLiteral("spec")).toMap();
        QCOMPARE(mistakes(map), QStringList());
        const NtpServiceSpec spec = *ntp::parse(map);
        QCOMPARE(spec.pools.size(), 2u);
        QCOMPARE(spec.pools[1].name, QStringLiteral("time.cloudflare.com"));
        QCOMPARE(spec.pools[1].servers, 2);
        QVERIFY(spec.pools[1].options.prefer);
        QCOMPARE(spec.servers.size(), 1u);
        QCOMPARE(spec.servers[0].address, QStringLiteral("192.168.1.100"));
        QCOMPARE(spec.servers[0].options.minpoll, std::optional(4));
        QCOMPARE(spec.server.stratum, std::optional(2));
        QCOMPARE(spec.server.driftfile, QStringLiteral("/var/lib/chrony/drift"));
        QVERIFY((spec.server.makestep == MakestepSpec{1s, 3}));
        QVERIFY(spec.server.local.enabled);
        QCOMPARE(spec.server.local.stratum, std::optional(10));
        QCOMPARE(spec.access.size(), 3u);
        QVERIFY(spec.access[2].permission == Permission::Deny);
        QVERIFY(spec.monitoring.warningThreshold == 100ms);
        QVERIFY(spec.monitoring.criticalThreshold == 1s);
        QCOMPARE(spec.monitoring.sourcesMinimum, 3);
        QVERIFY(spec.hardware.isEmpty());
        QCOMPARE(spec.vlans.entries.size(), 3u);
        QVERIFY(spec.vlans.entries[0].policy.broadcast && !spec.vlans.entries[0].policy.clientsOnly);
    }

    void emptySpecHasDefaults() {
        const auto spec = ntp::parse({});
        QVERIFY(spec.has_value());
        QVERIFY(spec->enabled);
        QCOMPARE(spec->server.port, 123);
        QVERIFY(!spec->server.makestep);
        QVERIFY(!spec->opensOnFailure);
    }

    void whatHoldsOnFailure() {
        const auto opens = [](const char* security) {
            return ntp::parse(fromYaml(QLatin1String(security)))->opensOnFailure;
        };
        QVERIFY(!opens("{security: {onFailure: closed}}"));
        QVERIFY(opens("{security: {onFailure: open}}"));
    }

    /// The table that the CRD is tested with too: what its CEL rules refuse is refused here.
    void casesOfTheCrd_data() {
        QTest::addColumn<QCborMap>("spec");
        QTest::addColumn<bool>("refused");
        const QCborArray cases =
            readFile("crds/tests/data/ntpservice-cases.yaml").value(QStringLiteral("cases")).toArray();
        QVERIFY(cases.size() > 20);
        for (const QCborValue& value : cases) {
            const QCborMap map = value.toMap();
            // The schema has refused these before a plugin sees them.
            if (map.contains(QStringLiteral("refused"))) continue;
            QTest::newRow(qPrintable(map.value(QStringLiteral("name")).toString()))
                << map.value(QStringLiteral("spec")).toMap() << map.value(QStringLiteral("rule")).toBool();
        }
    }
    void casesOfTheCrd() {
        QFETCH(QCborMap, spec);
        QFETCH(bool, refused);
        const QStringList list = mistakes(spec);
        QVERIFY2(list.isEmpty() != refused, qPrintable(list.join(u'\n')));
    }

    void mistakesAreNamed_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QStringList>("expected");
        const auto row = [](const char* name, const char* spec, const QStringList& expected) {
            QTest::newRow(name) << QString::fromUtf8(spec) << expected;
        };
        row("address with a number too large", "{sources: {servers: [{address: 10.0.0.300}]}}",
            {QStringLiteral("spec.sources.servers[0].address: \"10.0.0.300\" is not an IP address or host name")});
        row("short address", "{sources: {servers: [{address: '10.1'}]}}",
            {QStringLiteral("spec.sources.servers[0].address: \"10.1\" is not an IP address or host name")});
        row("address with a zone", "{sources: {servers: [{address: 'fe80::1%eth0'}]}}",
            {QStringLiteral("spec.sources.servers[0].address: \"fe80::1%eth0\" is not an IP address or host name")});
        row("no address", "{sources: {servers: [{iburst: true}]}}",
            {QStringLiteral("spec.sources.servers[0].address: is required")});
        row("white space", "{sources: {pools: [{name: 'a.example iburst'}]}}",
            {QStringLiteral("spec.sources.pools[0].name: must not contain white space")});
        row("new line", "{sources: {pools: [{name: \"a.example\\nallow\"}]}}",
            {QStringLiteral("spec.sources.pools[0].name: must not contain control characters")});
        row("quote", "{server: {driftfile: \"/var/'x\"}}",
            {QStringLiteral("spec.server.driftfile: must not contain quotes")});
        row("comment", "{sources: {pools: [{name: '#a.example'}]}}",
            {QStringLiteral("spec.sources.pools[0].name: must not start with \"#\", which starts a comment")});
        row("relative path", "{server: {driftfile: drift}}",
            {QStringLiteral("spec.server.driftfile: \"drift\" is not the absolute path of a file")});
        row("path upwards", "{server: {driftfile: /var/lib/../../etc/passwd}}",
            {QStringLiteral(
                "spec.server.driftfile: \"/var/lib/../../etc/passwd\" is not the absolute path of a file")});
        row("minpoll above maxpoll", "{sources: {servers: [{address: a.example, minpoll: 8, maxpoll: 7}]}}",
            {QStringLiteral("spec.sources.servers[0].minpoll: minpoll (8) must not be greater than maxpoll (7)")});
        row("minpoll above the default maxpoll", "{sources: {servers: [{address: a.example, minpoll: 11}]}}",
            {QStringLiteral(
                "spec.sources.servers[0].minpoll: minpoll (11) must not be greater than maxpoll (10, the default)")});
        row("maxpoll below the default minpoll", "{sources: {servers: [{address: a.example, maxpoll: 5}]}}",
            {QStringLiteral(
                "spec.sources.servers[0].maxpoll: minpoll (6, the default) must not be greater than maxpoll (5)")});
        row("poll out of range", "{sources: {servers: [{address: a.example, minpoll: -8, maxpoll: 25}]}}",
            {QStringLiteral("spec.sources.servers[0].minpoll: must be between -7 and 24, is -8"),
             QStringLiteral("spec.sources.servers[0].maxpoll: must be between -7 and 24, is 25")});
        row("poll that is text", "{sources: {servers: [{address: a.example, minpoll: fast}]}}",
            {QStringLiteral("spec.sources.servers[0].minpoll: must be an integer")});
        row("numbers of samples",
            "{sources: {servers: [{address: a.example, minsamples: 9, maxsamples: 8}, {address: b.example, minsamples: "
            "0, maxsamples: 65}]}}",
            {QStringLiteral(
                 "spec.sources.servers[0].minsamples: minsamples (9) must not be greater than maxsamples (8)"),
             QStringLiteral("spec.sources.servers[1].minsamples: must be between 1 and 64, is 0"),
             QStringLiteral("spec.sources.servers[1].maxsamples: must be between 1 and 64, is 65")});
        row("ratios of delays",
            "{sources: {pools: [{name: a.example, maxdelay: 0, maxdelayratio: 0.5, maxdelaydevratio: 0}]}}",
            {QStringLiteral("spec.sources.pools[0].maxdelay: must be greater than 0 and at most 1000, is 0"),
             QStringLiteral("spec.sources.pools[0].maxdelayratio: must be between 1 and 1000000, is 0.5"),
             QStringLiteral(
                 "spec.sources.pools[0].maxdelaydevratio: must be greater than 0 and at most 1000000, is 0")});
        row("other bounds of a source",
            "{sources: {servers: [{address: a.example, filter: 0, minstratum: 16, maxunreach: -1}]}}",
            {QStringLiteral("spec.sources.servers[0].filter: must be between 1 and 255, is 0"),
             QStringLiteral("spec.sources.servers[0].minstratum: must be between 0 and 15, is 16"),
             QStringLiteral("spec.sources.servers[0].maxunreach: must be between 0 and 1000000, is -1")});
        row("extension fields", "{sources: {servers: [{address: a.example, extfield: [F323, f324, F323]}]}}",
            {QStringLiteral("spec.sources.servers[0].extfield[1]: must be one of F323, F324, is \"f324\""),
             QStringLiteral("spec.sources.servers[0].extfield[2]: \"F323\" is in the list already")});
        row("the same source twice", "{sources: {pools: [{name: A.example.}], servers: [{address: a.example}]}}",
            {QStringLiteral("spec.sources.servers[0].address: \"a.example\" is the same source as "
                            "spec.sources.pools[0].name; name each source once")});
        row("the same address in two notations", "{sources: {servers: [{address: '::1'}, {address: '0:0:0::1'}]}}",
            {QStringLiteral("spec.sources.servers[1].address: \"::1\" is the same source as "
                            "spec.sources.servers[0].address; name each source once")});
        row("host bits", "{security: {access: [{network: 10.1.2.3/16, permission: allow}]}}",
            {QStringLiteral(
                "spec.security.access[0].network: \"10.1.2.3/16\" has host bits set; the network is 10.1.0.0/16")});
        row("address instead of a network", "{security: {access: [{network: 10.1.2.3, permission: allow}]}}",
            {QStringLiteral("spec.security.access[0].network: \"10.1.2.3\" is not a network such as 192.168.0.0/16 or "
                            "fd00::/8; for this one address write 10.1.2.3/32")});
        row("prefix too long", "{security: {access: [{network: 10.0.0.0/33, permission: allow}]}}",
            {QStringLiteral("spec.security.access[0].network: \"10.0.0.0/33\" is not a network such as 192.168.0.0/16 "
                            "or fd00::/8")});
        row("allowed and denied",
            "{security: {access: [{network: 'fd00::/8', permission: allow}, {network: 'fd00:0::/8', permission: "
            "deny}]}}",
            {QStringLiteral(
                "spec.security.access[1].network: fd00::/8 is both allowed and denied: see spec.security.access[0]")});
        row("unknown permission", "{security: {access: [{network: 10.0.0.0/8, permission: Allow}]}}",
            {QStringLiteral("spec.security.access[0].permission: must be allow or deny, is \"Allow\"")});
        row("makestep", "{server: {makestep: {threshold: 0, limit: -2}}}",
            {QStringLiteral("spec.server.makestep.threshold: must be greater than 0 and at most 1000000, is 0"),
             QStringLiteral("spec.server.makestep.limit: must be between -1 and 1000000, is -2")});
        row("what holds on failure", "{security: {onFailure: shut}}",
            {QStringLiteral("spec.security.onFailure: must be closed or open, is \"shut\"")});
        row("rate limit", "{security: {ratelimit: {interval: 5000, burst: 256, leak: 0}}}",
            {QStringLiteral("spec.security.ratelimit.interval: must be between 2e-06 and 4096, is 5000"),
             QStringLiteral("spec.security.ratelimit.burst: must be between 1 and 255, is 256"),
             QStringLiteral("spec.security.ratelimit.leak: must be between 1 and 4, is 0")});
        row("local stratum", "{server: {local: {stratum: 16}}}",
            {QStringLiteral("spec.server.local.stratum: must be between 1 and 15, is 16")});
        row("what contradicts each other in the server",
            "{server: {rtcsync: true, rtc: {file: /a}, interleaved: false, clientloglimit: 4096, maxslewrate: 1, leap: "
            "{mode: smear}, ptpPort: 123, log: [rtc, rtc]}}",
            {QStringLiteral("spec.server.log[1]: \"rtc\" is in the list already"),
             QStringLiteral("spec.server.rtc.file: contradicts rtcsync: either chronyd tracks the real-time clock or "
                            "the kernel sets it"),
             QStringLiteral("spec.server.clientloglimit: contradicts interleaved: false, with which chronyd keeps no "
                            "client records"),
             QStringLiteral("spec.server.maxslewrate: contradicts leap.mode: smear, which needs a rate of its own"),
             QStringLiteral("spec.server.ptpPort: must not be the port of NTP (123)")});
        row("what has no effect in the server", "{server: {rtc: {onUtc: true}, ptpDomain: 1}}",
            {QStringLiteral("spec.server.rtc.onUtc: has no effect without file"),
             QStringLiteral("spec.server.ptpDomain: has no effect without ptpPort")});
        row("bounds of the server",
            "{server: {dscp: 64, ptpDomain: 256, ptpPort: 1, maxupdateskew: 0, clientloglimit: 1, logchange: -1, rtc: "
            "{file: x, autotrim: 0}, local: {activate: 0, waitsynced: -1}}}",
            {QStringLiteral("spec.server.local.activate: must be greater than 0 and at most 1000000, is 0"),
             QStringLiteral("spec.server.local.waitsynced: must be between 0 and 1000000, is -1"),
             QStringLiteral("spec.server.rtc.file: \"x\" is not the absolute path of a file"),
             QStringLiteral("spec.server.rtc.autotrim: must be between 1 and 1000000, is 0"),
             QStringLiteral("spec.server.dscp: must be between 0 and 63, is 64"),
             QStringLiteral("spec.server.ptpDomain: must be between 0 and 255, is 256"),
             QStringLiteral("spec.server.maxupdateskew: must be greater than 0 and at most 1000000, is 0"),
             QStringLiteral("spec.server.clientloglimit: must be between 1024 and 2147483647, is 1"),
             QStringLiteral("spec.server.logchange: must be greater than 0 and at most 1000000, is -1")});
        row("how a hardware clock is read",
            "{server: {hwtimestamp: [{interface: a, rxfilter: some, minpoll: 3, maxpoll: 2, minsamples: 5, maxsamples: "
            "4}]}}",
            {QStringLiteral("spec.server.hwtimestamp[0].rxfilter: must be all, ntp, ptp or none, is \"some\""),
             QStringLiteral(
                 "spec.server.hwtimestamp[0].minsamples: minsamples (5) must not be greater than maxsamples (4)"),
             QStringLiteral("spec.server.hwtimestamp[0].maxpoll: minpoll (3) must not be greater than maxpoll (2)")});
        row("interfaces",
            "{server: {bindDevice: 'a b'}, sources: {bindDevice: averylongdevice0, bindAddresses: [::1, ::2, x]}}",
            {QStringLiteral("spec.sources.bindAddresses[1]: is of the same family as spec.sources.bindAddresses[0]: "
                            "chronyd binds one IPv4 and one IPv6 address"),
             QStringLiteral("spec.sources.bindAddresses[2]: \"x\" is not an IP address"),
             QStringLiteral("spec.sources.bindDevice: \"averylongdevice0\" is not the name of an interface"),
             QStringLiteral("spec.server.bindDevice: must not contain white space")});
        row("options of NTS and of limits",
            "{security: {nts: {aeads: [15, 15, 16], nocerttimecheck: -1, server: {ratelimit: {interval: 5000}}}, "
            "ratelimit: {kod: 5}}}",
            {QStringLiteral("spec.security.nts.server.ratelimit.interval: must be between 2e-06 and 4096, is 5000"),
             QStringLiteral("spec.security.nts.aeads[1]: 15 is in the list already"),
             QStringLiteral("spec.security.nts.aeads[2]: must be 15 (AES-SIV-CMAC-256) or 30 (AES-128-GCM-SIV)"),
             QStringLiteral("spec.security.nts.nocerttimecheck: must be between 0 and 1000000, is -1"),
             QStringLiteral("spec.security.ratelimit.kod: must be between 0 and 4, is 5")});
        row("leap seconds", "{server: {leap: {mode: step}}}",
            {QStringLiteral("spec.server.leap.mode: must be system, slew, smear or ignore, is \"step\"")});
        row("two addresses of one family", "{server: {bindAddresses: [10.0.0.1, '::1', 10.0.0.2]}}",
            {QStringLiteral("spec.server.bindAddresses[2]: is of the same family as spec.server.bindAddresses[0]: "
                            "chronyd binds one IPv4 and one IPv6 address")});
        row("several at once",
            "{enabled: 1, sources: {pools: [{name: ''}]}, server: {port: 70000}, monitoring: {sourcesMinimum: -1}}",
            {QStringLiteral("spec.enabled: must be true or false"),
             QStringLiteral("spec.sources.pools[0].name: must not be empty"),
             QStringLiteral("spec.server.port: must be between 0 and 65535, is 70000"),
             QStringLiteral("spec.monitoring.sourcesMinimum: must be between 0 and 1000, is -1")});
        row("an unknown key", "{sources: {servers: [{address: a.example, keyId: 2}]}}",
            {QStringLiteral("spec.sources.servers[0].keyId: key 2 is not in spec.security.authentication.keys")});
        row("a key in lower case is no mistake, one of another type is",
            "{security: {authentication: {keys: [{id: 1, type: sha256, value: x}, {id: 2, type: CRC, value: x}]}}}",
            {QStringLiteral("spec.security.authentication.keys[1].type: must be one of MD5, SHA1, SHA256, SHA384, "
                            "SHA512, AES128, AES256")});
        row("a key of the wrong length", "{security: {authentication: {keys: [{id: 1, type: AES128, value: geheim}]}}}",
            {QStringLiteral("spec.security.authentication.keys[0].value: has 6 bytes; a key of type AES128 has 16 (32 "
                            "digits after HEX:)")});
        row("half a digit", "{security: {authentication: {keys: [{id: 1, type: SHA1, value: 'HEX:ABC'}]}}}",
            {QStringLiteral(
                "spec.security.authentication.keys[0].value: must have only pairs of hexadecimal digits after HEX:")});
        row("a key without a value", "{security: {authentication: {keys: [{id: 1, type: SHA1}]}}}",
            {QStringLiteral("spec.security.authentication.keys[0].value: is required, or valueFrom")});
        row("a key from two places",
            "{security: {authentication: {keys: [{id: 1, type: SHA1, valueFrom: {file: /etc/k, secretKeyRef: {name: a, "
            "key: b}}}]}}}",
            {QStringLiteral("spec.security.authentication.keys[0].valueFrom: needs either secretKeyRef or file")});
        row("addresses that no server has",
            "{sources: {servers: [{address: 127.127.1.1}, {address: 0.0.0.0}, {address: 255.255.255.255}, {address: "
            "224.0.1.1}], pools: [{name: '::'}]}}",
            {QStringLiteral("spec.sources.pools[0].name: :: is the unspecified address, which no server has"),
             QStringLiteral("spec.sources.servers[0].address: 127.127.1.1 is ntpd's name for a reference clock; use "
                            "spec.server.local for the machine's own clock, or spec.sources.hardware"),
             QStringLiteral("spec.sources.servers[1].address: 0.0.0.0 is the unspecified address, which no server has"),
             QStringLiteral(
                 "spec.sources.servers[2].address: 255.255.255.255 is a broadcast or reserved address; name a "
                 "server by its own address"),
             QStringLiteral("spec.sources.servers[3].address: 224.0.1.1 is a multicast address, and chronyd does not "
                            "listen to multicast; name the servers by their own addresses")});
        row("an underscore", "{sources: {servers: [{address: ntp_1.example}]}}",
            {QStringLiteral(
                "spec.sources.servers[0].address: \"ntp_1.example\" has an underscore, which a host name may "
                "not have (RFC 952)")});
        row("no such weighing", "{security: {authselect: both}}",
            {QStringLiteral("spec.security.authselect: must be require, prefer, mix or ignore, is \"both\"")});
        row("no minimum of sources", "{sources: {minsources: 0, maxdistance: 0}}",
            {QStringLiteral("spec.sources.minsources: must be between 1 and 100, is 0"),
             QStringLiteral("spec.sources.maxdistance: must be greater than 0 and at most 1000, is 0")});
        row("a peer without a key", "{sources: {peers: [{address: a.example}]}}",
            {QStringLiteral("spec.sources.peers[0].keyId: is required for a peer; set insecure: true to use a peer "
                            "without authentication")});
        row("an address of the other family", "{sources: {servers: [{address: 10.0.0.1, family: ipv6}]}}",
            {QStringLiteral("spec.sources.servers[0].family: contradicts 10.0.0.1, which is of the other family")});
        row("a certificate without its key", "{security: {nts: {server: {certificate: {file: /etc/c.pem}}}}}",
            {QStringLiteral("spec.security.nts.server.key: is required with certificate.file")});
        row("an interface twice", "{server: {hwtimestamp: [{interface: eth0}, {interface: eth0}]}}",
            {QStringLiteral("spec.server.hwtimestamp[1].interface: eth0 is already in "
                            "spec.server.hwtimestamp[0].interface")});
        row("a VLAN twice", "{vlanConfig: [{vlanRef: a}, {vlanRef: b}, {vlanRef: a, enabled: false}]}",
            {QStringLiteral("spec.vlanConfig[2].vlanRef: a has a policy already: spec.vlanConfig[0].vlanRef")});
        row("no holdover by an error of nothing", "{advertise: {holdover: {errorBound: 0}}}",
            {QStringLiteral(
                "spec.advertise.holdover.errorBound: must be greater than 0 and at most 1000000000, is 0")});
        row("a limit of key exchanges that needs what is switched off",
            "{server: {interleaved: false}, security: {nts: {server: {ratelimit: {enabled: true}}}}}",
            {QStringLiteral("spec.server.interleaved: false contradicts security.nts.server.ratelimit: chronyd can "
                            "disable interleaved mode only when it keeps no client records, which the rate limit "
                            "needs")});
        row("interfaces of leases", "{sources: {dhcp: {interfaces: [wan0, wan0, 'a/b', '']}}}",
            {QStringLiteral("spec.sources.dhcp.interfaces[1]: \"wan0\" is in the list already"),
             QStringLiteral("spec.sources.dhcp.interfaces[2]: \"a/b\" is not the name of an interface"),
             QStringLiteral("spec.sources.dhcp.interfaces[3]: must not be empty")});
        row("a limit that needs what is switched off",
            "{server: {interleaved: false}, security: {ratelimit: {enabled: true}}}",
            {QStringLiteral("spec.server.interleaved: false contradicts security.ratelimit: chronyd can disable "
                            "interleaved mode only when it keeps no client records, which the rate limit needs")});
    }
    void mistakesAreNamed() {
        QFETCH(QString, spec);
        QFETCH(QStringList, expected);
        QCOMPARE(mistakes(fromYaml(spec)), expected);
    }

    void addressesAreCanonical() {
        const auto spec = ntp::parse(fromYaml(QStringLiteral("{sources: {servers: [{address: '2001:DB8:0::1'}]}}")));
        QVERIFY(spec.has_value());
        QCOMPARE(spec->servers[0].address, QStringLiteral("2001:db8::1"));
    }

    void longestHostName() {
        const QString label(63, u'a');
        const QString name = label + u'.' + label + u'.' + label + u'.' + QString(61, u'a');
        const auto spec = [](const QString& text) {
            return fromYaml(QStringLiteral("{sources: {servers: [{address: %1}]}}").arg(text));
        };
        QCOMPARE(name.size(), 253);
        QCOMPARE(mistakes(spec(name)), QStringList());
        QCOMPARE(mistakes(spec(name + u'a')).size(), 1);
        QCOMPARE(mistakes(spec(label + u'a')).size(), 1);
    }
};

QTEST_GUILESS_MAIN(TestNtpServiceSpec)
#include "tst_ntp_service_spec.moc"
