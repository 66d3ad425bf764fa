// SPDX-License-Identifier: GPL-2.0-or-later
// Directives as in chrony.conf(5) of chrony 4.3.
#include "core/chrony_plan.h"

#include <map>

#include "core/rate_limit.h"

namespace fos1::ntp {

namespace {

using std::chrono::nanoseconds;

/// Exact decimal seconds: 1, 0.25, -0.000000001.
QByteArray decimalSeconds(nanoseconds time) {
    constexpr qint64 kPerSecond = 1'000'000'000;
    const qint64 count = time.count();
    const qint64 fraction = std::abs(count % kPerSecond);
    QByteArray text = (count < 0 ? "-" : "") + QByteArray::number(std::abs(count / kPerSecond));
    if (fraction == 0) return text;
    text += '.' + QByteArray::number(fraction).rightJustified(9, '0');
    while (text.endsWith('0')) text.chop(1);
    return text;
}

class ConfigText {
   public:
    /// One line of words; empty words are left out.
    void line(std::initializer_list<QByteArray> words) {
        QByteArray text;
        for (const QByteArray& word : words)
            if (!word.isEmpty()) text += (text.isEmpty() ? "" : " ") + word;
        m_text += text + '\n';
    }
    [[nodiscard]] QByteArray text() const { return m_text; }

   private:
    QByteArray m_text;
};

QByteArray option(const char* name, const std::optional<int>& value) {
    return value ? QByteArray(name) + ' ' + QByteArray::number(*value) : QByteArray();
}
QByteArray option(const char* name, const std::optional<nanoseconds>& value) {
    return value ? QByteArray(name) + ' ' + decimalSeconds(*value) : QByteArray();
}
QByteArray flag(const char* name, bool set) { return set ? QByteArray(name) : QByteArray(); }

/// Flags are bare words: "iburst true" is a parse error that ends chronyd.
QByteArray sourceOptions(const SourceOptions& options) {
    QByteArrayList words{flag("iburst", options.iburst),
                         flag("prefer", options.prefer),
                         flag("noselect", options.noselect),
                         flag("trust", options.trust),
                         flag("require", options.require),
                         flag("xleave", options.xleave),
                         option("minpoll", options.minpoll),
                         option("maxpoll", options.maxpoll),
                         options.port == kNtpPort ? QByteArray() : "port " + QByteArray::number(options.port)};
    words.removeAll(QByteArray());
    return words.join(' ');
}

/// A source that asks for authentication is never used without it.
QString whyLeftOut(const SourceOptions& options) {
    if (options.nts) return QStringLiteral("asks for NTS, which is not supported yet, and is not used without it");
    if (options.keyId)
        return QStringLiteral("asks for key %1, which is not supported yet, and is not used without it")
            .arg(*options.keyId);
    return {};
}

void writeSources(ConfigText& out, const NtpServiceSpec& spec, ChronyPlan& plan) {
    std::vector<LeftOutSource>& leftOut = plan.leftOut;
    const auto source = [&](const QString& name, std::initializer_list<QByteArray> words) {
        out.line(words);
        plan.online.sourceNames.push_back(name);
    };
    for (std::size_t i = 0; i < spec.pools.size(); ++i) {
        const PoolSpec& pool = spec.pools[i];
        if (const QString why = whyLeftOut(pool.options); !why.isEmpty())
            leftOut.push_back({QStringLiteral("spec.sources.pools[%1]").arg(i), pool.name, why});
        else
            source(pool.name, {"pool", pool.name.toUtf8(), "maxsources " + QByteArray::number(pool.servers),
                               sourceOptions(pool.options)});
    }
    for (std::size_t i = 0; i < spec.servers.size(); ++i) {
        const ServerSpec& server = spec.servers[i];
        if (const QString why = whyLeftOut(server.options); !why.isEmpty())
            leftOut.push_back({QStringLiteral("spec.sources.servers[%1]").arg(i), server.address, why});
        else
            source(server.address,
                   {"server", server.address.toUtf8(), sourceOptions(server.options), option("presend", server.presend),
                    option("maxdelay", server.maxdelay), option("offset", server.offset)});
    }
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

/// Shortest prefixes first. chrony's table has four bits a level and writes a prefix of another length over all the
/// slots that it covers, so a later 10.0.0.0/10 would replace an earlier 10.0.0.0/12 (addrfilt.c, set_subnet). In this
/// order the longest prefix wins. Never "all", which erases every more specific rule.
std::vector<AccessRule> inOrder(std::vector<AccessRule> rules) {
    std::sort(rules.begin(), rules.end(), [](const AccessRule& a, const AccessRule& b) {
        return std::tie(a.network.address.family, a.network.length, a.network) <
               std::tie(b.network.address.family, b.network.length, b.network);
    });
    return rules;
}

void writeAccess(ConfigText& out, const std::vector<AccessRule>& rules) {
    for (const AccessRule& rule : rules)
        out.line({rule.permission == Permission::Allow ? "allow" : "deny", rule.network.text().toUtf8()});
}

void writeServing(ConfigText& out, const ServingSpec& server, const PlanOptions& options) {
    const QString driftFile = server.driftfile.isEmpty() ? options.paths.driftFile : server.driftfile;
    out.line({"driftfile", driftFile.toUtf8()});
    if (server.makestep)
        out.line({"makestep", decimalSeconds(server.makestep->threshold), QByteArray::number(server.makestep->limit)});
    if (server.rtcsync && options.clockControl == ClockControl::Adjust) out.line({"rtcsync"});
    writeLocal(out, effectiveLocal(server));
    out.line({"port", QByteArray::number(server.port)});
    for (const IpAddress& address : server.bindAddresses) out.line({"bindaddress", address.text().toUtf8()});
}

void writeRateLimit(ConfigText& out, const RateLimitSpec& limit) {
    if (!limit.enabled) return;
    out.line({"ratelimit", option("interval", std::optional(rateLimitExponent(limit.interval))),
              option("burst", std::optional(limit.burst)), option("leak", std::optional(limit.leak))});
}

void writePlumbing(ConfigText& out, const ChronyPaths& paths) {
    out.line({"cmdport 0"});
    out.line({"bindcmdaddress", paths.commandSocket.toUtf8()});
    out.line({"pidfile", paths.pidFile.toUtf8()});
    out.line({"dumpdir", paths.dumpDirectory.toUtf8()});
    out.line({"sourcedir", paths.sourceDirectory.toUtf8()});
}

/// Directive -> its lines, in order.
std::map<QByteArray, QByteArrayList> byDirective(const QByteArray& config) {
    std::map<QByteArray, QByteArrayList> result;
    for (const QByteArray& line : config.split('\n'))
        if (!line.isEmpty() && !line.startsWith('#')) result[line.split(' ').first()].append(line);
    return result;
}

QStringList differences(const QByteArray& current, const QByteArray& wanted) {
    const auto before = byDirective(current);
    const auto after = byDirective(wanted);
    QStringList reasons;
    for (const auto& [directive, lines] : before)
        if (!after.contains(directive)) reasons.append(QString::fromUtf8(directive) + QStringLiteral(" removed"));
    for (const auto& [directive, lines] : after) {
        const auto old = before.find(directive);
        if (old == before.end())
            reasons.append(QString::fromUtf8(directive) + QStringLiteral(" added"));
        else if (old->second != lines)
            reasons.append(QString::fromUtf8(directive) + QStringLiteral(" changed"));
    }
    return reasons;
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

ChronyPlan makePlan(const NtpServiceSpec& spec, const PlanOptions& options) {
    ChronyPlan plan;
    plan.online.makestep = spec.server.makestep.value_or(MakestepSpec());
    plan.online.local = effectiveLocal(spec.server);
    plan.online.access = inOrder(spec.access);
    ConfigText sources;
    writeSources(sources, spec, plan);
    plan.sources = sources.text();
    ConfigText out;
    out.line({"# Written by the ntp plugin of fos1-host from an NTPService; edits are lost at its next change."});
    writeServing(out, spec.server, options);
    writeAccess(out, plan.online.access);
    writeRateLimit(out, spec.rateLimit);
    writePlumbing(out, options.paths);
    plan.config = out.text();
    return plan;
}

Change changeKind(const std::optional<ChronyPlan>& current, const std::optional<ChronyPlan>& wanted) {
    if (!current && !wanted) return {ChangeKind::None, {}};
    if (!current) return {ChangeKind::Start, {QStringLiteral("chronyd does not run yet")}};
    if (!wanted) return {ChangeKind::Stop, {QStringLiteral("no time service is wanted")}};
    if (current->whole() == wanted->whole()) return {ChangeKind::None, {}};
    const bool needsRestart = restartLines(current->config) != restartLines(wanted->config);
    return {needsRestart ? ChangeKind::Restart : ChangeKind::Online, differences(current->whole(), wanted->whole())};
}

}  // namespace fos1::ntp
