// SPDX-License-Identifier: GPL-2.0-or-later
// Names at servers that take updates, real BIND, Knot, PowerDNS and YADIFA: shared, claimed, removed and moved, few and
// thousands.
#include <csignal>

#include "isolation.h"
#include "support/update_test.h"

using namespace fos1;
using namespace fos1::dns;

class TestUpdateBackend : public UpdateTest {
    Q_OBJECT

   private Q_SLOTS:
    void init() { QVERIFY(writeKey("hmac-sha256:fos1:" + kSecret)); }

    void theThinLine() {
        QVERIFY(start(named()));
        UpdateBackend backend(zoneOf("a"));
        const auto wanted = plan({{"ntp", "10.0.0.1"}});
        QCOMPARE(applyTo(backend, wanted).outcome, QStringLiteral("written"));
        QCOMPARE(m_server->ask("ntp.lan.test", "A"), QStringList("10.0.0.1"));
        const QString serial = m_server->serial("lan.test");
        const auto updates = m_server->log().count("updating zone");
        // An hour of polls at the default of 5 s.
        for (int i = 0; i < 720; ++i) QCOMPARE(applyTo(backend, wanted).outcome, QStringLiteral("same"));
        QCOMPARE(m_server->serial("lan.test"), serial);
        QCOMPARE(m_server->log().count("updating zone"), updates);
        QCOMPARE(applyTo(backend, plan({})).outcome, QStringLiteral("written"));
        QVERIFY(m_server->ask("ntp.lan.test", "ANY").isEmpty());
        QVERIFY(!backend.mayHaveOurs());
    }

    void twoRoutersShareAName() {
        QVERIFY(start(named()));
        UpdateBackend a(zoneOf("a"));
        UpdateBackend b(zoneOf("b"));
        // Both at once: neither knows of the other when it decides.
        int done = 0;
        a.apply(plan({{"ntp", "10.0.0.1"}}), [&](const ZoneResult<Applied>& result) { done += result ? 1 : 100; });
        b.apply(plan({{"ntp", "10.0.0.2"}}), [&](const ZoneResult<Applied>& result) { done += result ? 1 : 100; });
        QTRY_COMPARE_WITH_TIMEOUT(done, 2, 10'000);
        QCOMPARE(m_server->ask("ntp.lan.test", "A"), QStringList({"10.0.0.1", "10.0.0.2"}));
        QCOMPARE(m_server->ask("ntp.lan.test", "TXT").size(), 2);
        // Each moves and removes only its own.
        QCOMPARE(applyTo(b, plan({{"ntp", "10.0.0.3"}})).outcome, QStringLiteral("written"));
        QCOMPARE(applyTo(a, plan({{"ntp", "10.0.0.4"}})).outcome, QStringLiteral("written"));
        QCOMPARE(m_server->ask("ntp.lan.test", "A"), QStringList({"10.0.0.3", "10.0.0.4"}));
        QCOMPARE(applyTo(b, plan({})).outcome, QStringLiteral("written"));
        QCOMPARE(m_server->ask("ntp.lan.test", "A"), QStringList("10.0.0.4"));
        QCOMPARE(applyTo(a, plan({})).outcome, QStringLiteral("written"));
        QVERIFY(m_server->ask("ntp.lan.test", "ANY").isEmpty());
    }

    void whatOthersOwnIsFoundAmongMany() {
        QByteArray zone = kZoneStart + "ns A 127.0.0.53\n";
        zone +=
            "ntp.vlan-7 MX 1 ns\nntp.vlan-150 A 10.9.9.9\nntp.vlan-151 CNAME ns\nsub NS ns.sub\nns.sub A 127.0.0.9\n"
            "*.wild A 10.8.8.8\n";
        QVERIFY(start(named(), zone));
        UpdateBackend backend(zoneOf("a"));
        ZonePlan wanted = *many(300);
        for (const char* name : {"ntp.sub", "ntp.wild"})
            wanted.names.emplace(kZone.child(name).value(),
                                 std::make_shared<NamePlan>(NamePlan{{address("10.7.7.7")}, {}, {}, {}}));
        QCOMPARE(applyTo(backend, std::make_shared<const ZonePlan>(wanted)).outcome, QStringLiteral("written"));
        QCOMPARE(state(backend, "ntp.vlan-6"), QStringLiteral("published"));
        QVERIFY(state(backend, "ntp.vlan-7").startsWith(u"Somebody else owns this name"));
        QVERIFY(state(backend, "ntp.vlan-150").startsWith(u"Somebody else owns this name"));
        QVERIFY(state(backend, "ntp.vlan-151").startsWith(u"It is an alias"));
        QVERIFY2(state(backend, "ntp.sub").contains(u"in the zone sub.lan.test"),
                 qPrintable(state(backend, "ntp.sub")));
        QCOMPARE(m_server->ask("ntp.wild.lan.test", "A"), QStringList("10.7.7.7"));
        QCOMPARE(m_server->ask("ntp.vlan-150.lan.test", "A"), QStringList("10.9.9.9"));
        QCOMPARE(m_server->ask("ntp.vlan-7.lan.test", "MX").size(), 1);
        QCOMPARE(m_server->ask("ns.sub.lan.test", "A"), QStringList());  // still a delegation
        // They are not tried again as long as nothing changes there.
        const auto again = std::make_shared<const ZonePlan>(wanted);
        (void)applyTo(backend, again);
        const QByteArray before = m_server->log();
        QCOMPARE(applyTo(backend, again).outcome, QStringLiteral("same"));
        QCOMPARE(m_server->log().count("updating zone"), before.count("updating zone"));
    }

    void anEarlierRunsNamesAreRemoved() {
        QVERIFY(start(named()));
        const UpdateZone zone = zoneOf("a");
        {
            UpdateBackend before(zone);
            QCOMPARE(applyTo(before, plan({{"ntp", "10.0.0.1"}, {"old", "10.0.0.1"}})).outcome,
                     QStringLiteral("written"));
        }
        UpdateBackend backend(zone);
        QVERIFY(backend.mayHaveOurs());
        ZonePlan start = *plan({{"ntp", "10.0.0.2"}});
        start.keepsRest = true;
        QCOMPARE(applyTo(backend, std::make_shared<const ZonePlan>(start)).outcome, QStringLiteral("written"));
        QCOMPARE(m_server->ask("old.lan.test", "A"), QStringList("10.0.0.1"));
        QCOMPARE(applyTo(backend, plan({{"ntp", "10.0.0.2"}})).outcome, QStringLiteral("written"));
        QVERIFY(m_server->ask("old.lan.test", "ANY").isEmpty());
        QCOMPARE(m_server->ask("ntp.lan.test", "A"), QStringList("10.0.0.2"));
    }

    void knotTakesThemToo() {
        RealServer knot("127.0.0.54");
        knot.write("lan.test.zone", kZoneStart + "ns A 127.0.0.54\n");
        QVERIFY(writeKey("hmac-sha384:fos1:" + kSecret));
        knot.startKnot(
            "key:\n  - id: fos1\n    algorithm: hmac-sha384\n    secret: " + kSecret +
            "\nacl:\n  - id: upd\n    key: fos1\n    action: update\ntemplate:\n  - id: default\n    storage: " +
            knot.path("").toUtf8() +
            "\n    zonefile-sync: -1\n    zonefile-load: difference\n    journal-content: "
            "changes\nzone:\n  - domain: lan.test\n    file: lan.test.zone\n    acl: upd\n");
        QVERIFY2(QTest::qWaitFor([&] { return knot.answers("lan.test"); }, 10'000), knot.log().constData());
        UpdateBackend a(zoneOf("a", "127.0.0.54"));
        UpdateBackend b(zoneOf("b", "127.0.0.54:53"));
        const Applying first = applyTo(a, plan({{"ntp", "10.0.0.1"}, {"other", "10.0.0.1"}}));
        QVERIFY2(first.outcome == u"written", qPrintable(first.reason + knot.log()));
        QCOMPARE(applyTo(b, plan({{"ntp", "10.0.0.2"}, {"ns", "10.0.0.2"}})).outcome, QStringLiteral("written"));
        QVERIFY(state(b, "ns").startsWith(u"Somebody else owns this name"));
        QCOMPARE(knot.ask("ntp.lan.test", "A"), QStringList({"10.0.0.1", "10.0.0.2"}));
        QCOMPARE(applyTo(a, plan({{"ntp", "10.0.0.3"}})).outcome, QStringLiteral("written"));
        QCOMPARE(knot.ask("ntp.lan.test", "A"), QStringList({"10.0.0.2", "10.0.0.3"}));
        QVERIFY(knot.ask("other.lan.test", "TXT").isEmpty());
        QCOMPARE(applyTo(a, plan({})).outcome, QStringLiteral("written"));
        QCOMPARE(applyTo(b, plan({})).outcome, QStringLiteral("written"));
        QVERIFY(knot.ask("ntp.lan.test", "A").isEmpty() && knot.ask("ntp.lan.test", "TXT").isEmpty());
        QVERIFY(writeKey("hmac-sha384:fos1:" + QByteArray(32, 'x').toBase64()));
        QCOMPARE(applyTo(b, plan({{"ntp", "10.0.0.2"}})).outcome, QStringLiteral("BadSignature"));
        QVERIFY(writeKey("hmac-sha384:fos9:" + kSecret));
        QCOMPARE(applyTo(b, plan({{"ntp", "10.0.0.2"}})).outcome, QStringLiteral("UnknownKey"));
    }

    void powerDnsTakesThemToo() {
        RealServer pdns("127.0.0.58");
        const QByteArray dir = pdns.path("").toUtf8();
        pdns.write("pdns.conf",
                   "launch=gsqlite3\ngsqlite3-database=" + dir +
                       "/db\nlocal-address=127.0.0.58\nlocal-port=53\n"
                       "socket-dir=" +
                       dir +
                       "\ndnsupdate=yes\nallow-dnsupdate-from=127.0.0.0/8\nguardian=no\n"
                       "daemon=no\ndisable-syslog=yes\nquery-cache-ttl=0\ncache-ttl=0\nnegquery-cache-ttl=0\n");
        const auto control = [&](const QStringList& words) {
            return lab::run("pdnsutil", QStringList{"--config-dir=" + pdns.path("")} + words).exitCode == 0;
        };
        QCOMPARE(lab::run("sh", {"-c", "sqlite3 " + pdns.path("db") +
                                           " < /usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql"})
                     .exitCode,
                 0);
        QVERIFY(control({"create-zone", "lan.test", "ns.lan.test"}) &&
                control({"add-record", "lan.test", "ns", "A", "127.0.0.58"}));
        QVERIFY(control({"import-tsig-key", "fos1", "hmac-sha256", QString::fromLatin1(kSecret)}) &&
                control({"set-meta", "lan.test", "TSIG-ALLOW-DNSUPDATE", "fos1"}));
        pdns.start("pdns_server", {"--config-dir=" + pdns.path("")});
        QVERIFY2(QTest::qWaitFor([&] { return pdns.answers("lan.test"); }, 10'000), pdns.log().constData());
        UpdateBackend a(zoneOf("a", "127.0.0.58"));
        UpdateBackend b(zoneOf("b", "127.0.0.58"));
        const Applying first = applyTo(a, plan({{"ntp", "10.0.0.1"}, {"other", "10.0.0.1"}, {"ns", "10.0.0.1"}}));
        QVERIFY2(first.outcome == u"written", qPrintable(first.reason + pdns.log()));
        QVERIFY2(state(a, "ns").startsWith(u"Somebody else owns this name"), qPrintable(state(a, "ns")));
        const Applying second = applyTo(b, plan({{"ntp", "10.0.0.2"}}));
        QVERIFY2(second.outcome == u"written", qPrintable(second.reason + pdns.log()));
        QCOMPARE(pdns.ask("ntp.lan.test", "A"), QStringList({"10.0.0.1", "10.0.0.2"}));
        QCOMPARE(applyTo(a, plan({{"ntp", "10.0.0.3"}})).outcome, QStringLiteral("written"));
        QTRY_COMPARE_WITH_TIMEOUT(pdns.ask("ntp.lan.test", "A"), QStringList({"10.0.0.2", "10.0.0.3"}), 5000);
        QCOMPARE(applyTo(a, plan({})).outcome, QStringLiteral("written"));
        QCOMPARE(applyTo(b, plan({})).outcome, QStringLiteral("written"));
        QTRY_VERIFY_WITH_TIMEOUT(pdns.ask("ntp.lan.test", "A").isEmpty() && pdns.ask("ntp.lan.test", "TXT").isEmpty(),
                                 5000);
        QVERIFY(writeKey("hmac-sha256:fos1:" + QByteArray(32, 'x').toBase64()));
        const Applying wrong = applyTo(b, plan({{"ntp", "10.0.0.2"}}));
        QCOMPARE(wrong.outcome, QStringLiteral("Refused"));
        QVERIFY2(wrong.reason.contains("the key, its secret or the clocks may be the reason too"),
                 qPrintable(wrong.reason));
    }

    void yadifaTakesThemToo() {
        RealServer yadifa("127.0.0.59");
        const QByteArray dir = yadifa.path("").toUtf8();
        yadifa.write("zone", kZoneStart + "ns A 127.0.0.59\n");
        for (const char* each : {"logs", "xfr", "keys"}) QDir().mkpath(yadifa.path(each));
        yadifa.write("conf", "<main>\ndaemon off\nchroot off\nlogpath \"" + dir + "/logs\"\npidfile \"" + dir +
                                 "/pid\"\ndatapath \"" + dir + "\"\nkeyspath \"" + dir + "/keys\"\nxfrpath \"" + dir +
                                 "/xfr\"\nuser root\ngroup root\nport 53\nlisten 127.0.0.59\nallow-query any\n"
                                 "</main>\n<key>\nname fos1\nalgorithm hmac-sha256\nsecret " +
                                 kSecret +
                                 "\n</key>\n<acl>\nonly key fos1\n</acl>\n<zone>\ndomain lan.test\nfile zone\ntype "
                                 "master\nallow-update only\nallow-query any\n</zone>\n");
        yadifa.start("yadifad", {"-c", yadifa.path("conf")});
        QVERIFY2(QTest::qWaitFor([&] { return yadifa.answers("lan.test"); }, 10'000), yadifa.log().constData());
        UpdateBackend a(zoneOf("a", "127.0.0.59"));
        UpdateBackend b(zoneOf("b", "127.0.0.59"));
        const Applying first = applyTo(a, plan({{"ntp", "10.0.0.1"}, {"other", "10.0.0.1"}, {"ns", "10.0.0.1"}}));
        QVERIFY2(first.outcome == u"written", qPrintable(first.reason + yadifa.log().right(1500)));
        QVERIFY2(state(a, "ns").startsWith(u"Somebody else owns this name"), qPrintable(state(a, "ns")));
        const Applying second = applyTo(b, plan({{"ntp", "10.0.0.2"}}));
        QVERIFY2(second.outcome == u"written", qPrintable(second.reason + state(b, "ntp") + yadifa.log().right(1500)));
        QCOMPARE(yadifa.ask("ntp.lan.test", "A"), QStringList({"10.0.0.1", "10.0.0.2"}));
        const Applying third = applyTo(a, plan({{"ntp", "10.0.0.3"}}));
        QVERIFY2(third.outcome == u"written", qPrintable(third.reason + yadifa.log().right(1500)));
        QCOMPARE(yadifa.ask("ntp.lan.test", "A"), QStringList({"10.0.0.2", "10.0.0.3"}));
        QCOMPARE(applyTo(a, plan({})).outcome, QStringLiteral("written"));
        QCOMPARE(applyTo(b, plan({})).outcome, QStringLiteral("written"));
        QVERIFY(yadifa.ask("ntp.lan.test", "A").isEmpty() && yadifa.ask("ntp.lan.test", "TXT").isEmpty());
        QVERIFY(writeKey("hmac-sha256:fos1:" + QByteArray(32, 'x').toBase64()));
        QCOMPARE(applyTo(b, plan({{"ntp", "10.0.0.2"}})).outcome, QStringLiteral("BadSignature"));
    }

    void aSignedZoneStaysSigned() {
        QByteArray statements = named();
        statements.replace("allow-update", "dnssec-policy default; inline-signing yes; allow-update");
        QVERIFY(start(statements));
        UpdateBackend backend(zoneOf("a"));
        const auto isSigned = [](const QString& type) {
            const auto dig = lab::run("dig", {"@127.0.0.53", "+dnssec", "+time=1", "ntp.lan.test", type});
            return dig.output.contains("RRSIG");
        };
        QTRY_VERIFY_WITH_TIMEOUT(!m_server->ask("lan.test", "DNSKEY").isEmpty(), 10'000);
        QCOMPARE(applyTo(backend, plan({{"ntp", "10.0.0.1"}})).outcome, QStringLiteral("written"));
        QTRY_COMPARE_WITH_TIMEOUT(m_server->ask("ntp.lan.test", "A").value(0), QStringLiteral("10.0.0.1"), 5000);
        QTRY_VERIFY_WITH_TIMEOUT(isSigned("A"), 5000);
        QCOMPARE(applyTo(backend, plan({})).outcome, QStringLiteral("written"));
        QTRY_VERIFY_WITH_TIMEOUT(m_server->ask("ntp.lan.test", "A").isEmpty(), 5000);
        QVERIFY(isSigned("A"));  // that it does not exist
        QVERIFY(!m_server->ask("lan.test", "DNSKEY").isEmpty());
    }

    void thePrimaryIsFoundByTheSoa() {
        QVERIFY(start(named(), kZoneStart + "ns A 127.0.0.53\n"));
        UpdateZone zone = zoneBySoa("a");
        UpdateBackend backend(zone);
        const Applying applying = applyTo(backend, plan({{"ntp", "10.0.0.1"}}));
        QVERIFY2(applying.outcome == u"written", qPrintable(applying.reason));
        QCOMPARE(backend.table()->server, QStringLiteral("ns.lan.test (127.0.0.53)"));
        zone.zone.domain = DnsName::parse("elsewhere.test").value();
        UpdateBackend lost(zone);
        const Applying none = applyTo(lost, plan({{"ntp", "10.0.0.1"}}));
        QCOMPARE(none.outcome, QStringLiteral("NoServer"));
        QVERIFY2(none.reason.contains("name its server in host.yaml"), qPrintable(none.reason));
    }

    void thousandsOfNamesShareFewUpdates() {
        QVERIFY(start(named()));
        UpdateBackend backend(zoneOf("a"));
        const auto wanted = many(2000);
        const Applying first = applyTo(backend, wanted);
        QCOMPARE(first.outcome, QStringLiteral("written"));
        QVERIFY2(first.updates <= 5, qPrintable(QString::number(first.updates)));
        QCOMPARE(m_server->ask("ntp.vlan-1999.lan.test", "A").size(), 1);
        QCOMPARE(applyTo(backend, wanted).outcome, QStringLiteral("same"));
        QCOMPARE(applyTo(backend, plan({})).outcome, QStringLiteral("written"));
        QVERIFY(m_server->ask("ntp.vlan-1999.lan.test", "ANY").isEmpty());
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        lab::run("ip", {"link", "set", "lo", "up"});
        TestUpdateBackend test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_update_backend.moc"
