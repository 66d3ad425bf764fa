// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/spec_parser.h"

#include <map>

#include "model/field_checks.h"
#include "model/key_parser.h"
#include "model/source_parser.h"

namespace fos1::ntp {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kHighestStratum = 15;
constexpr int kMostSources = 1000;
constexpr double kLargestSeconds = 1e6;
constexpr double kShortestLimitSeconds = 2e-6;  // 2^-19 s, rounded up
constexpr double kLongestLimitSeconds = 4096;   // 2^12 s
constexpr double kLargestMilliseconds = 1e9;

std::optional<MakestepSpec> parseMakestep(const FieldChecks& server) {
    const QString key = QStringLiteral("makestep");
    if (!server.reader().has(key)) return std::nullopt;
    const FieldChecks at = server.child(key);
    MakestepSpec makestep{seconds(1), 3};
    makestep.threshold =
        at.positiveDuration(QStringLiteral("threshold"), seconds(1), kLargestSeconds).value_or(makestep.threshold);
    makestep.limit = at.integer(QStringLiteral("limit"), -1, 1'000'000).value_or(makestep.limit);
    return makestep;
}

LocalSpec parseLocal(const FieldChecks& at) {
    LocalSpec local;
    local.enabled = at.reader().boolean(QStringLiteral("enabled"));
    local.orphan = at.reader().boolean(QStringLiteral("orphan"));
    local.stratum = at.integer(QStringLiteral("stratum"), 1, kHighestStratum);
    local.distance = at.duration(QStringLiteral("distance"), seconds(1), 0, kLargestSeconds);
    return local;
}

/// chrony.conf(5), bindaddress: one IPv4 and one IPv6 address.
std::vector<IpAddress> parseBindAddresses(const FieldChecks& server) {
    const QString key = QStringLiteral("bindAddresses");
    std::vector<IpAddress> addresses;
    std::map<AddressFamily, QString> seen;
    const QCborArray list = server.reader().array(key);
    for (qsizetype i = 0; i < list.size(); ++i) {
        const QString at = key + u'[' + QString::number(i) + u']';
        const QString text = list.at(i).toString();
        const std::optional<IpAddress> address = IpAddress::parse(text);
        if (!list.at(i).isString() || !address) {
            server.report(at, QStringLiteral("\"%1\" is not an IP address").arg(text));
            continue;
        }
        const auto [first, isNew] = seen.try_emplace(address->family, server.reader().path(at));
        if (!isNew)
            server.report(at, QStringLiteral("is of the same family as %1: chronyd binds one IPv4 and one IPv6 address")
                                  .arg(first->second));
        addresses.push_back(*address);
    }
    return addresses;
}

ServingSpec parseServing(const FieldChecks& at) {
    ServingSpec serving;
    serving.stratum = at.integer(QStringLiteral("stratum"), 1, kHighestStratum);
    serving.driftfile = at.absolutePath(QStringLiteral("driftfile")).value_or(QString());
    serving.makestep = parseMakestep(at);
    serving.local = parseLocal(at.child(QStringLiteral("local")));
    serving.port = static_cast<quint16>(at.integer(QStringLiteral("port"), 0, 65535).value_or(kNtpPort));
    serving.bindAddresses = parseBindAddresses(at);
    serving.rtcsync = at.reader().boolean(QStringLiteral("rtcsync"));
    return serving;
}

Permission parsePermission(const FieldChecks& at) {
    const QString key = QStringLiteral("permission");
    if (!at.reader().has(key)) {
        at.report(key, QStringLiteral("is required: allow or deny"));
        return Permission::Unknown;
    }
    const std::size_t before = at.errors().size();
    const QString text = at.reader().text(key);
    if (text == QStringLiteral("allow")) return Permission::Allow;
    if (text == QStringLiteral("deny")) return Permission::Deny;
    if (at.errors().size() == before) at.report(key, QStringLiteral("must be allow or deny, is \"%1\"").arg(text));
    return Permission::Unknown;
}

std::optional<IpPrefix> parseNetwork(const FieldChecks& at) {
    const QString key = QStringLiteral("network");
    if (!at.reader().has(key)) {
        at.report(key, QStringLiteral("is required"));
        return std::nullopt;
    }
    const std::size_t before = at.errors().size();
    const QString text = at.reader().text(key);
    if (at.errors().size() != before) return std::nullopt;
    const std::optional<IpPrefix> prefix = IpPrefix::parse(text);
    if (!prefix) {
        QString message = QStringLiteral("\"%1\" is not a network such as 192.168.0.0/16 or fd00::/8").arg(text);
        if (const auto host = IpAddress::parse(text))
            message += QStringLiteral("; for this one address write %1/%2").arg(host->text()).arg(host->bits());
        at.report(key, message);
        return std::nullopt;
    }
    if (prefix->network() != *prefix) {
        at.report(key,
                  QStringLiteral("\"%1\" has host bits set; the network is %2").arg(text, prefix->network().text()));
        return std::nullopt;
    }
    return prefix;
}

std::vector<AccessRule> parseAccess(const FieldChecks& security) {
    struct First {
        Permission permission;
        QString path;
    };
    std::vector<AccessRule> rules;
    std::map<IpPrefix, First> seen;
    for (const FieldChecks& at : security.children(QStringLiteral("access"))) {
        const Permission permission = parsePermission(at);
        const std::optional<IpPrefix> network = parseNetwork(at);
        if (!network || permission == Permission::Unknown) continue;
        const auto [first, isNew] = seen.try_emplace(*network, First{permission, at.reader().path()});
        if (isNew)
            rules.push_back({*network, permission});
        else if (first->second.permission != permission)
            at.report(QStringLiteral("network"),
                      QStringLiteral("%1 is both allowed and denied: see %2").arg(network->text(), first->second.path));
    }
    return rules;
}

/// The bounds are chrony's, which clamps in silence (chrony.conf(5), ratelimit).
RateLimitSpec parseRateLimit(const FieldChecks& at) {
    RateLimitSpec limit;
    limit.enabled = at.reader().boolean(QStringLiteral("enabled"));
    limit.interval = at.duration(QStringLiteral("interval"), seconds(1), kShortestLimitSeconds, kLongestLimitSeconds)
                         .value_or(limit.interval);
    limit.burst = at.integer(QStringLiteral("burst"), 1, 255).value_or(limit.burst);
    limit.leak = at.integer(QStringLiteral("leak"), 1, 4).value_or(limit.leak);
    return limit;
}

MonitoringSpec parseMonitoring(const FieldChecks& at) {
    MonitoringSpec monitoring;
    monitoring.enabled = at.reader().boolean(QStringLiteral("enabled"), monitoring.enabled);
    const FieldChecks offset = at.child(QStringLiteral("offset"));
    const auto warning = offset.duration(QStringLiteral("warningThreshold"), milliseconds(1), 0, kLargestMilliseconds);
    const auto critical =
        offset.duration(QStringLiteral("criticalThreshold"), milliseconds(1), 0, kLargestMilliseconds);
    monitoring.warningThreshold = warning.value_or(monitoring.warningThreshold);
    monitoring.criticalThreshold =
        critical.value_or(std::max(monitoring.criticalThreshold, monitoring.warningThreshold));
    if (!warning) monitoring.warningThreshold = std::min(monitoring.warningThreshold, monitoring.criticalThreshold);
    if (monitoring.warningThreshold > monitoring.criticalThreshold)
        offset.report(QStringLiteral("warningThreshold"), QStringLiteral("must not be greater than criticalThreshold"));
    monitoring.sourcesMinimum =
        at.integer(QStringLiteral("sourcesMinimum"), 0, kMostSources).value_or(monitoring.sourcesMinimum);
    return monitoring;
}

}  // namespace

tl::expected<NtpServiceSpec, Errors> parse(const QCborMap& map) {
    Errors errors;
    const FieldChecks at(CborReader(map, QStringLiteral("spec"), &errors), errors);
    NtpServiceSpec spec;
    spec.enabled = at.reader().boolean(QStringLiteral("enabled"), spec.enabled);
    const FieldChecks security = at.child(QStringLiteral("security"));
    const KnownKeys keys = parseKeys(security.child(QStringLiteral("authentication")));
    parseSources(at.child(QStringLiteral("sources")), keys, spec);
    spec.server = parseServing(at.child(QStringLiteral("server")));
    spec.access = parseAccess(security);
    spec.rateLimit = parseRateLimit(security.child(QStringLiteral("ratelimit")));
    spec.monitoring = parseMonitoring(at.child(QStringLiteral("monitoring")));
    if (!errors.empty()) return tl::unexpected<Errors>(std::move(errors));
    return spec;
}

}  // namespace fos1::ntp
