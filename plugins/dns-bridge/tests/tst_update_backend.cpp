// SPDX-License-Identifier: GPL-2.0-or-later
// The dialogue with servers that take updates: real BIND, Knot, and scripted ones where no real server misbehaves on
// request.
#include <QEventLoop>
#include <QTest>
#include <QTimer>
#include <csignal>

#include "isolation.h"
#include "support/real_server.h"
#include "support/scripted_dns.h"
#include "update/update_backend.h"

using namespace fos1;
using namespace fos1::dns;

namespace {

const DnsName kZone = DnsName::parse("lan.test").value();

QByteArray named(const QByteArray& algorithm = "hmac-sha256") {
    return "key \"fos1\" { algorithm " + algorithm + "; secret \"" + kSecret +
           "\"; };\nzone \"lan.test\" { type primary; file \"zone\"; allow-update { key fos1; }; };\n";
}

Record address(const QString& text) { return addressRecord(*net::IpAddress::parse(text)); }

/// Names below lan.test with an address each.
std::shared_ptr<const ZonePlan> plan(const std::map<QString, QString>& wanted) {
    ZonePlan plan;
    for (const auto& [name, text] : wanted) {
        NamePlan& each = plan.names[kZone.child(name).value()];
        if (!text.isEmpty()) each.wanted.insert(address(text));
    }
    return std::make_shared<const ZonePlan>(std::move(plan));
}

std::shared_ptr<const ZonePlan> many(int count) {
    std::map<QString, QString> wanted;
    for (int i = 0; i < count; ++i)
        wanted[QStringLiteral("ntp.vlan-%1").arg(i)] = QStringLiteral("10.%1.%2.1").arg(i / 250).arg(i % 250);
    return plan(wanted);
}

/// For a server whose clock differs.
QStringList clockAhead(int seconds) {
    return {QStringLiteral("LD_PRELOAD=") + QCoreApplication::applicationDirPath() +
                QStringLiteral("/libfos1_clock_shift.so"),
            QStringLiteral("CLOCK_SHIFT=%1").arg(seconds)};
}

struct Applying {
    QString outcome = QStringLiteral("no outcome");
    int updates = 0;
    QString reason;
};

/// Applies and waits for the outcome: "written", "same", or the reason.
Applying applyTo(UpdateBackend& backend, const std::shared_ptr<const ZonePlan>& wanted) {
    Applying applying;
    bool isDone = false;
    QEventLoop loop;
    QTimer::singleShot(70'000, &loop, &QEventLoop::quit);
    backend.apply(wanted, [&](const ZoneResult<Applied>& result) {
        isDone = true;
        if (result) {
            applying.outcome = result->isWritten ? QStringLiteral("written") : QStringLiteral("same");
            applying.updates = result->updates;
        } else {
            applying.outcome = result.error().reason;
            applying.reason = result.error().text();
        }
        loop.quit();
    });
    if (!isDone) loop.exec();
    return applying;
}

}  // namespace

class TestUpdateBackend : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;
    std::unique_ptr<RealServer> m_server;
    int m_count = 0;

    [[nodiscard]] UpdateZone zoneOf(const QString& owner, const QString& server = QStringLiteral("127.0.0.53")) {
        UpdateZone zone;
        zone.zone.name = QStringLiteral("lan");
        zone.zone.domain = kZone;
        zone.server = serverFrom(server).value();
        zone.key = {m_dir.filePath("key"), {}, {}};
        zone.owner = owner.toLatin1();
        zone.memoryFile = m_dir.filePath(QStringLiteral("%1.names").arg(++m_count));
        return zone;
    }
    bool writeKey(const QByteArray& text) {
        return lab::writeFile(m_dir.filePath("key"), text) &&
               QFile::setPermissions(m_dir.filePath("key"), QFile::ReadOwner | QFile::WriteOwner);
    }
    bool start(const QByteArray& statements, const QByteArray& zone = kZoneStart + "ns A 127.0.0.53\n",
               const QStringList& environment = {}) {
        m_server = std::make_unique<RealServer>(QStringLiteral("127.0.0.53"));
        m_server->write("zone", zone);
        m_server->startNamed(statements, environment);
        return QTest::qWaitFor([this] { return m_server->answers("lan.test"); }, 10'000);
    }
    [[nodiscard]] QString state(UpdateBackend& backend, const QString& name) {
        for (const auto& each : backend.table()->names)
            if (each->name == kZone.child(name).value())
                return each->standing == NameStanding::Published ? QStringLiteral("published")
                       : each->standing == NameStanding::Foreign ? each->reason
                       : each->standing == NameStanding::Pending ? QStringLiteral("pending")
                                                                 : QStringLiteral("absent");
        return {};
    }

   private Q_SLOTS:
    void init() { QVERIFY(writeKey("hmac-sha256:fos1:" + kSecret)); }

    void theThinLine() {
        QVERIFY(start(named()));
        UpdateBackend backend(zoneOf("a"));
        const auto wanted = plan({{"ntp", "10.0.0.1"}});
        QCOMPARE(applyTo(backend, wanted).outcome, QStringLiteral("written"));
        QCOMPARE(m_server->ask("ntp.lan.test", "A"), QStringList("10.0.0.1"));
        const QString serial = m_server->serial("lan.test");
        for (int i = 0; i < 3; ++i) QCOMPARE(applyTo(backend, wanted).outcome, QStringLiteral("same"));
        QCOMPARE(m_server->serial("lan.test"), serial);
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
            wanted.names[kZone.child(name).value()].wanted.insert(address("10.7.7.7"));
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

    void troubles_data() {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("statements");
        QTest::addColumn<QString>("outcome");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* what, const QByteArray& key, const QByteArray& statements, const char* outcome,
                            const char* part) { QTest::newRow(what) << key << statements << outcome << part; };
        const QByteArray good = "hmac-sha256:fos1:" + kSecret;
        row("another secret", "hmac-sha256:fos1:" + QByteArray(32, 'x').toBase64(), named(), "BadSignature",
            "another secret for the key fos1");
        row("an unknown key", "hmac-sha256:fos2:" + kSecret, named(), "UnknownKey", "does not know the key fos2");
        row("another algorithm", "hmac-sha512:fos1:" + kSecret, named(), "UnknownKey",
            "with the algorithm hmac-sha512");
        row("hmac-sha384", "hmac-sha384:fos1:" + kSecret, named("hmac-sha384"), "written", "");
        row("hmac-sha512", "hmac-sha512:fos1:" + kSecret, named("hmac-sha512"), "written", "");
        QByteArray policy = named();
        policy.replace("allow-update { key fos1; }", "update-policy { grant fos1 zonesub A; }");
        row("a key that may not write marks", good, policy, "Refused", "ntp.lan.test A, ntp.lan.test TXT");
        QByteArray closed = named();
        closed.replace("allow-update { key fos1; };", "");
        row("no updates of this zone", good, closed, "Refused", "policy does not allow the key fos1");
        QByteArray other = named();
        other.replace("lan.test", "other.test");
        row("no such zone", good, other, "Refused", "refuses queries for the zone lan.test");
    }
    void troubles() {
        QFETCH(const QByteArray, key);
        QFETCH(const QByteArray, statements);
        QFETCH(const QString, part);
        QVERIFY(writeKey(key));
        (void)start(statements);
        UpdateBackend backend(zoneOf("a"));
        const Applying applying = applyTo(backend, plan({{"ntp", "10.0.0.1"}}));
        QTEST(applying.outcome, "outcome");
        QVERIFY2(applying.reason.contains(part), qPrintable(applying.reason));
        QVERIFY(!applying.reason.contains(QString::fromLatin1(kSecret)));
        if (!part.isEmpty()) QVERIFY(m_server->ask("ntp.lan.test", "A").isEmpty());
    }

    /// The server is an hour ahead: nothing is added, and what is there goes all the same.
    void withAWrongClockNamesOnlyGo() {
        QVERIFY(start(named()));
        const UpdateZone zone = zoneOf("a");
        UpdateBackend backend(zone);
        QCOMPARE(applyTo(backend, plan({{"ntp", "10.0.0.1"}, {"old", "10.0.0.1"}})).outcome, QStringLiteral("written"));
        m_server->daemon().signal(SIGTERM);
        QVERIFY(m_server->daemon().waitForEnd(5000) >= 0);
        m_server->startNamed(named(), clockAhead(3600));
        QVERIFY(QTest::qWaitFor([this] { return m_server->answers("lan.test"); }, 10'000));
        const Applying applying = applyTo(backend, plan({{"ntp", "10.0.0.2"}, {"new", "10.0.0.1"}}));
        QCOMPARE(applying.outcome, QStringLiteral("ClockDiffers"));
        QVERIFY2(applying.reason.contains("this node's clock is 3600 s behind") ||
                     applying.reason.contains("this node's clock is 3599 s behind") ||
                     applying.reason.contains("this node's clock is 3601 s behind"),
                 qPrintable(applying.reason));
        QVERIFY(m_server->ask("old.lan.test", "ANY").isEmpty());
        QVERIFY(m_server->ask("ntp.lan.test", "A").isEmpty() && m_server->ask("new.lan.test", "A").isEmpty());
        // Nothing of it is remembered.
        m_server->daemon().signal(SIGTERM);
        QVERIFY(m_server->daemon().waitForEnd(5000) >= 0);
        m_server->startNamed(named());
        QVERIFY(QTest::qWaitFor([this] { return m_server->answers("lan.test"); }, 10'000));
        QCOMPARE(applyTo(backend, plan({{"ntp", "10.0.0.2"}})).outcome, QStringLiteral("written"));
        QCOMPARE(m_server->ask("ntp.lan.test", "A"), QStringList("10.0.0.2"));
    }

    void onlyRemovalsWithAWrongClockAreNoTrouble() {
        QVERIFY(start(named()));
        UpdateBackend backend(zoneOf("a"));
        QCOMPARE(applyTo(backend, plan({{"ntp", "10.0.0.1"}})).outcome, QStringLiteral("written"));
        m_server->daemon().signal(SIGTERM);
        QVERIFY(m_server->daemon().waitForEnd(5000) >= 0);
        m_server->startNamed(named(), clockAhead(-7200));
        QVERIFY(QTest::qWaitFor([this] { return m_server->answers("lan.test"); }, 10'000));
        QCOMPARE(applyTo(backend, plan({{"ntp", ""}})).outcome, QStringLiteral("written"));
        QVERIFY(m_server->ask("ntp.lan.test", "ANY").isEmpty());
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

    /// As PowerDNS does: NOTAUTH, and no signature.
    void anUnsignedRefusalProvesNothing() {
        ScriptedDns server([](const QByteArray& message, ScriptedDns::Over) {
            const auto asked = parseAnswer(message);
            QByteArray answer = asked->opcode == 5 ? updateMessage(asked->id, kZone, {}, 0) : message;
            answer[2] = static_cast<char>(answer[2] | '\x84');
            if (asked->opcode == 5) answer[3] = 9;
            if (asked->question->type == RecordType::Soa && asked->opcode == 0) {
                answer[7] = 1;
                answer +=
                    QByteArray("\xc0\x0c\0\6\0\1\0\0\0\x3c\0\x16\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1", 34);
            }
            return QByteArrayList{answer};
        });
        UpdateBackend backend(zoneOf("a", QStringLiteral("127.0.0.1:%1").arg(server.port())));
        const Applying applying = applyTo(backend, plan({{"ntp", "10.0.0.1"}}));
        QCOMPARE(applying.outcome, QStringLiteral("NotAuthorized"));
        QVERIFY2(applying.reason.contains("clocks") && applying.reason.contains("key fos1") &&
                     applying.reason.contains("zone lan.test"),
                 qPrintable(applying.reason));
        QVERIFY(backend.mayHaveOurs());  // nobody knows
    }

    void thePrimaryIsFoundByTheSoa() {
        QVERIFY(start(named(), kZoneStart + "ns A 127.0.0.53\n"));
        UpdateZone zone = zoneOf("a");
        zone.server.reset();
        zone.resolvers = m_dir.filePath("resolv.conf");
        QVERIFY(lab::writeFile(zone.resolvers, "nameserver 127.0.0.53\n"));
        QCOMPARE(lab::run("mount", {"--bind", zone.resolvers, "/etc/resolv.conf"}).exitCode, 0);
        UpdateBackend backend(zone);
        const Applying applying = applyTo(backend, plan({{"ntp", "10.0.0.1"}}));
        QVERIFY2(applying.outcome == u"written", qPrintable(applying.reason));
        QCOMPARE(backend.table()->server, QStringLiteral("ns.lan.test (127.0.0.53)"));
        zone.zone.domain = DnsName::parse("elsewhere.test").value();
        UpdateBackend lost(zone);
        const Applying none = applyTo(lost, plan({{"ntp", "10.0.0.1"}}));
        QCOMPARE(none.outcome, QStringLiteral("NoServer"));
        QVERIFY2(none.reason.contains("name its server in host.yaml"), qPrintable(none.reason));
        lab::run("umount", {"/etc/resolv.conf"});
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
