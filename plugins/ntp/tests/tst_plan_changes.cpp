// SPDX-License-Identifier: GPL-2.0-or-later
// Which settings need a chronyd that sets the clock, and which changes a running chronyd takes.
#include <QTest>

#include "core/chrony_plan.h"
#include "model/spec_parser.h"
#include "yaml_document.h"

using namespace fos1;
using namespace fos1::ntp;

namespace {

const ChronyPaths kPaths{{}, {}, {}, QStringLiteral("/d"), {}, {}, QStringLiteral("/l")};

QCborMap fromYaml(const QByteArray& text) {
    const auto documents = fos1::yaml::parse(text, QStringLiteral("test"));
    return documents && !documents->empty() ? documents->front().value : QCborMap();
}

ChronyPlan plan(const QByteArray& yaml, ClockControl clockControl = ClockControl::None) {
    return makePlan(*ntp::parse(fromYaml(yaml)), {kPaths, clockControl});
}

/// What the spec added.
QByteArrayList linesOf(const ChronyPlan& plan) {
    const QByteArrayList always = makePlan({}, {kPaths, ClockControl::None}).config.split('\n');
    QByteArrayList lines = plan.config.split('\n');
    lines.removeIf([&](const QByteArray& line) { return always.contains(line); });
    return lines;
}

}  // namespace

class TestPlanChanges : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void clockSettingsNeedClockControl() {
        const QByteArray yaml = "{server: {maxslewrate: 500, rtc: {file: /var/lib/x/rtc, autotrim: 30, onUtc: true}}}";
        QCOMPARE(linesOf(plan(yaml)), QByteArrayList());
        QCOMPARE(plan(yaml).leftOut.size(), 2U);
        QCOMPARE(linesOf(plan(yaml, ClockControl::Adjust)),
                 QByteArrayList({"maxslewrate 500", "rtcfile /var/lib/x/rtc", "rtcautotrim 30", "rtconutc"}));
        Materials materials;
        materials.whyNoRtcFile = QStringLiteral("cannot be used");
        const ChronyPlan made = makePlan(*ntp::parse(fromYaml(yaml)), {kPaths, ClockControl::Adjust}, materials);
        QCOMPARE(linesOf(made), QByteArrayList{"maxslewrate 500"});
        QCOMPARE(made.leftOut.size(), 1U);
    }

    /// The command `local` of 4.6 and later carries the conditions too.
    void conditionsOfTheLocalClockChangeOnline() {
        const auto with = [](const char* local) {
            Materials materials;
            materials.version = {4, 7};
            return makePlan(*ntp::parse(fromYaml(QByteArray("{server: {local: {enabled: true") + local + "}}}")),
                            {kPaths, ClockControl::None}, materials);
        };
        const auto kind = [](const ChronyPlan& before, const ChronyPlan& after) {
            return changeKind(before, after).kind;
        };
        QCOMPARE(kind(with(""), with(", stratum: 9")), ChangeKind::Online);
        QCOMPARE(kind(with(""), with(", activate: 1")), ChangeKind::Online);
        QCOMPARE(kind(with(", waitsynced: 1"), with("")), ChangeKind::Online);
        QCOMPARE(kind(with(", waitunsynced: 1"), with(", waitunsynced: 1, stratum: 9")), ChangeKind::Online);
        QCOMPARE(kind(with(", activate: 1"), with(", activate: 1")), ChangeKind::None);
    }

    void aLeaseChangesOnline() {
        const auto spec = *ntp::parse(fromYaml("{sources: {dhcp: {interfaces: [wan0]}, servers: [{address: a}]}}"));
        Materials materials;
        const ChronyPlan before = makePlan(spec, {kPaths, ClockControl::None}, materials);
        materials.leased = {{*IpAddress::parse(QStringLiteral("192.0.2.1")), QStringLiteral("wan0")}};
        const ChronyPlan after = makePlan(spec, {kPaths, ClockControl::None}, materials);
        QCOMPARE(after.online.leasedOn.at(QStringLiteral("192.0.2.1")), QStringLiteral("wan0"));
        QCOMPARE(after.online.sourceNames, std::vector<QString>({QStringLiteral("a"), QStringLiteral("192.0.2.1")}));
        QCOMPARE(changeKind(before, after).kind, ChangeKind::Online);
        QCOMPARE(changeKind(after, before).kind, ChangeKind::Online);
    }
};

QTEST_GUILESS_MAIN(TestPlanChanges)
#include "tst_plan_changes.moc"
