// SPDX-License-Identifier: GPL-2.0-or-later
// Directives as in chrony.conf(5) of chrony 4.3.
#include "core/chrony_plan.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/access_order.h"
#include "core/chrony_support.h"
#include "core/config_text.h"
#include "core/key_file.h"
#include "core/refclock_lines.h"
#include "core/security_lines.h"
#include "core/serving_lines.h"
#include "core/source_lines.h"

namespace fos1::ntp {

namespace {

constexpr int kBroadcastSeconds = 64;
/// The rules of the spec, and the others for networks that it says nothing of, in the order in which they may stand.
/// Never "all", which erases every more specific rule.
std::vector<AccessRule> allRules(const std::vector<AccessRule>& own, const std::vector<AccessRule>& others) {
    std::set<IpPrefix> known;
    for (const AccessRule& rule : own) known.insert(rule.network);
    std::vector<AccessRule> rules = own;
    rules.reserve(own.size() + others.size());
    for (const AccessRule& rule : others)
        if (!known.contains(rule.network)) rules.push_back(rule);
    std::sort(rules.begin(), rules.end(),
              [](const AccessRule& a, const AccessRule& b) { return isBefore(a.network, b.network); });
    return rules;
}

void writeAccess(ConfigText& out, const std::vector<AccessRule>& rules) {
    for (const AccessRule& rule : rules)
        out.line({rule.permission == Permission::Allow ? "allow" : "deny", rule.network.text().toUtf8()});
}

void writePlumbing(ConfigText& out, const ChronyPaths& paths) {
    out.line({"cmdport 0"});
    out.line({"bindcmdaddress", paths.commandSocket.toUtf8()});
    out.line({"pidfile", paths.pidFile.toUtf8()});
    out.line({"dumpdir", paths.dumpDirectory.toUtf8()});
    out.line({"sourcedir", paths.sourceDirectory.toUtf8()});
    out.line({"keyfile", paths.keyFile.toUtf8()});  // also without keys, so that the first comes without a restart
}

struct Texts {
    QByteArray before;
    QByteArray after;
};

/// Without the lines that both begin with and those that both end with: of thousands few differ.
Texts unlikeLines(const QByteArray& before, const QByteArray& after) {
    const auto differ = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
    const qsizetype same = differ.first - before.begin();
    const qsizetype head = same > 0 ? before.lastIndexOf('\n', same - 1) + 1 : 0;
    const auto differBack =
        std::mismatch(before.rbegin(), before.rend() - head, after.rbegin(), after.rend() - head).first;
    const qsizetype end = before.indexOf('\n', before.rend() - differBack);
    const qsizetype tail = end < 0 ? 0 : before.size() - end - 1;
    return {before.sliced(head, before.size() - head - tail), after.sliced(head, after.size() - head - tail)};
}

/// Directive -> its lines, in order.
std::map<QByteArray, QByteArrayList> byDirective(const QByteArray& config) {
    std::map<QByteArray, QByteArrayList> result;
    for (const QByteArray& line : config.split('\n'))
        if (!line.isEmpty() && !line.startsWith('#')) result[line.split(' ').first()].append(line);
    return result;
}

bool hasDirective(const QByteArray& config, const QByteArray& directive) {
    for (const char* end : {" ", "\n"})
        if (config.startsWith(directive + end) || config.contains('\n' + directive + end)) return true;
    return false;
}

QStringList differences(const Texts& whole) {
    const Texts unlike = unlikeLines(whole.before, whole.after);
    const auto before = byDirective(unlike.before);
    const auto after = byDirective(unlike.after);
    QStringList removed;
    QStringList others;
    const auto add = [&](const QByteArray& directive) {
        const QString name = QString::fromUtf8(directive);
        if (!hasDirective(whole.after, directive))
            removed.append(name + QStringLiteral(" removed"));
        else if (!hasDirective(whole.before, directive))
            others.append(name + QStringLiteral(" added"));
        else
            others.append(name + QStringLiteral(" changed"));
    };
    std::map<QByteArray, QByteArrayList> all = before;
    all.insert(after.begin(), after.end());
    for (const auto& [directive, lines] : all) {
        const auto old = before.find(directive);
        const auto now = after.find(directive);
        if (old == before.end() || now == after.end() || old->second != now->second) add(directive);
    }
    return removed + others;
}

/// A clock that keeps TAI needs a table of leap seconds (chrony.conf(5), refclock, "tai").
LeapSpec leapsFor(const NtpServiceSpec& spec) {
    LeapSpec leap = spec.server.leap;
    const bool isNeeded = spec.hardware.phc && spec.hardware.phc->isTai;
    if (isNeeded && leap.timeZone.isEmpty() && leap.listFile.isEmpty()) leap.timeZone = QStringLiteral("right/UTC");
    return leap;
}

/// The lines of a configuration that only a restart can change.
QByteArrayList restartLines(const QByteArray& config) {
    static const QByteArrayList kOnline{"makestep", "local", "allow", "deny"};
    QByteArrayList lines = config.split('\n');
    lines.removeIf([](const QByteArray& line) { return kOnline.contains(line.split(' ').first()); });
    return lines;
}

}  // namespace

ChronyPlan makePlan(const NtpServiceSpec& spec, const PlanOptions& options, const Materials& materials) {
    ChronyPlan plan;
    const bool setsClock = options.clockControl == ClockControl::Adjust;
    plan.online.makestep = setsClock ? spec.server.makestep.value_or(MakestepSpec()) : MakestepSpec();
    plan.online.maxUpdateSkew = spec.server.maxupdateskew.value_or(plan.online.maxUpdateSkew);
    plan.online.settingsAreLogged = supports(materials.version, "log of commands");
    plan.online.access = allRules(spec.access, materials.vlans.access);
    SourceLines sources = sourceLines(spec, materials);
    plan.sources = sources.text;
    plan.online.sourceNames = std::move(sources.names);
    plan.online.keyOf = std::move(sources.keyOf);
    plan.online.leasedOn = std::move(sources.leasedOn);
    plan.leftOut = std::move(sources.leftOut);
    plan.online.local = effectiveLocal(spec.server, materials.version, plan.leftOut);
    if (!setsClock) leaveOutClockSettings(spec.server, plan.leftOut);
    plan.keys = keyFile(spec.authentication, materials.keys);
    ConfigText out;
    out.line({"# Written by the ntp plugin of fos1-host from an NTPService; edits are lost at its next change."});
    writeServing(out, spec.server, options, materials, plan);
    writeRefclocks(out, spec.hardware, options.paths, materials, plan.leftOut);
    writeSelection(out, spec);
    writeRequests(out, spec);
    writeHwTimestamp(out, spec.server.hwTimestamp, materials, plan.leftOut);
    writeLeap(out, leapsFor(spec), materials.version, plan.leftOut);
    writeServingValues(out, spec.server, options, materials, plan.leftOut);
    writeNts(out, spec.nts, options.paths, materials, plan.leftOut);
    writeAccess(out, plan.online.access);
    for (const IpAddress& address : materials.vlans.broadcasts)
        out.line({"broadcast", QByteArray::number(kBroadcastSeconds), address.text().toUtf8()});
    writeRateLimit(out, spec.rateLimit, materials.version, plan.leftOut);
    writePlumbing(out, options.paths);
    plan.config = out.text();
    return plan;
}

Change changeKind(const std::optional<ChronyPlan>& current, const std::optional<ChronyPlan>& wanted) {
    if (!current && !wanted) return {ChangeKind::None, {}};
    if (!current) return {ChangeKind::Start, {QStringLiteral("chronyd is not running yet")}};
    if (!wanted) return {ChangeKind::Stop, {QStringLiteral("no time service is declared")}};
    const Texts whole{current->whole(), wanted->whole()};
    QStringList reasons = differences(whole);
    if (current->keys != wanted->keys) reasons.append(QStringLiteral("keys changed"));
    if (whole.before == whole.after && reasons.isEmpty()) return {ChangeKind::None, {}};
    const Texts configs = unlikeLines(current->config, wanted->config);
    const bool needsRestart = restartLines(configs.before) != restartLines(configs.after);
    return {needsRestart ? ChangeKind::Restart : ChangeKind::Online, reasons};
}

}  // namespace fos1::ntp
