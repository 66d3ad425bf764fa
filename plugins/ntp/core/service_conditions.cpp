// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/service_conditions.h"

#include <algorithm>

#include "core/hardware_condition.h"
#include "core/make_condition.h"
#include "core/plain_text.h"
#include "core/security_conditions.h"
#include "core/service_plan.h"
#include "core/service_status.h"

namespace fos1::ntp {

namespace {

constexpr auto kTrue = ConditionStatus::True;
constexpr auto kFalse = ConditionStatus::False;
constexpr auto kUnknown = ConditionStatus::Unknown;

const QString kOff = QStringLiteral("The service is switched off (spec.enabled is false).");

/// "spec.sources.servers[0] (10.1.0.1) requests key 1, which ...", for each that `counts`.
template <typename Counts>
QString leftOutWords(const StatusInput& in, Counts counts) {
    QStringList sentences;
    for (const LeftOut& each : in.leftOut)
        if (counts(each)) sentences.append(QStringLiteral("%1 (%2) %3.").arg(each.path, each.name, each.reason));
    return someOf(sentences, QStringLiteral(" "));
}

Condition ready(const StatusInput& in) {
    const char* type = "Ready";
    if (!in.spec.enabled) return makeCondition(type, kFalse, "Disabled", kOff);
    switch (in.engine.phase) {
        case EnginePhase::Running:
            if (in.reconciled && in.reconciled->status == kFalse)
                return makeCondition(
                    type, kFalse, "PreviousConfiguration",
                    QStringLiteral("The time daemon runs with its previous configuration; the condition Reconciled "
                                   "reports why the declared one is not in force."));
            if (const auto missing = std::find_if(in.leftOut.begin(), in.leftOut.end(),
                                                  [](const LeftOut& each) { return !each.missing.isEmpty(); });
                missing != in.leftOut.end())
                return makeCondition(type, kFalse, missing->missing.toLatin1().constData(),
                                     leftOutWords(in, [](const LeftOut& each) { return !each.missing.isEmpty(); }));
            if (const QString why = in.spec.server.port == 0 ? QString() : whyNobodyServed(in.spec, in.serving);
                !why.isEmpty())
                return makeCondition(type, kFalse, "NobodyServed", why);
            return makeCondition(type, kTrue, "Running",
                                 QStringLiteral("The time daemon runs with the declared configuration."));
        case EnginePhase::Starting:
            return makeCondition(type, kFalse, "Starting", QStringLiteral("The time daemon is starting."));
        case EnginePhase::Waiting: {
            QString message = QStringLiteral("The time daemon exited and will be restarted.");
            if (!in.engine.lastError.isEmpty()) message += u' ' + in.engine.lastError;
            return makeCondition(type, kFalse, "DaemonEnded", message);
        }
        case EnginePhase::Stopping:
            return makeCondition(type, kFalse, "Restarting", QStringLiteral("The time daemon is being stopped."));
        case EnginePhase::Stopped:
        case EnginePhase::Unknown: break;
    }
    QString message = QStringLiteral("The time daemon is not running.");
    if (!in.engine.lastError.isEmpty()) message += u' ' + in.engine.lastError;
    return makeCondition(type, kFalse, "NotRunning", message);
}

Condition synchronized(const StatusInput& in) {
    const char* type = "Synchronized";
    if (!in.spec.enabled) return makeCondition(type, kFalse, "Disabled", kOff);
    if (in.sync.synchronised) return makeCondition(type, kTrue, "FollowingSource", in.sync.reason);
    if (in.sync.holdover) return makeCondition(type, kFalse, "Holdover", in.sync.reason);
    if (in.sync.source && in.sync.source->kind != QStringLiteral("local") && in.sync.sources.selectable > 0)
        return makeCondition(type, kFalse, "NoTrueReference", in.sync.reason);
    if (in.sync.source && in.sync.source->kind == QStringLiteral("local"))
        return makeCondition(type, kFalse, "LocalReference", in.sync.reason);
    if (in.engine.phase != EnginePhase::Running)
        return makeCondition(type, kFalse, "NotRunning", QStringLiteral("The time daemon is not running."));
    return makeCondition(type, kFalse, in.sync.sources.reachable == 0 ? "NoSource" : "NoneSelected", in.sync.reason);
}

/// Limits say something about a disciplined clock only.
bool isMeasured(const StatusInput& in) { return in.sync.synchronised || in.sync.holdover; }

/// `subject`: "The served time is %1 off"; `remark`: what follows when it is over a limit.
Condition againstLimits(const char* type, const StatusInput& in, std::chrono::nanoseconds offset,
                        const QString& subject, const QString& remark = {}) {
    if (!in.spec.monitoring.enabled)
        return makeCondition(type, kUnknown, "MonitoringDisabled", QStringLiteral("Monitoring is switched off."));
    if (!isMeasured(in))
        return makeCondition(type, kUnknown, "NotSynchronized",
                             QStringLiteral("Without a source, the offset is unknown."));
    const auto message = [&](const char* comparison, std::chrono::nanoseconds limit, const char* which) {
        return QStringLiteral("%1, %2 the %3 limit of %4.")
            .arg(subject.arg(plainDuration(offset)), QLatin1String(comparison), QLatin1String(which),
                 plainDuration(limit));
    };
    const MonitoringSpec& limits = in.spec.monitoring;
    if (offset >= limits.criticalThreshold)
        return makeCondition(type, kFalse, "Critical", message("over", limits.criticalThreshold, "critical") + remark);
    if (offset >= limits.warningThreshold)
        return makeCondition(type, kFalse, "Warning", message("over", limits.warningThreshold, "warning") + remark);
    return makeCondition(type, kTrue, "WithinLimits", message("below", limits.warningThreshold, "warning"));
}

/// Of the time that clients get. Without a source to measure it by, what it may be off at most counts.
Condition offsetWithinLimits(const StatusInput& in) {
    if (in.sync.synchronised)
        return againstLimits("OffsetWithinLimits", in, std::chrono::abs(in.sync.servedOffset),
                             QStringLiteral("The served time is %1 off its source"));
    return againstLimits("OffsetWithinLimits", in, in.sync.errorBound,
                         QStringLiteral("The served time may be up to %1 off"));
}

/// Of the machine's own clock, which chronyd may not be allowed to set.
Condition systemClockWithinLimits(const StatusInput& in) {
    // The sign of a small offset changes all the time, and is no news.
    const bool isSmall = std::chrono::abs(in.sync.offset) < in.spec.monitoring.warningThreshold;
    const QString subject = isSmall                      ? QStringLiteral("The machine's clock is %1 off")
                            : in.sync.offset.count() < 0 ? QStringLiteral("The machine's clock is %1 slow")
                                                         : QStringLiteral("The machine's clock is %1 fast");
    return againstLimits("SystemClockWithinLimits", in, std::chrono::abs(in.sync.offset), subject,
                         in.clockControl == ClockControl::Adjust
                             ? QStringLiteral(" chronyd is correcting it.")
                             : QStringLiteral(" This service does not set it (%1); clients get the corrected time.")
                                   .arg(whyNotSet(in.clockControl)));
}

/// Whether clients get the time, found by asking as they do.
Condition serving(const StatusInput& in) {
    const char* type = "Serving";
    if (!in.spec.enabled) return makeCondition(type, kFalse, "Disabled", kOff);
    if (in.spec.server.port == 0)
        return makeCondition(type, kFalse, "PortIsZero", whyNobodyServed(in.spec, in.serving));
    if (in.engine.phase != EnginePhase::Running)
        return makeCondition(type, kFalse, "NotRunning", QStringLiteral("The time daemon is not running."));
    if (!in.serving)
        return makeCondition(
            type, kUnknown, "NotTried",
            in.spec.server.bindDevice.isEmpty()
                ? QStringLiteral("No address of this node is allowed to ask, so it was not checked whether clients are "
                                 "answered.")
                : QStringLiteral("No address on %1 (spec.server.bindDevice) is allowed to ask, so it was not checked "
                                 "whether clients are answered.")
                      .arg(in.spec.server.bindDevice));
    const ServingFacts& facts = *in.serving;
    if (facts.isNobodyServed())
        return makeCondition(type, kFalse, facts.holders.empty() ? "NoAnswer" : "PortHeld",
                             whyNobodyServed(in.spec, in.serving));
    if (!facts.unserved.empty())
        return makeCondition(type, kFalse, "PartlyServed",
                             QStringLiteral("Not all clients are answered: %1.").arg(facts.problem()));
    if (!facts.pending.empty())
        return makeCondition(type, kUnknown, "BeingChecked",
                             QStringLiteral("A check whether clients are answered is in progress."));
    return makeCondition(
        type, kTrue, "Answered",
        QStringLiteral("This node answers clients at each of its %1 addresses to be served.").arg(facts.served.size()));
}

Condition enoughSources(const StatusInput& in) {
    const char* type = "EnoughSources";
    if (!in.spec.monitoring.enabled)
        return makeCondition(type, kUnknown, "MonitoringDisabled", QStringLiteral("Monitoring is switched off."));
    if (!in.spec.enabled) return makeCondition(type, kUnknown, "Disabled", kOff);
    const int minimum = in.spec.monitoring.sourcesMinimum;
    const QString message = QStringLiteral("%1 of %2 sources answer; at least %3 should.")
                                .arg(in.sync.sources.reachable)
                                .arg(in.sync.sources.total)
                                .arg(minimum);
    if (in.sync.sources.reachable >= minimum) return makeCondition(type, kTrue, "EnoughReachable", message);
    return makeCondition(type, kFalse, "TooFewReachable", message);
}

Condition stratumAsExpected(const StatusInput& in) {
    const char* type = "StratumAsExpected";
    if (!in.spec.server.stratum)
        return makeCondition(type, kTrue, "NoLimit", QStringLiteral("No limit is set (spec.server.stratum)."));
    if (!isMeasured(in))
        return makeCondition(type, kUnknown, "NotSynchronized",
                             QStringLiteral("The stratum is unknown until the clock is synchronized."));
    const bool fine = in.sync.stratum <= *in.spec.server.stratum;
    return makeCondition(type, fine ? kTrue : kFalse, fine ? "WithinLimit" : "TooHigh",
                         QStringLiteral("The time is at stratum %1; the limit is %2.")
                             .arg(in.sync.stratum)
                             .arg(*in.spec.server.stratum));
}

/// An entry without a VLAN is waited for, and no failure.
Condition vlansKnown(const StatusInput& in) {
    const char* type = "VLANsKnown";
    if (in.entriesWithoutVlan.empty())
        return makeCondition(type, kTrue, "AllKnown", QStringLiteral("Every VLAN that the spec names exists."));
    return makeCondition(type, kFalse, "VLANMissing", whyNoVlan(in.entriesWithoutVlan));
}

Condition fullyImplemented(const StatusInput& in) {
    const char* type = "FullyImplemented";
    if (in.leftOut.empty())
        return makeCondition(type, kTrue, "AllFieldsInForce", QStringLiteral("Every field of the spec is in force."));
    return makeCondition(type, kFalse, "LeftOut", leftOutWords(in, [](const LeftOut&) { return true; }));
}

/// What chronyd only logs.
Condition daemonHealthy(const StatusInput& in) {
    const char* type = "DaemonHealthy";
    const Complaint& last = in.engine.complaint;
    if (last.text.isEmpty() || in.nowUnix - last.atUnixMs / 1000 > kComplaintLifetime.count())
        return !in.engine.seesLog
                   ? makeCondition(
                         type, kUnknown, "LogElsewhere",
                         QStringLiteral(
                             "The time daemon is a unit of systemd's, and the journal has no line of it yet."))
                   : makeCondition(type, kTrue, "NoErrors",
                                   QStringLiteral("The time daemon has logged no error lately."));
    return makeCondition(type, kFalse, "ErrorLogged", QStringLiteral("The time daemon reports: %1.").arg(last.text));
}

/// Asked where chronyd sets the clock.
std::optional<Condition> noRivalTimeDaemon(const StatusInput& in) {
    const char* type = "NoRivalTimeDaemon";
    switch (in.rival.standing) {
        case RivalStanding::Unknown: break;
        case RivalStanding::NotLookedAt:
            return makeCondition(type, kUnknown, "NotLookedAt",
                                 QStringLiteral("The plugin does not check whether another time daemon sets the clock "
                                                "(plugins.ntp.timedate: off)."));
        case RivalStanding::NoTimedated:
            return makeCondition(
                type, kTrue, "NoTimedated",
                QStringLiteral("This system has no systemd-timedated, so no time daemon of systemd sets the clock."));
        case RivalStanding::NoneActive:
            return makeCondition(type, kTrue, "NoneActive",
                                 QStringLiteral("No other time daemon of the system is enabled."));
        case RivalStanding::TurnedOff:
            return makeCondition(type, kTrue, "TurnedOff",
                                 QStringLiteral("The system's own time daemon was switched off; it is switched on "
                                                "again when this service is disabled or deleted."));
        case RivalStanding::NotTurnedOff:
            return makeCondition(
                type, kFalse, "NotTurnedOff",
                QStringLiteral("Another time daemon of the system sets the clock too, and cannot be switched off "
                               "(timedatectl set-ntp false): %1.")
                    .arg(in.rival.words));
        case RivalStanding::NotTurnedOn:
            return makeCondition(
                type, kUnknown, "NotTurnedOn",
                QStringLiteral("The system's own time daemon cannot be switched on again (timedatectl set-ntp "
                               "true): %1.")
                    .arg(in.rival.words));
        case RivalStanding::NotKnown:
            return makeCondition(
                type, kUnknown, "NotKnown",
                QStringLiteral("systemd-timedated does not report whether another time daemon sets the clock: %1.")
                    .arg(in.rival.words));
    }
    return {};
}

}  // namespace

std::vector<Condition> conditionsOf(const StatusInput& input) {
    std::vector<Condition> conditions{
        ready(input),      synchronized(input),    offsetWithinLimits(input), systemClockWithinLimits(input),
        serving(input),    daemonHealthy(input),   enoughSources(input),      stratumAsExpected(input),
        vlansKnown(input), fullyImplemented(input)};
    if (auto condition = noRivalTimeDaemon(input)) conditions.push_back(std::move(*condition));
    if (auto condition = hardwareHealthy(input)) conditions.push_back(std::move(*condition));
    for (Condition& condition : securityConditions(input)) conditions.push_back(std::move(condition));
    for (Condition& condition : conditions) condition.observedGeneration = input.generation;
    if (input.reconciled) conditions.push_back(*input.reconciled);
    return conditions;
}

}  // namespace fos1::ntp
