// SPDX-License-Identifier: GPL-2.0-or-later
// What asks for a key, a certificate, an interface or a newer chronyd gets it, or is left out with the reason: never
// used without it.
#include <QTest>

#include "core/chrony_plan.h"
#include "core/key_file.h"
#include "core/secrets.h"
#include "model/key_parser.h"
#include "model/spec_parser.h"
#include "yaml_document.h"

using namespace fos1;
using namespace fos1::ntp;

namespace {

QCborMap fromYaml(const QByteArray& text) {
    const auto documents = fos1::yaml::parse(text, QStringLiteral("test"));
    return documents && !documents->empty() ? documents->front().value : QCborMap();
}

constexpr const char* kKeys =
    "security: {authentication: {keys: [{id: 1, type: sha256, value: abc}, {id: 7, type: AES128, valueFrom: "
    "{secretKeyRef: {name: s, key: k}}}]}}";

Materials chrony(int minor) {
    Materials materials;
    materials.version = {4, minor};
    return materials;
}

QStringList leftOut(const ChronyPlan& plan) {
    QStringList list;
    for (const LeftOut& each : plan.leftOut) list << each.path + u' ' + each.name + u' ' + each.reason;
    return list;
}

}  // namespace

Q_DECLARE_METATYPE(fos1::ntp::Materials)

class TestSourceLines : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void lines_data() {
        QTest::addColumn<QByteArray>("spec");
        QTest::addColumn<Materials>("materials");
        QTest::addColumn<QByteArrayList>("expected");
        QTest::addColumn<QStringList>("left");
        const auto row = [](const char* name, const QByteArray& spec, const Materials& materials,
                            const QByteArrayList& expected, const QStringList& left = {}) {
            QTest::newRow(name) << '{' + spec + '}' << materials << expected << left;
        };
        Materials withKeys = chrony(3);
        withKeys.keys = {{1, "abc"}};
        withKeys.missingKeys = {{7,
                                 {QStringLiteral("is unavailable: the Secret default/s does not exist"),
                                  QStringLiteral("SecretNotFound")}}};
        row("a server with its key", "sources: {servers: [{address: a, keyId: 1}]}, " + QByteArray(kKeys), withKeys,
            {"server a key 1"});
        row("a peer with its key",
            "sources: {peers: [{address: a, keyId: 1, xleave: true, maxdelay: 0.5}]}, " + QByteArray(kKeys), withKeys,
            {"peer a xleave key 1 maxdelay 0.5"});
        row("a peer that needs none", "sources: {peers: [{address: a, insecure: true}]}", chrony(3), {"peer a"});
        row("a key that is not there", "sources: {pools: [{name: b}, {name: a, keyId: 7}]}, " + QByteArray(kKeys),
            withKeys, {"authselectmode ignore", "pool b maxsources 4"},
            {QStringLiteral("spec.sources.pools[1] a requests key 7, which is unavailable: the Secret default/s does "
                            "not exist, and is not used without it")});
        row("NTS", "sources: {servers: [{address: a, nts: true}, {address: b, nts: true, ntsPort: 4461}]}", chrony(3),
            {"server a nts", "server b nts ntsport 4461"});
        Materials withoutNts = chrony(3);
        withoutNts.version.nts = false;
        row("NTS that was not built in", "sources: {servers: [{address: a, nts: true}]}", withoutNts, {},
            {QStringLiteral("spec.sources.servers[0] a requests NTS, which this chronyd was built without, and is not "
                            "used without it")});
        row("a family, to a chronyd that can", "sources: {pools: [{name: a, family: ipv6}]}", chrony(6),
            {"pool a maxsources 4 ipv6"});
        row("a family, to one that cannot", "sources: {pools: [{name: a, family: ipv4}]}", chrony(5), {},
            {QStringLiteral("spec.sources.pools[0] a requests addresses of one family, which chronyd 4.5 cannot select "
                            "(4.6 can)")});
        row("a family that the address has", "sources: {servers: [{address: 10.0.0.1, family: ipv4}]}", chrony(3),
            {"server 10.0.0.1"});
        row("every option that is a number",
            "sources: {pools: [{name: a, maxdelay: 0.5, filter: 5, minsamples: 8, maxsamples: 32, maxdelayratio: 1.5, "
            "maxdelaydevratio: 0.000001, minstratum: 3, maxunreach: 100, copy: true, extfield: [F324, F323]}]}",
            chrony(8),
            {"pool a maxsources 4 copy maxdelay 0.5 filter 5 minsamples 8 maxsamples 32 maxdelayratio 1.5 "
             "maxdelaydevratio 1e-06 minstratum 3 maxunreach 100 extfield F324 extfield F323"});
        row("options that 4.0 does not have",
            "sources: {servers: [{address: a, copy: true, filter: 5, maxunreach: 0, extfield: [F323]}]}", chrony(0),
            {"server a filter 5"},
            {QStringLiteral("spec.sources.servers[0].copy a has no effect: chronyd 4.0 does not support it (4.1 does)"),
             QStringLiteral(
                 "spec.sources.servers[0].maxunreach a has no effect: chronyd 4.0 does not support it (4.8 does)"),
             QStringLiteral(
                 "spec.sources.servers[0].extfield a has no effect: chronyd 4.0 does not support it (4.2 does)")});
        row("an extension field that 4.4 does not have",
            "sources: {peers: [{address: a, insecure: true, extfield: "
            "[F323, F324]}]}",
            chrony(4), {"peer a extfield F323"},
            {QStringLiteral(
                "spec.sources.peers[0].extfield a has no effect: chronyd 4.4 does not support it (4.5 does)")});

        Materials leases = chrony(3);
        const auto leased = [](const char* address) {
            return LeasedServer{*IpAddress::parse(QLatin1String(address)), QStringLiteral("wan0")};
        };
        leases.leased = {leased("192.0.2.2"), leased("2001:db8::1"), leased("192.0.2.1")};
        row("servers of a lease, but for what is declared",
            "sources: {dhcp: {interfaces: [wan0]}, servers: [{address: 192.0.2.1, minpoll: 4}]}", leases,
            {"server 192.0.2.1 minpoll 4", "server 192.0.2.2 iburst", "server 2001:db8::1 iburst"});
        // Whether there is a lease or not: the mode is one that only a restart changes.
        row("servers of a lease do not outvote authenticated ones",
            "sources: {dhcp: {interfaces: [wan0]}, servers: [{address: a, nts: true}]}", chrony(3),
            {"authselectmode ignore", "server a trust nts"});

        row("leap seconds by slewing", "server: {leap: {mode: slew, list: right/UTC}}", chrony(3),
            {"leapsecmode slew", "leapsectz right/UTC"});
        row("leap seconds by smearing", "server: {leap: {mode: smear}}", chrony(3),
            {"leapsecmode slew", "maxslewrate 1000", "smoothtime 400 0.001024 leaponly"});
        row("a list of leap seconds", "server: {leap: {list: /etc/leap-seconds.list}}", chrony(6),
            {"leapseclist /etc/leap-seconds.list"});
        row("a list that 4.3 cannot read", "server: {leap: {list: /etc/leap-seconds.list}}", chrony(3), {},
            {QStringLiteral(
                "spec.server.leap.list /etc/leap-seconds.list is a file, which chronyd 4.3 cannot read (4.6 "
                "can); name a time zone such as right/UTC instead")});
        row("a burst that 4.3 takes", "security: {ratelimit: {enabled: true, burst: 33}}", chrony(3),
            {"ratelimit interval 3 burst 33 leak 2"});
        row("a burst that ends 4.7", "security: {ratelimit: {enabled: true, burst: 33}}", chrony(7),
            {"ratelimit interval 3 burst 32 leak 2"},
            {QStringLiteral("spec.security.ratelimit.burst 33 is more than chronyd 4.7 accepts; 32 is used")});
        row("no interleaved mode", "server: {interleaved: false}", chrony(3), {"noclientlog"});
        row("interleaved mode is chronyd's own default", "server: {interleaved: true}", chrony(3), {});
        Materials noEth1 = chrony(3);
        noEth1.unusableInterfaces = {{QStringLiteral("eth1"), QStringLiteral("does not exist")}};
        row("hardware timestamps",
            "server: {hwtimestamp: [{interface: eth0, txcomp: 0.0000003, rxcomp: -0.00000025}, {interface: eth1}, "
            "{interface: '*'}]}",
            noEth1, {"hwtimestamp eth0 txcomp 0.0000003 rxcomp -0.00000025", "hwtimestamp *"},
            {QStringLiteral("spec.server.hwtimestamp[1] eth1 does not exist")});

        row("how a hardware clock is read",
            "server: {hwtimestamp: [{interface: eth0, rxfilter: ptp, minpoll: -6, maxpoll: -5, minsamples: 3, "
            "maxsamples: 64}]}",
            chrony(4), {"hwtimestamp eth0 minpoll -6 maxpoll -5 minsamples 3 maxsamples 64 rxfilter ptp"});
        row("how 4.3 reads it", "server: {hwtimestamp: [{interface: eth0, maxpoll: 3}]}", chrony(3),
            {"hwtimestamp eth0"},
            {QStringLiteral("spec.server.hwtimestamp[0].maxpoll eth0 has no effect: chronyd 4.3 does not support it "
                            "(4.4 does)")});
        row("what is one number",
            "server: {dscp: 46, ptpPort: 319, ptpDomain: 7, maxupdateskew: 0.5, clientloglimit: 2147483647, logchange: "
            "0.001}",
            chrony(6),
            {"dscp 46", "ptpport 319", "ptpdomain 7", "maxupdateskew 0.5", "clientloglimit 2147483647",
             "logchange 0.001"});
        row("a PTP domain that 4.3 does not know", "server: {ptpPort: 319, ptpDomain: 7}", chrony(3), {"ptpport 319"},
            {QStringLiteral("spec.server.ptpDomain 7 has no effect: chronyd 4.3 does not support it (4.6 does)")});
        row("logs", "server: {log: [tracking, selection]}", chrony(3), {"logdir /l", "log tracking selection"});
        row("a log that 4.2 does not write", "server: {log: [selection]}", chrony(2), {},
            {QStringLiteral("spec.server.log selection has no effect: chronyd 4.2 does not support it (4.3 does)")});
        row("devices", "server: {bindDevice: lan0}, sources: {bindDevice: wan0, bindAddresses: ['::1', 192.0.2.1]}",
            chrony(3), {"binddevice lan0", "bindacqaddress ::1", "bindacqaddress 192.0.2.1", "bindacqdevice wan0"});
        row("ignored leap seconds", "server: {leap: {mode: ignore}}", chrony(3), {"leapsecmode ignore"});
        row("a local clock that waits",
            "server: {local: {enabled: true, distance: 0, activate: 0.5, waitsynced: 60, waitunsynced: 0}}", chrony(7),
            {"local stratum 10 distance 0 activate 0.5 waitsynced 60 waitunsynced 0"});
        row("a local clock that cannot wait", "server: {local: {enabled: true, activate: 0.5, waitsynced: 60}}",
            chrony(3), {"local stratum 10"},
            {QStringLiteral("spec.server.local.activate 0.5 has no effect: chronyd 4.3 does not support it (4.6 does)"),
             QStringLiteral(
                 "spec.server.local.waitsynced 60 has no effect: chronyd 4.3 does not support it (4.7 does)")});
        row("requests to ask less often", "security: {ratelimit: {enabled: true, kod: 2}}", chrony(6),
            {"ratelimit interval 3 burst 8 leak 2 kod 2"});
        row("requests that 4.5 does not send", "security: {ratelimit: {enabled: true, kod: 2}}", chrony(5),
            {"ratelimit interval 3 burst 8 leak 2"},
            {QStringLiteral(
                "spec.security.ratelimit.kod 2 has no effect: chronyd 4.5 does not support it (4.6 does)")});

        Materials withPair = chrony(3);
        withPair.ntsServer = NtsServerFiles{QStringLiteral("/c"), QStringLiteral("/k")};
        row("an NTS server", "security: {nts: {enabled: true, server: {port: 4461, rotate: 3600}}}", withPair,
            {"ntsserverkey /k", "ntsservercert /c", "ntsport 4461", "ntsrotate 3600", "ntsprocesses 1"});
        row("a limit of key exchanges",
            "security: {nts: {enabled: true, nocerttimecheck: 1, server: {ratelimit: {enabled: true, burst: 2}}}}",
            withPair,
            {"nocerttimecheck 1", "ntsserverkey /k", "ntsservercert /c", "ntsport 4460", "ntsrotate 604800",
             "ntsprocesses 1", "ntsratelimit interval 6 burst 2 leak 2"});
        Materials patched = chrony(6);
        row("algorithms that 4.6 does not select", "security: {nts: {aeads: [30, 15]}}", patched, {},
            {QStringLiteral("spec.security.nts.aeads 30, 15 has no effect: chronyd 4.6 does not support it (4.6.1 "
                            "does)")});
        patched.version.patch = 1;
        row("algorithms that 4.6.1 selects", "security: {nts: {aeads: [30, 15]}}", patched, {"ntsaeads 30 15"});
        row("an NTS server that is switched off", "security: {nts: {enabled: false}}", withPair, {});
        Materials noPair = chrony(3);
        noPair.noNtsServer = {QStringLiteral("is unavailable: expired"), QStringLiteral("InputUnavailable")};
        row("an NTS server without a certificate", "security: {nts: {enabled: true}}", noPair, {},
            {QStringLiteral("spec.security.nts the NTS server is unavailable: expired")});
        Materials trust = chrony(3);
        trust.trustedBundle = QStringLiteral("/t");
        trust.unusableTrustedCerts = {{QStringLiteral("/b"), QStringLiteral("does not exist")}};
        row("trusted certificates", "security: {nts: {trustedCerts: [/a, /b]}}", trust, {"ntstrustedcerts /t"},
            {QStringLiteral("spec.security.nts.trustedCerts[1] /b does not exist")});

        Materials vlans = chrony(3);
        vlans.vlans.access = {{*IpPrefix::parse(QStringLiteral("10.0.10.0/24")), Permission::Allow},
                              {*IpPrefix::parse(QStringLiteral("10.0.20.0/24")), Permission::Deny}};
        vlans.vlans.broadcasts = {*IpAddress::parse(QStringLiteral("10.0.10.255"))};
        row("rules of the VLANs, but for what the spec says itself",
            "security: {access: [{network: 10.0.20.0/24, permission: allow}, {network: 10.0.0.0/8, permission: deny}]}",
            vlans, {"deny 10.0.0.0/8", "allow 10.0.10.0/24", "allow 10.0.20.0/24", "broadcast 64 10.0.10.255"});
    }
    void lines() {
        QFETCH(QByteArray, spec);
        QFETCH(Materials, materials);
        QFETCH(QByteArrayList, expected);
        QFETCH(QStringList, left);
        const auto parsed = ntp::parse(fromYaml(spec));
        QVERIFY2(parsed, parsed ? "" : qPrintable(joined(parsed.error())));
        const ChronyPaths paths{{}, {}, {}, QStringLiteral("/d"), {}, {}, QStringLiteral("/l")};
        const ChronyPlan plan = makePlan(*parsed, {paths, ClockControl::None}, materials);
        QByteArrayList lines = plan.whole().split('\n');
        const QByteArrayList plumbing{"",        "driftfile /d", "port 123",  "cmdport 0", "bindcmdaddress",
                                      "pidfile", "dumpdir",      "sourcedir", "keyfile",   "ntsdumpdir"};
        lines.removeIf([&](const QByteArray& line) { return plumbing.contains(line) || line.startsWith('#'); });
        QCOMPARE(lines, expected);
        QCOMPARE(leftOut(plan), left);
    }

    void keysGoIntoAFileOfTheirOwn() {
        const auto spec = ntp::parse(fromYaml('{' + QByteArray(kKeys) + '}'));
        QVERIFY(spec);
        const std::map<qint64, QByteArray> keys{{7, QByteArray(16, '\n')}, {1, "abc"}};
        QCOMPARE(keyFile(spec->authentication, keys),
                 QByteArray("1 SHA256 HEX:616263\n7 AES128 HEX:0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A\n"));
        QCOMPARE(keyFile(spec->authentication, {}), QByteArray());
        // Old keys stay beside the new ones while sources change over; the number's new value counts.
        QCOMPARE(withKeysOf("1 SHA1 HEX:02\n3 MD5 HEX:03\n", "1 SHA1 HEX:01\n2 MD5 HEX:02\n"),
                 QByteArray("1 SHA1 HEX:02\n2 MD5 HEX:02\n3 MD5 HEX:03\n"));
        ChronyPlan a, b;
        b.keys = "1 MD5 HEX:01\n";
        QCOMPARE(changeKind(a, b).reasons, QStringList(QStringLiteral("keys changed")));
        QVERIFY(changeKind(a, b).kind == ChangeKind::Online);
    }

    void keyTexts_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("type");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("text") << QByteArray("AVerySecureKeyString") << QStringLiteral("SHA256")
                              << QByteArray("AVerySecureKeyString");
        QTest::newRow("hexadecimal") << QByteArray("HEX:00fF") << QStringLiteral("MD5") << QByteArray("\x00\xff", 2);
        QTest::newRow("text that looks so")
            << QByteArray("ASCII:HEX:00") << QStringLiteral("MD5") << QByteArray("HEX:00");
        QTest::newRow("nothing") << QByteArray("HEX:") << QStringLiteral("MD5") << QByteArray();
        QTest::newRow("blanks") << QByteArray("HEX:00 11") << QStringLiteral("MD5") << QByteArray();
        QTest::newRow("too short a cipher key") << QByteArray(31, 'x') << QStringLiteral("AES256") << QByteArray();
        QTest::newRow("cipher key") << QByteArray(32, 'x') << QStringLiteral("AES256") << QByteArray(32, 'x');
        QTest::newRow("too long") << QByteArray(513, 'x') << QStringLiteral("SHA1") << QByteArray();
    }
    void keyTexts() {
        QFETCH(QByteArray, text);
        QFETCH(QString, type);
        QFETCH(QByteArray, expected);
        const auto bytes = keyBytes(text, type);
        QCOMPARE(bytes.value_or(QByteArray()), expected);
        if (!bytes) QVERIFY(!bytes.error().text().toUtf8().contains(text.mid(0, 8)));
    }

    void secretsByName() {
        const QCborMap snapshot = fromYaml(R"(
objects:
  - {apiVersion: v1, kind: Secret, metadata: {namespace: default, name: a}, data: {k: "YWJj\n", bad: "Y?"}, stringData: {s: text}}
  - {apiVersion: v2, kind: Secret, metadata: {namespace: default, name: b}, data: {k: YWJj}}
)");
        const Secrets secrets(snapshot);
        const auto text = [&](const char* ns, const char* name, const char* key) {
            const auto value = secrets.field(QLatin1String(ns), QLatin1String(name), QLatin1String(key));
            return value ? QString::fromUtf8(*value) : value.error().text();
        };
        QCOMPARE(text("default", "a", "k"), QStringLiteral("abc"));
        QCOMPARE(text("default", "a", "s"), QStringLiteral("text"));
        QCOMPARE(text("other", "a", "k"), QStringLiteral("the Secret other/a does not exist"));
        QCOMPARE(text("default", "b", "k"), QStringLiteral("the Secret default/b does not exist"));
        QCOMPARE(text("default", "a", "x"), QStringLiteral("the Secret default/a has no field x"));
        QCOMPARE(text("default", "a", "bad"), QStringLiteral("the field bad of the Secret default/a is not base64"));
    }
};

QTEST_GUILESS_MAIN(TestSourceLines)
#include "tst_source_lines.moc"
