// SPDX-License-Identifier: GPL-2.0-or-later
// Directives as in chrony.conf(5) of chrony 4.3.
#include "core/chrony_plan.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/access_order.h"
#include "core/config_text.h"
#include "core/key_file.h"
#include "core/plain_text.h"
#include "core/rate_limit.h"
#include "core/source_lines.h"

namespace fos1::ntp {

namespace {

constexpr int kBroadcastSeconds = 64;
constexpr int kMostBurstSince47 = 32;

int effectiveBurst(int wanted, const ChronyVersion& version) {
    return version.isAtLeast(4, 7) ? std::min(wanted, kMostBurstSince47) : wanted;
}

/// With the stratum that counts.
LocalSpec effectiveLocal(const ServingSpec& server) {
    if (!server.local.enabled) return {};
    LocalSpec local = server.local;
    local.stratum = local.stratum.value_or(server.stratum.value_or(kDefaultLocalStratum));
    return local;
}

void writeLocal(ConfigText& out, const LocalSpec& local) {
    if (!local.enabled) return;
    out.line(
        {"local", option("stratum", local.stratum), flag("orphan", local.orphan), option("distance", local.distance)});
}

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

/// A chronyd that does not set the clock (-x) cannot step it either: it loses what it wanted to step, and serves time
/// that is off by as much (chrony 4.3). What it serves is corrected at once anyway.
void leaveOutClockSettings(const ServingSpec& server, ChronyPlan& plan) {
    const auto leaveOut = [&plan](const char* field, const QString& value) {
        plan.leftOut.push_back({QStringLiteral("spec.server.") + QLatin1String(field), value,
                                QStringLiteral("has no effect: this node's service does not set the machine's clock "
                                               "(plugins.ntp.clockControl)")});
    };
    if (server.makestep)
        leaveOut(
            "makestep",
            QStringLiteral("%1, limit %2").arg(plainDuration(server.makestep->threshold)).arg(server.makestep->limit));
    if (server.rtcsync) leaveOut("rtcsync", QStringLiteral("true"));
}

void writeAccess(ConfigText& out, const std::vector<AccessRule>& rules) {
    for (const AccessRule& rule : rules)
        out.line({rule.permission == Permission::Allow ? "allow" : "deny", rule.network.text().toUtf8()});
}

void writeServing(ConfigText& out, const ServingSpec& server, const PlanOptions& options) {
    const QString driftFile = server.driftfile.isEmpty() ? options.paths.driftFile : server.driftfile;
    out.line({"driftfile", driftFile.toUtf8()});
    const bool setsClock = options.clockControl == ClockControl::Adjust;
    if (server.makestep && setsClock)
        out.line({"makestep", decimalSeconds(server.makestep->threshold), QByteArray::number(server.makestep->limit)});
    if (server.rtcsync && setsClock) out.line({"rtcsync"});
    writeLocal(out, effectiveLocal(server));
    out.line({"port", QByteArray::number(server.port)});
    for (const IpAddress& address : server.bindAddresses) out.line({"bindaddress", address.text().toUtf8()});
    // Interleaved mode needs the timestamps that the client log keeps (chrony.conf(5), noclientlog).
    if (!server.interleaved) out.line({"noclientlog"});
}

/// An interface that cannot be had is fatal for chronyd.
void writeHwTimestamp(ConfigText& out, const NtpServiceSpec& spec, const Materials& materials, ChronyPlan& plan) {
    const auto& interfaces = spec.server.hwTimestamp;
    for (std::size_t i = 0; i < interfaces.size(); ++i) {
        const HwTimestampSpec& each = interfaces[i];
        if (const auto why = materials.unusableInterfaces.find(each.interface);
            why != materials.unusableInterfaces.end()) {
            plan.leftOut.push_back({QStringLiteral("spec.server.hwtimestamp[%1]").arg(i), each.interface, why->second});
            continue;
        }
        const auto unlessZero = [](std::chrono::nanoseconds time) {
            return time.count() == 0 ? std::nullopt : std::optional(time);
        };
        out.line({"hwtimestamp", each.interface.toUtf8(), option("txcomp", unlessZero(each.txcomp)),
                  option("rxcomp", unlessZero(each.rxcomp))});
    }
}

/// chrony.conf(5), leapsecmode and smoothtime: the smear of the manual page's example, over 17 hours.
void writeLeap(ConfigText& out, const LeapSpec& leap, const Materials& materials, ChronyPlan& plan) {
    if (leap.mode != LeapMode::System) out.line({"leapsecmode", "slew"});
    if (leap.mode == LeapMode::Smear) {
        out.line({"maxslewrate", "1000"});
        out.line({"smoothtime", "400", "0.001024", "leaponly"});
    }
    if (!leap.timeZone.isEmpty()) out.line({"leapsectz", leap.timeZone.toUtf8()});
    if (leap.listFile.isEmpty()) return;
    if (materials.version.isAtLeast(4, 6))
        out.line({"leapseclist", leap.listFile.toUtf8()});
    else
        plan.leftOut.push_back({QStringLiteral("spec.server.leap.list"), leap.listFile,
                                QStringLiteral("is a file, which chronyd %1.%2 cannot read (4.6 can); name a time zone "
                                               "such as right/UTC instead")
                                    .arg(materials.version.major)
                                    .arg(materials.version.minor)});
}

/// The directory for cookies stands there always, so that a source that uses NTS can come without a restart.
void writeNts(ConfigText& out, const NtsSpec& nts, const ChronyPaths& paths, const Materials& materials,
              ChronyPlan& plan) {
    if (nts.enabled && !materials.ntsServer)
        plan.leftOut.push_back({QStringLiteral("spec.security.nts"), QStringLiteral("the NTS server"),
                                materials.version.nts
                                    ? materials.whyNoNtsServer
                                    : QStringLiteral("is unavailable: this chronyd was built without NTS")});
    if (!materials.version.nts) return;
    out.line({"ntsdumpdir", paths.dumpDirectory.toUtf8()});
    for (std::size_t i = 0; i < nts.trustedCerts.size(); ++i)
        if (const auto why = materials.unusableTrustedCerts.find(nts.trustedCerts[i]);
            why != materials.unusableTrustedCerts.end())
            plan.leftOut.push_back(
                {QStringLiteral("spec.security.nts.trustedCerts[%1]").arg(i), nts.trustedCerts[i], why->second});
    if (!materials.trustedBundle.isEmpty()) out.line({"ntstrustedcerts", materials.trustedBundle.toUtf8()});
    if (!nts.enabled || !materials.ntsServer) return;
    out.line({"ntsserverkey", materials.ntsServer->key.toUtf8()});
    out.line({"ntsservercert", materials.ntsServer->certificate.toUtf8()});
    out.line({"ntsport", QByteArray::number(nts.port)});
    out.line({"ntsrotate", QByteArray::number(nts.rotate.count())});
    // One helper that does the TLS work; chrony's own default is one, too (chrony.conf(5), ntsprocesses).
    out.line({"ntsprocesses", "1"});
}

/// chrony 4.7 and later end at a number that earlier ones took.
void writeRateLimit(ConfigText& out, const RateLimitSpec& limit, const Materials& materials, ChronyPlan& plan) {
    if (!limit.enabled) return;
    const int burst = effectiveBurst(limit.burst, materials.version);
    if (burst != limit.burst)
        plan.leftOut.push_back({QStringLiteral("spec.security.ratelimit.burst"), QString::number(limit.burst),
                                QStringLiteral("is more than chronyd %1.%2 accepts; %3 is used")
                                    .arg(materials.version.major)
                                    .arg(materials.version.minor)
                                    .arg(burst)});
    out.line({"ratelimit", option("interval", std::optional(rateLimitExponent(limit.interval))),
              option("burst", std::optional(burst)), option("leak", std::optional(limit.leak))});
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

/// The lines of a configuration that only a restart can change.
QByteArrayList restartLines(const QByteArray& config) {
    static const QByteArrayList kOnline{"makestep", "local", "allow", "deny"};
    QByteArrayList lines = config.split('\n');
    lines.erase(std::remove_if(lines.begin(), lines.end(),
                               [](const QByteArray& line) { return kOnline.contains(line.split(' ').first()); }),
                lines.end());
    return lines;
}

}  // namespace

ChronyPlan makePlan(const NtpServiceSpec& spec, const PlanOptions& options, const Materials& materials) {
    ChronyPlan plan;
    const bool setsClock = options.clockControl == ClockControl::Adjust;
    plan.online.makestep = setsClock ? spec.server.makestep.value_or(MakestepSpec()) : MakestepSpec();
    plan.online.local = effectiveLocal(spec.server);
    plan.online.access = allRules(spec.access, materials.vlans.access);
    SourceLines sources = sourceLines(spec, materials);
    plan.sources = sources.text;
    plan.online.sourceNames = std::move(sources.names);
    plan.online.keyOf = std::move(sources.keyOf);
    plan.leftOut = std::move(sources.leftOut);
    if (!setsClock) leaveOutClockSettings(spec.server, plan);
    plan.keys = keyFile(spec.authentication, materials.keys);
    ConfigText out;
    out.line({"# Written by the ntp plugin of fos1-host from an NTPService; edits are lost at its next change."});
    writeServing(out, spec.server, options);
    writeHwTimestamp(out, spec, materials, plan);
    writeLeap(out, spec.server.leap, materials, plan);
    writeNts(out, spec.nts, options.paths, materials, plan);
    writeAccess(out, plan.online.access);
    for (const IpAddress& address : materials.vlans.broadcasts)
        out.line({"broadcast", QByteArray::number(kBroadcastSeconds), address.text().toUtf8()});
    writeRateLimit(out, spec.rateLimit, materials, plan);
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
