// SPDX-License-Identifier: GPL-2.0-or-later
// How a name at a server becomes what the plan says: each row is a name as the server has it, and the lines of the
// update.
#include <QTest>

#include "core/name_decision.h"

using namespace fos1;
using namespace fos1::dns;

namespace {

const DnsName kZone = DnsName::parse("lan.test").value();
const DnsName kName = DnsName::parse("ntp.lan.test").value();

Record a(int last) { return addressRecord(*net::IpAddress::parse(QStringLiteral("10.0.0.%1").arg(last))); }
Record mark(const char* owner, const std::set<int>& addresses) {
    Mark mark;
    mark.owner = owner;
    for (const int each : addresses) mark.records.insert(a(each));
    return markRecord(mark);
}
std::set<Record> records(const std::set<int>& addresses) {
    std::set<Record> all;
    for (const int each : addresses) all.insert(a(each));
    return all;
}

NameKnowledge has(const std::set<Record>& texts, const std::set<int>& addresses) {
    NameKnowledge known;
    known.isRead = true;
    known.texts = texts;
    known.records = records(addresses);
    known.ttl = 60;
    return known;
}

/// "not-in-use, +A 10.0.0.1, -A 10.0.0.2": marks are shown as "mark OWNER".
QString words(const std::vector<UpdateLine>& lines) {
    using Kind = UpdateLine::Kind;
    QStringList all;
    for (const UpdateLine& line : lines) {
        const auto own = markFrom(line.record);
        QString text = toText(line.record.type);
        if (own) {
            text = QStringLiteral("mark ") + QString::fromLatin1(own->owner);
            for (const Record& each : own->records) text += u' ' + each.text().section(u'.', 3);
        } else if (!line.record.data.isEmpty()) {
            text += u' ' + line.record.text();
        }
        switch (line.kind) {
            case Kind::NameNotInUse: all.append(QStringLiteral("not-in-use")); break;
            case Kind::RrsetDoesNotExist: all.append(QStringLiteral("no ") + text); break;
            case Kind::RrsetHasRecord: all.append(QStringLiteral("has ") + text); break;
            case Kind::Add: all.append(u'+' + text); break;
            case Kind::DeleteRecord: all.append(u'-' + text); break;
            default: all.append(QStringLiteral("?")); break;
        }
    }
    return all.join(QStringLiteral(", "));
}

struct Row {
    NameKnowledge known;
    NamePlan plan;
    bool isPlanned = true;
    bool keepsRest = false;
};

NamePlan wants(const std::set<int>& addresses, const std::set<int>& keepable = {}) {
    return {records(addresses), records(keepable), {}, {}};
}

}  // namespace

Q_DECLARE_METATYPE(Row)
Q_DECLARE_METATYPE(fos1::dns::NameKnowledge)

class TestNameDecision : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void lines_data() {
        QTest::addColumn<Row>("row");
        QTest::addColumn<QString>("lines");
        QTest::addColumn<QString>("removal");
        const auto row = [](const char* what, const Row& each, const char* lines, const char* removal = "") {
            QTest::newRow(what) << each << QString::fromLatin1(lines) << QString::fromLatin1(removal);
        };
        row("never seen", {{}, wants({1})}, "not-in-use, +A 10.0.0.1, +mark a 1");
        row("nothing there", {has({}, {}), wants({1})}, "not-in-use, +A 10.0.0.1, +mark a 1");
        row("ours already", {has({mark("a", {1})}, {1}), wants({1})}, "");
        row("another address", {has({mark("a", {1})}, {1}), wants({2})},
            "has mark a 1, -A 10.0.0.1, -mark a 1, +A 10.0.0.2, +mark a 2", "has mark a 1, -A 10.0.0.1, -mark a 1");
        row("one address less", {has({mark("a", {1, 2})}, {1, 2}), wants({1})},
            "has mark a 1 2, -A 10.0.0.2, -mark a 1 2, +mark a 1",
            "has mark a 1 2, -A 10.0.0.2, -mark a 1 2, +mark a 1");
        row("no longer wanted", {has({mark("a", {1})}, {1}), {}, false}, "has mark a 1, -A 10.0.0.1, -mark a 1",
            "has mark a 1, -A 10.0.0.1, -mark a 1");
        row("withheld", {has({mark("a", {1})}, {1}), wants({})}, "has mark a 1, -A 10.0.0.1, -mark a 1",
            "has mark a 1, -A 10.0.0.1, -mark a 1");
        row("kept", {has({mark("a", {1})}, {1}), wants({}, {1})}, "");
        row("kept only if there", {has({}, {}), wants({}, {1})}, "");
        row("everything is kept", {has({mark("a", {1})}, {1}), {}, false, true}, "");
        row("others removed the address", {has({mark("a", {1})}, {}), wants({1})}, "has mark a 1, +A 10.0.0.1");
        row("others removed the mark: it is theirs", {has({}, {1}), {}, false}, "");
        row("another router was here first", {has({mark("b", {2})}, {2}), wants({1})},
            "has mark b 2, +A 10.0.0.1, +mark a 1");
        row("another router has the same address", {has({mark("b", {1})}, {1}), wants({1})}, "has mark b 1, +mark a 1");
        row("another router keeps the same address", {has({mark("a", {1}), mark("b", {1})}, {1}), {}, false},
            "has mark a 1, has mark b 1, -mark a 1", "has mark a 1, has mark b 1, -mark a 1");
        row("only our own goes", {has({mark("a", {1}), mark("b", {2})}, {1, 2}), {}, false},
            "has mark a 1, has mark b 2, -A 10.0.0.1, -mark a 1", "has mark a 1, has mark b 2, -A 10.0.0.1, -mark a 1");
        row("two marks of ours become one", {has({mark("a", {1}), mark("a", {1, 2})}, {1, 2}), wants({1})},
            "has mark a 1, has mark a 1 2, -A 10.0.0.2, -mark a 1 2",
            "has mark a 1, has mark a 1 2, -A 10.0.0.2, -mark a 1 2");
        row("others' texts stay", {has({textRecord({"v=spf1"}), mark("a", {1})}, {1}), {}, false},
            "has TXT \"v=spf1\", has mark a 1, -A 10.0.0.1, -mark a 1",
            "has TXT \"v=spf1\", has mark a 1, -A 10.0.0.1, -mark a 1");
        NameKnowledge old = has({mark("a", {1})}, {1});
        old.ttl = 300;
        row("another TTL", {old, wants({1})}, "has mark a 1, +A 10.0.0.1");
        old.texts.insert(mark("b", {1}));
        row("another router's TTL", {old, wants({1})}, "");
    }
    void lines() {
        QFETCH(const Row, row);
        const NameStep step =
            decide({kName, row.isPlanned ? &row.plan : nullptr, row.keepsRest}, row.known, {"a", kZone, 60});
        QTEST(words(step.lines), "lines");
        QTEST(words(step.removal), "removal");
        // When it is carried out, nothing more is to be done.
        const NameStep next =
            decide({kName, row.isPlanned ? &row.plan : nullptr, row.keepsRest}, step.after, {"a", kZone, 60});
        QCOMPARE(words(next.lines), QString());
        if (step.removal.empty()) return;
        const NameStep rest =
            decide({kName, row.isPlanned ? &row.plan : nullptr, row.keepsRest}, step.afterRemoval, {"a", kZone, 60});
        QVERIFY(!words(rest.lines).contains(QStringLiteral("-A ")));
    }

    void servicesDoNotPointAtOthers() {
        NamePlan plan;
        plan.wanted = {serviceRecord({0, 10, 123, kName}), serviceRecord({0, 10, 124, kZone})};
        const NamePlan rest = withoutBlockedTargets(plan, {{kName, "theirs"}});
        QCOMPARE(rest.wanted.size(), std::size_t(1));
        QCOMPARE(serviceTargetOf(*rest.wanted.begin()), std::optional(kZone));
        QVERIFY(!rest.reason.isEmpty());
        QVERIFY(withoutBlockedTargets(plan, {}) == plan);
    }

    void servicesWaitForNamesThatAreClaimedWithThem() {
        NamePlan service;
        service.wanted = {serviceRecord({0, 10, 123, kName})};
        ZonePlan plan;
        QVERIFY(!pointsAtUnread(service, plan, {}));  // the name is not in this zone's plan
        plan.names[kName] = std::make_shared<const NamePlan>(wants({1}));
        QVERIFY(pointsAtUnread(service, plan, {}));
        QVERIFY(pointsAtUnread(service, plan, {{kName, NameKnowledge()}}));
        QVERIFY(!pointsAtUnread(service, plan, {{kName, has({}, {9})}}));
        QVERIFY(!pointsAtUnread(wants({1}), plan, {}));
    }

    void theApexIsAlwaysInUse() {
        NamePlan plan = wants({1});
        const NameStep step = decide({kZone, &plan, false}, {}, {"a", kZone, 60});
        QCOMPARE(words(step.lines), QStringLiteral("no TXT, no A, no AAAA, no SRV, no PTR, +A 10.0.0.1, +mark a 1"));
    }

    void whatIsLeftAlone_data() {
        QTest::addColumn<NameKnowledge>("known");
        QTest::addColumn<QString>("part");
        NameKnowledge known = has({}, {9});
        known.isInUse = true;
        QTest::newRow("somebody else's") << known << "Somebody else owns this name";
        known = has({}, {});
        known.isAlias = true;
        QTest::newRow("an alias") << known << "alias (CNAME)";
        known = has({}, {});
        known.delegatedTo = QStringLiteral("sub.lan.test");
        QTest::newRow("a zone of its own") << known << "name that zone in host.yaml";
    }
    void whatIsLeftAlone() {
        QFETCH(const NameKnowledge, known);
        QFETCH(const QString, part);
        NamePlan plan = wants({1});
        const NameStep step = decide({kName, &plan, false}, known, {"a", kZone, 60});
        QVERIFY(step.kind == StepKind::Blocked && step.lines.empty());
        QVERIFY2(step.why.contains(part), qPrintable(step.why));
    }
};

QTEST_APPLESS_MAIN(TestNameDecision)
#include "tst_name_decision.moc"
