// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/spec_parser.h"

#include <map>

#include "model/field_checks.h"
#include "model/security_parser.h"
#include "model/source_parser.h"
#include "model/vlan_parser.h"

namespace fos1::ntp {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kHighestStratum = 15;
constexpr int kMostSources = 1000;
constexpr double kLargestSeconds = 1e6;
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

std::vector<HwTimestampSpec> parseHwTimestamp(const FieldChecks& server) {
    std::vector<HwTimestampSpec> interfaces;
    std::map<QString, QString> seen;
    for (const FieldChecks& at : server.children(QStringLiteral("hwtimestamp"))) {
        const QString key = QStringLiteral("interface");
        HwTimestampSpec spec{at.reader().text(key), {}, {}};
        if (const QString why = unsafeInConfig(spec.interface); !why.isEmpty()) at.report(key, why);
        const auto [first, isNew] = seen.try_emplace(spec.interface, at.reader().path(key));
        if (!isNew) at.report(key, QStringLiteral("%1 is already in %2").arg(spec.interface, first->second));
        spec.txcomp = at.duration(QStringLiteral("txcomp"), seconds(1), -1, 1).value_or(spec.txcomp);
        spec.rxcomp = at.duration(QStringLiteral("rxcomp"), seconds(1), -1, 1).value_or(spec.rxcomp);
        interfaces.push_back(std::move(spec));
    }
    return interfaces;
}

LeapSpec parseLeap(const FieldChecks& at) {
    LeapSpec leap;
    const QString mode = at.reader().text(QStringLiteral("mode"), QStringLiteral("system"));
    if (mode == QStringLiteral("slew"))
        leap.mode = LeapMode::Slew;
    else if (mode == QStringLiteral("smear"))
        leap.mode = LeapMode::Smear;
    else if (mode != QStringLiteral("system"))
        at.report(QStringLiteral("mode"), QStringLiteral("must be system, slew or smear, is \"%1\"").arg(mode));
    const QString key = QStringLiteral("list");
    if (!at.reader().has(key)) return leap;
    const QString list = at.reader().text(key);
    if (list.startsWith(u'/'))
        leap.listFile = at.absolutePath(key).value_or(QString());
    else if (const QString why = unsafeInConfig(list); !why.isEmpty())
        at.report(key, why);
    else
        leap.timeZone = list;
    return leap;
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
    serving.interleaved = at.reader().boolean(QStringLiteral("interleaved"), true);
    serving.hwTimestamp = parseHwTimestamp(at);
    serving.leap = parseLeap(at.child(QStringLiteral("leap")));
    return serving;
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
    parseSecurity(security, spec);
    parseSources(at.child(QStringLiteral("sources")), spec.authentication, spec);
    spec.server = parseServing(at.child(QStringLiteral("server")));
    spec.vlans = parseVlans(at);
    spec.advertise = parseAdvertise(at.child(QStringLiteral("advertise")));
    spec.monitoring = parseMonitoring(at.child(QStringLiteral("monitoring")));
    if (!spec.server.interleaved && spec.rateLimit.enabled)
        at.child(QStringLiteral("server"))
            .report(QStringLiteral("interleaved"),
                    QStringLiteral("false contradicts security.ratelimit: chronyd can disable interleaved mode only "
                                   "when it keeps no client records, which the rate limit needs"));
    if (!errors.empty()) return tl::unexpected<Errors>(std::move(errors));
    return spec;
}

}  // namespace fos1::ntp
