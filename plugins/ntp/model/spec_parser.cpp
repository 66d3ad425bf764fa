// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/spec_parser.h"

#include "model/field_checks.h"
#include "model/security_parser.h"
#include "model/serving_parser.h"
#include "model/source_parser.h"
#include "model/vlan_parser.h"

namespace fos1::ntp {

namespace {

using std::chrono::milliseconds;

constexpr int kMostSources = 1000;
constexpr double kLargestMilliseconds = 1e9;

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
    if (!spec.server.interleaved && (spec.rateLimit.enabled || spec.nts.rateLimit.enabled))
        at.child(QStringLiteral("server"))
            .report(QStringLiteral("interleaved"),
                    QStringLiteral("false contradicts security.%1: chronyd can disable interleaved mode only when it "
                                   "keeps no client records, which the rate limit needs")
                        .arg(spec.rateLimit.enabled ? QStringLiteral("ratelimit")
                                                    : QStringLiteral("nts.server.ratelimit")));
    if (!errors.empty()) return tl::unexpected<Errors>(std::move(errors));
    return spec;
}

}  // namespace fos1::ntp
