// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/service_status.h"

#include <QCborArray>
#include <QCborValue>

#include "core/plain_text.h"
#include "core/rate_limit.h"
#include "core/service_conditions.h"

namespace fos1::ntp {

namespace {

/// Which numbers go into a rendering: all of them, or only what does not change with every measurement.
enum class Detail { Unknown = 0, MeaningOnly, Full };

/// As a number of milliseconds.
QCborValue ms(std::chrono::nanoseconds duration) { return QCborValue(milliseconds(duration)); }

QString text(SourceState state) {
    switch (state) {
        case SourceState::Selected: return QStringLiteral("selected");
        case SourceState::Combined: return QStringLiteral("combined");
        case SourceState::Selectable: return QStringLiteral("selectable");
        case SourceState::Unusable: return QStringLiteral("unusable");
        case SourceState::Falseticker: return QStringLiteral("falseticker");
        case SourceState::Jittery: return QStringLiteral("jittery");
        case SourceState::Unknown: break;
    }
    return QStringLiteral("unknown");
}

QCborMap describeSource(const SourceReport& source, const std::vector<SourceStatistics>& statistics, Detail detail) {
    QCborMap map{
        {QStringLiteral("name"), displayName(source)},   {QStringLiteral("address"), numericAddress(source)},
        {QStringLiteral("kind"), kindText(source.mode)}, {QStringLiteral("state"), text(source.state)},
        {QStringLiteral("stratum"), source.stratum},     {QStringLiteral("reachable"), source.reachability != 0}};
    if (detail != Detail::Full) return map;
    map.insert(QStringLiteral("reach"), QString::number(source.reachability, 8));
    map.insert(QStringLiteral("poll"), source.poll);
    if (!source.sinceSample) return map;
    map.insert(QStringLiteral("lastRx"), qint64{source.sinceSample->count()});
    map.insert(QStringLiteral("offset"), ms(source.offset));
    if (source.delay) map.insert(QStringLiteral("delay"), ms(*source.delay));
    for (const SourceStatistics& each : statistics)
        if (each.address == source.address) map.insert(QStringLiteral("jitter"), ms(each.deviation));
    return map;
}

QCborMap describeEffective(const StatusInput& in) {
    QCborMap map{{QStringLiteral("port"), in.spec.server.port}};
    if (in.spec.server.local.enabled)
        map.insert(QStringLiteral("localStratum"),
                   in.spec.server.local.stratum.value_or(in.spec.server.stratum.value_or(kDefaultLocalStratum)));
    if (in.spec.rateLimit.enabled)
        map.insert(
            QStringLiteral("ratelimit"),
            QCborMap{{QStringLiteral("interval"), rateLimitSeconds(rateLimitExponent(in.spec.rateLimit.interval))},
                     {QStringLiteral("burst"), in.spec.rateLimit.burst},
                     {QStringLiteral("leak"), in.spec.rateLimit.leak}});
    QCborArray leftOut;
    for (const LeftOutSource& source : in.leftOut)
        leftOut.append(QCborMap{{QStringLiteral("path"), source.path},
                                {QStringLiteral("name"), source.name},
                                {QStringLiteral("reason"), source.reason}});
    if (!leftOut.isEmpty()) map.insert(QStringLiteral("sourcesLeftOut"), leftOut);
    return map;
}

QCborMap describeFields(const StatusInput& in, Detail detail) {
    QCborMap map{{QStringLiteral("running"), in.engine.phase == EnginePhase::Running},
                 {QStringLiteral("synchronized"), in.sync.synchronised},
                 {QStringLiteral("sourceCount"), in.sync.sources.total},
                 {QStringLiteral("sourcesReachable"), in.sync.sources.reachable},
                 {QStringLiteral("observedGeneration"), in.generation},
                 {QStringLiteral("effective"), describeEffective(in)}};
    if (in.sync.stratum > 0) map.insert(QStringLiteral("stratum"), in.sync.stratum);
    if (!in.engine.lastError.isEmpty()) {
        map.insert(QStringLiteral("lastError"), in.engine.lastError);
        map.insert(QStringLiteral("lastErrorTime"), isoTime(in.engine.lastErrorUnixMs));
    }
    QCborArray sources;
    for (const SourceReport& source : in.sources) sources.append(describeSource(source, in.statistics, detail));
    map.insert(QStringLiteral("sources"), sources);
    if (detail == Detail::Full && (in.sync.synchronised || in.sync.holdover)) {
        map.insert(QStringLiteral("offset"), ms(in.sync.offset));
        map.insert(QStringLiteral("jitter"), ms(in.sync.jitter));
    }
    return map;
}

QByteArray meaningOf(const QCborMap& fields, const std::vector<Condition>& conditions) {
    QCborArray all{fields};
    for (const Condition& condition : conditions) {
        QCborMap map = condition.toCbor();
        map.remove(QStringLiteral("message"));
        all.append(map);
    }
    return QCborValue(all).toCbor();
}

}  // namespace

ServiceStatus describe(const StatusInput& input) {
    ServiceStatus status;
    status.fields = describeFields(input, Detail::Full);
    status.conditions = conditionsOf(input);
    status.meaning = meaningOf(describeFields(input, Detail::MeaningOnly), status.conditions);
    return status;
}

}  // namespace fos1::ntp
