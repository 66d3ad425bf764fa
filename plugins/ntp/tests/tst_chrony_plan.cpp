// SPDX-License-Identifier: GPL-2.0-or-later
// A spec becomes exactly these bytes; the real chronyd accepts them and applies the access rules by longest prefix; and
// a change is told from no change.
#include <QProcess>
#include <QRandomGenerator>
#include <QTest>

#include "chrony/chrony_engine.h"
#include "core/access_table.h"
#include "core/chrony_plan.h"
#include "model/spec_parser.h"
#include "support/test_tree.h"
#include "tree.h"
#include "yaml_document.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;

namespace {

const ChronyPaths kPaths{
    QStringLiteral("/run/x/chronyd.sock"), QStringLiteral("/run/x/chronyd.pid"), QStringLiteral("/var/x"),
    QStringLiteral("/var/x/drift"),        QStringLiteral("/run/x/sources"),     QStringLiteral("/run/x/chrony.keys"),
    QStringLiteral("/var/x/log")};

QCborMap fromYaml(const QByteArray& text) {
    const auto documents = fos1::yaml::parse(text, QStringLiteral("test"));
    return documents && !documents->empty() ? documents->front().value : QCborMap();
}

/// Lines without the header and the plumbing that every configuration has.
QByteArrayList ownLines(const QByteArray& config) {
    QByteArrayList lines = config.split('\n');
    const QByteArrayList always{"",
                                "driftfile /var/x/drift",
                                "port 123",
                                "cmdport 0",
                                "bindcmdaddress /run/x/chronyd.sock",
                                "pidfile /run/x/chronyd.pid",
                                "dumpdir /var/x",
                                "sourcedir /run/x/sources",
                                "keyfile /run/x/chrony.keys",
                                "ntsdumpdir /var/x"};
    lines.erase(std::remove_if(lines.begin(), lines.end(),
                               [&](const QByteArray& line) { return always.contains(line) || line.startsWith('#'); }),
                lines.end());
    return lines;
}

ChronyPlan plan(const QByteArray& yaml, ClockControl clockControl = ClockControl::None) {
    const auto spec = ntp::parse(fromYaml(yaml));
    return spec ? makePlan(*spec, {kPaths, clockControl})
                : ChronyPlan{"refused: " + joined(spec.error()).toUtf8(), {}, {}, {}, {}};
}

QByteArray anyLine(QRandomGenerator& random) {
    static const QByteArrayList some{"allow 10.1.0.0/16", "allow 10.1.0.0/24", "deny 10.2.0.0/16", "deny 10.2.0.0/24",
                                     "port 123",          "port 124",          "cmdport 0",        "noclientlog"};
    return some.at(random.bounded(some.size()));
}

/// With up to two lines added or removed.
QByteArrayList changedLines(QByteArrayList lines, QRandomGenerator& random) {
    for (int i = random.bounded(3); i > 0; --i) {
        const qsizetype at = random.bounded(lines.size() + 1);
        if (at == lines.size() || random.bounded(2) == 0)
            lines.insert(at, anyLine(random));
        else
            lines.removeAt(at);
    }
    return lines;
}

QByteArrayList linesOf(const QByteArrayList& lines, const QByteArray& directive) {
    QByteArrayList own;
    for (const QByteArray& each : lines)
        if (each.split(' ').first() == directive) own.append(each);
    return own;
}

/// By directive, in order.
QByteArrayList differencesOf(const QByteArrayList& before, const QByteArrayList& after) {
    QByteArrayList differences;
    for (const QByteArray directive : {"allow", "cmdport", "deny", "noclientlog", "port"}) {
        const QByteArrayList was = linesOf(before, directive);
        const QByteArrayList is = linesOf(after, directive);
        if (was != is)
            differences.append(directive + (was.isEmpty() ? " added" : is.isEmpty() ? " removed" : " changed"));
    }
    return differences;
}

QByteArrayList withoutAccess(QByteArrayList lines) {
    lines.removeIf([](const QByteArray& each) { return each.startsWith("allow") || each.startsWith("deny"); });
    return lines;
}

/// The order of lines of several directives among each other is a change too.
ChangeKind kindOf(const QByteArrayList& before, const QByteArrayList& after) {
    if (before == after) return ChangeKind::None;
    return withoutAccess(before) == withoutAccess(after) ? ChangeKind::Online : ChangeKind::Restart;
}

ChronyPlan planOf(const QByteArrayList& lines) {
    ChronyPlan plan;
    for (const QByteArray& each : lines) plan.config += each + '\n';
    return plan;
}

}  // namespace

class TestChronyPlan : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    /// chrony's own modes follow no plain source while an authenticated one is declared and gone.
    void authenticatedSourcesAreTrustedAndNotRequired() {
        const auto mode = [](const QByteArray& yaml) {
            return linesOf(plan(yaml).config.split('\n'), "authselectmode");
        };
        QCOMPARE(mode("{sources: {servers: [{address: a.example}]}}"), QByteArrayList());
        QCOMPARE(mode("{sources: {servers: [{address: a.example, nts: true}]}}"), QByteArrayList());
        QCOMPARE(mode("{sources: {servers: [{address: a.example, nts: true}], pools: [{name: b.example}]}}"),
                 QByteArrayList{"authselectmode ignore"});
        QCOMPARE(plan("{sources: {servers: [{address: a.example, nts: true}], pools: [{name: b.example}]}}").sources,
                 QByteArray("pool b.example maxsources 4\nserver a.example trust nts\n"));
        QCOMPARE(mode("{sources: {servers: [{address: a.example, nts: true}, {address: b.example}]}, security: "
                      "{authselect: mix}}"),
                 QByteArrayList{"authselectmode mix"});
        QCOMPARE(mode("{sources: {servers: [{address: a.example}]}, security: {authselect: require}}"),
                 QByteArrayList{"authselectmode require"});
    }

    void selectionLimits() {
        QCOMPARE(ownLines(plan("{sources: {minsources: 3, maxdistance: 0.25}}").config),
                 QByteArrayList({"minsources 3", "maxdistance 0.25"}));
    }

    /// It would step what it must not set, and lose the step (chrony 4.3).
    void withoutClockControlNothingSteps() {
        const QByteArray yaml = "{server: {makestep: {threshold: 1, limit: 3}, rtcsync: true}}";
        const ChronyPlan none = plan(yaml);
        QVERIFY(!none.config.contains("makestep") && !none.config.contains("rtcsync"));
        QCOMPARE(none.online.makestep, MakestepSpec());
        QCOMPARE(none.leftOut.size(), 2U);
        QCOMPARE(none.leftOut[0].path, QStringLiteral("spec.server.makestep"));
        const ChronyPlan adjusts = plan(yaml, ClockControl::Adjust);
        QVERIFY(adjusts.config.contains("\nmakestep 1 3\n") && adjusts.config.contains("\nrtcsync\n"));
        QVERIFY(adjusts.leftOut.empty());
    }

    void aMulticastAddressBesideServersIsLeftOut() {
        const ChronyPlan made = plan("{sources: {servers: [{address: 10.0.0.1}, {address: 224.0.1.1}]}}");
        QCOMPARE(made.sources, QByteArray("server 10.0.0.1\n"));
        QCOMPARE(made.leftOut.size(), 1U);
        QVERIFY(made.leftOut[0].reason.startsWith(QStringLiteral("is a multicast address")));
    }

    void aDriftFileThatCannotBeWrittenIsReplaced() {
        const auto spec = ntp::parse(fromYaml("{server: {driftfile: /nowhere/drift}}"));
        Materials materials;
        materials.whyNoDriftFile = QStringLiteral("cannot be used");
        const ChronyPlan made = makePlan(*spec, {kPaths, ClockControl::None}, materials);
        QVERIFY(made.config.contains("\ndriftfile /var/x/drift\n"));
        QCOMPARE(made.leftOut.size(), 1U);
        QCOMPARE(made.leftOut[0].name, QStringLiteral("/nowhere/drift"));
    }

    void wholeConfiguration() {
        const auto spec = ntp::parse(fromYaml(R"(
sources:
  pools: [{name: pool.example, servers: 3, iburst: true}]
  servers: [{address: "2001:DB8::1", prefer: true, maxpoll: 7, port: 1123}]
server: {makestep: {threshold: 1.5, limit: -1}}
security: {access: [{network: 10.0.0.0/8, permission: allow}]}
)"));
        QVERIFY(spec.has_value());
        QCOMPARE(makePlan(*spec, {kPaths, ClockControl::Adjust}).whole(),
                 QByteArray("# Written by the ntp plugin of fos1-host from an NTPService; edits are lost at its next "
                            "change.\n"
                            "driftfile /var/x/drift\n"
                            "makestep 1.5 -1\n"
                            "port 123\n"
                            "ntsdumpdir /var/x\n"
                            "allow 10.0.0.0/8\n"
                            "cmdport 0\n"
                            "bindcmdaddress /run/x/chronyd.sock\n"
                            "pidfile /run/x/chronyd.pid\n"
                            "dumpdir /var/x\n"
                            "sourcedir /run/x/sources\n"
                            "keyfile /run/x/chrony.keys\n"
                            "pool pool.example maxsources 3 iburst\n"
                            "server 2001:db8::1 prefer port 1123 maxpoll 7\n"));
    }

    void lines_data() {
        QTest::addColumn<QByteArray>("spec");
        QTest::addColumn<QByteArrayList>("expected");
        const auto row = [](const char* name, const char* spec, const QByteArrayList& expected) {
            QTest::newRow(name) << QByteArray(spec) << expected;
        };
        row("nothing", "{}", {});
        row("a flag that is false is absent", "{sources: {pools: [{name: a, iburst: false, prefer: false}]}}",
            {"pool a maxsources 4"});
        row("every option of a source",
            "{sources: {servers: [{address: a, iburst: true, trust: true, require: true, xleave: true, minpoll: -7, "
            "maxpoll: 24, presend: 6, maxdelay: 0.25, offset: -0.000000001}]}}",
            {"server a iburst trust require xleave minpoll -7 maxpoll 24 presend 6 maxdelay 0.25 offset -0.000000001"});
        row("noselect", "{sources: {servers: [{address: a, noselect: true}]}}", {"server a noselect"});
        row("local with its own stratum", "{server: {stratum: 3, local: {enabled: true, stratum: 8, orphan: true}}}",
            {"local stratum 8 orphan"});
        row("local takes the service's stratum", "{server: {stratum: 3, local: {enabled: true, distance: 1.5}}}",
            {"local stratum 3 distance 1.5"});
        row("local without any stratum", "{server: {local: {enabled: true}}}", {"local stratum 10"});
        row("local switched off", "{server: {local: {enabled: false, stratum: 10}}}", {});
        row("stratum is no directive", "{server: {stratum: 2}}", {});
        row("addresses to bind", "{server: {bindAddresses: ['::1', 127.0.0.1]}}",
            {"bindaddress ::1", "bindaddress 127.0.0.1"});
        row("the clock's RTC only with clock control", "{server: {rtcsync: true}}", {});
        row("never all",
            "{security: {access: [{network: '::/0', permission: allow}, {network: 10.0.0.0/8, permission: deny}, "
            "{network: 0.0.0.0/0, permission: allow}]}}",
            {"allow 0.0.0.0/0", "deny 10.0.0.0/8", "allow ::/0"});
    }
    void lines() {
        QFETCH(QByteArray, spec);
        QFETCH(QByteArrayList, expected);
        QCOMPARE(ownLines(plan(spec).whole()), expected);
    }

    void rateLimit_data() {
        QTest::addColumn<QByteArray>("interval");
        QTest::addColumn<QByteArray>("exponent");
        const auto row = [](const char* interval, const char* exponent) {
            QTest::newRow(interval) << QByteArray(interval) << QByteArray(exponent);
        };
        row("0.000002", "-18");
        row("0.5", "-1");
        row("0.500000001", "0");
        row("1", "0");
        row("3", "2");  // the design's example: not "interval 3", which is 8 seconds
        row("4", "2");
        row("8", "3");
        row("4095", "12");
        row("4096", "12");
    }
    void rateLimit() {
        QFETCH(QByteArray, interval);
        QFETCH(QByteArray, exponent);
        QCOMPARE(
            ownLines(plan("{security: {ratelimit: {enabled: true, interval: " + interval + ", burst: 16}}}").whole()),
            QByteArrayList{"ratelimit interval " + exponent + " burst 16 leak 2"});
        QCOMPARE(ownLines(plan("{security: {ratelimit: {interval: " + interval + "}}}").whole()), QByteArrayList());
    }

    void rtcIsKeptWithClockControl() {
        QCOMPARE(ownLines(plan("{server: {rtcsync: true}}", ClockControl::Adjust).whole()), QByteArrayList{"rtcsync"});
    }

    void designExampleIsAcceptedByChronyd() {
        const TestTree tree;
        const QCborMap object =
            fromYaml(readAll(tree::sourceFile(QStringLiteral("crds/tests/data/design-example.yaml"))));
        const auto spec = ntp::parse(object.value(QStringLiteral("spec")).toMap());
        QVERIFY2(spec, spec ? "" : qPrintable(joined(spec.error())));
        const ChronyPlan result = makePlan(*spec, {kPaths, ClockControl::Adjust});
        QCOMPARE(result.sources.count("pool "), 2);
        QVERIFY(result.config.contains("ratelimit interval 2 burst 8 leak 2\n"));
        QVERIFY(result.config.contains("deny 0.0.0.0/0\nallow 10.0.0.0/8\nallow 192.168.0.0/16\n"));
        QProcess chronyd;
        chronyd.start(chronydPath(), {QStringLiteral("-p"), QStringLiteral("-f"),
                                      tree.write(QStringLiteral("chrony.conf"), result.whole())});
        QVERIFY(chronyd.waitForFinished());
        QVERIFY2(chronyd.exitCode() == 0, chronyd.readAllStandardError().constData());
    }

    /// chrony's own table lets a later prefix of 9 bits replace an earlier one of 12: our order must prevent that.
    void longestPrefixWins_data() {
        QTest::addColumn<QStringList>("rules");
        QTest::newRow("the whole Internet but one net")
            << QStringList{QStringLiteral("deny 10.0.0.0/8"), QStringLiteral("allow 0.0.0.0/0")};
        QTest::newRow("nobody but one net")
            << QStringList{QStringLiteral("allow 192.168.0.0/16"), QStringLiteral("deny 0.0.0.0/0")};
        QTest::newRow("prefixes within four bits")
            << QStringList{QStringLiteral("allow 10.16.0.0/12"), QStringLiteral("deny 10.0.0.0/9"),
                           QStringLiteral("allow 10.0.0.0/11"), QStringLiteral("deny 10.32.0.0/12")};
        QTest::newRow("IPv6") << QStringList{QStringLiteral("deny fd00:1::/31"), QStringLiteral("allow fd00:1::/32"),
                                             QStringLiteral("allow ::/0"), QStringLiteral("deny fd00::/9")};
        // Nested prefixes at random, always the same ones.
        QRandomGenerator random(4711);
        QStringList rules;
        for (int length = 28; length >= 2; --length)
            rules << QStringLiteral("%1 %2").arg(
                random.bounded(2) ? QStringLiteral("allow") : QStringLiteral("deny"),
                IpPrefix{*IpAddress::parse(QStringLiteral("172.23.45.67")), length}.network().text());
        QTest::newRow("27 nested prefixes") << rules;
    }
    void longestPrefixWins() {
        QFETCH(QStringList, rules);
        NtpServiceSpec spec;
        for (const QString& rule : rules) {
            const QStringList words = rule.split(u' ');
            const Permission permission = words.at(0) == QStringLiteral("allow") ? Permission::Allow : Permission::Deny;
            spec.access.push_back({*IpPrefix::parse(words.at(1)), permission});
        }
        spec.server.port = freeUdpPort();
        const TestTree tree;
        const ChronyLayout layout{tree.directory(QStringLiteral("run")), tree.directory(QStringLiteral("state"))};
        ChronyEngine engine({chronydPath(), chronydUser(), ClockControl::None, layout});
        std::optional<Result<Change>> applied;
        engine.apply(makePlan(spec, {layout.paths(), ClockControl::None}),
                     [&applied](const auto& result) { applied = result; });
        QTRY_VERIFY(applied);
        QVERIFY2(*applied, *applied ? "" : qPrintable(applied->error().text()));

        // The first and last address of each prefix, and their neighbours outside.
        std::vector<IpAddress> probes;
        for (const AccessRule& rule : spec.access) {
            IpAddress last = rule.network.address;
            for (int bit = rule.network.length; bit < last.bits(); ++bit)
                last.bytes[static_cast<std::size_t>(bit / 8)] |= static_cast<quint8>(0x80u >> (bit % 8));
            probes.push_back(rule.network.address);
            probes.push_back(last);
            for (IpAddress neighbour : {rule.network.address, last}) {
                const int bit = std::max(rule.network.length - 1, 0);
                neighbour.bytes[static_cast<std::size_t>(bit / 8)] ^= static_cast<quint8>(0x80u >> (bit % 8));
                probes.push_back(neighbour);
            }
        }
        std::size_t answered = 0;
        QStringList wrong;
        for (const IpAddress& probe : probes) {
            const auto kind =
                probe.family == AddressFamily::Inet4 ? SourceAddressKind::Inet4 : SourceAddressKind::Inet6;
            engine.client().request(candm::accessCheckRequest({kind, probe.bytes}), this,
                                    [&, probe](const Result<candm::Reply>& reply) {
                                        ++answered;
                                        const auto allowed = reply.and_then(candm::accessAllowed);
                                        if (!allowed || *allowed != (decide(spec.access, probe) == Permission::Allow))
                                            wrong << probe.text();
                                    });
        }
        QTRY_COMPARE(answered, probes.size());
        QCOMPARE(wrong, QStringList());
        bool stopped = false;
        engine.stop([&stopped](const auto&) { stopped = true; });
        QTRY_VERIFY(stopped);
    }

    void changes() {
        const ChronyPlan a = plan("{sources: {pools: [{name: a}]}}");
        const ChronyPlan b = plan("{sources: {pools: [{name: b}]}, server: {local: {enabled: true}}}");
        QVERIFY(changeKind({}, {}).kind == ChangeKind::None);
        QVERIFY(changeKind({}, a).kind == ChangeKind::Start);
        QVERIFY(changeKind(a, {}).kind == ChangeKind::Stop);
        QVERIFY(changeKind(a, plan("{sources: {pools: [{name: a}]}}")).kind == ChangeKind::None);
        const Change change = changeKind(a, b);
        QVERIFY(change.kind == ChangeKind::Online);
        QCOMPARE(change.reasons, QStringList({QStringLiteral("local added"), QStringLiteral("pool changed")}));
        QCOMPARE(changeKind(b, a).reasons,
                 QStringList({QStringLiteral("local removed"), QStringLiteral("pool changed")}));
        // What chronyd takes up only at a start.
        for (const char* spec : {"{server: {port: 1123}}", "{security: {ratelimit: {enabled: true}}}",
                                 "{server: {bindAddresses: [127.0.0.1]}}", "{server: {driftfile: /d}}"})
            QVERIFY2(changeKind(plan("{}"), plan(spec)).kind == ChangeKind::Restart, spec);
        for (const char* spec : {"{server: {makestep: {threshold: 1, limit: 3}}}", "{server: {local: {enabled: true}}}",
                                 "{security: {access: [{network: 10.0.0.0/8, permission: allow}]}}",
                                 "{sources: {servers: [{address: a}]}}"})
            QVERIFY2(changeKind(plan("{}", ClockControl::Adjust), plan(spec, ClockControl::Adjust)).kind ==
                         ChangeKind::Online,
                     spec);
    }

    /// Wherever the lines that differ are, and whatever comes before and after them.
    void everyDifferenceIsNamed() {
        QRandomGenerator random(7);
        for (int round = 0; round < 3000; ++round) {
            QByteArrayList before;
            for (int i = random.bounded(9); i > 0; --i) before.append(anyLine(random));
            const QByteArrayList after = changedLines(before, random);
            const Change change = changeKind(planOf(before), planOf(after));
            QByteArrayList found;
            for (const QString& reason : change.reasons) found.append(reason.toUtf8());
            std::sort(found.begin(), found.end());
            QCOMPARE(found, differencesOf(before, after));
            QVERIFY(change.kind == kindOf(before, after));
        }
    }
};

QTEST_GUILESS_MAIN(TestChronyPlan)
#include "tst_chrony_plan.moc"
