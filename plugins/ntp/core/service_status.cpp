// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/service_status.h"

#include <QCborValue>

#include "core/plain_text.h"
#include "core/rate_limit.h"
#include "core/service_conditions.h"
#include "core/source_verdict.h"

namespace fos1::ntp {

namespace {

/// Which numbers go into a rendering: all of them, or only what does not change with every measurement.
enum class Detail { Unknown = 0, MeaningOnly, Full };

/// As a number of milliseconds.
QCborValue ms(std::chrono::nanoseconds duration) { return QCborValue(milliseconds(duration)); }

void describeAuthentication(const Authentication& authentication, QCborMap& map) {
    const QString mode = authenticationText(authentication.mode);
    if (mode.isEmpty()) return;
    map.insert(QStringLiteral("authentication"), mode);
    if (authentication.mode == AuthenticationMode::SymmetricKey)
        map.insert(QStringLiteral("keyId"), qint64{authentication.keyId});
    if (authentication.mode == AuthenticationMode::Nts)
        map.insert(QStringLiteral("ntsCookies"), authentication.cookies);
}

QCborMap describeSource(const SourceReport& source, const StatusInput& in, Detail detail) {
    const SourceVerdict verdict = verdictOn(source, in.sources, in.statistics);
    QCborMap map{
        {QStringLiteral("name"), displayName(source)},   {QStringLiteral("address"), numericAddress(source)},
        {QStringLiteral("kind"), kindText(source.mode)}, {QStringLiteral("state"), stateText(source.state)},
        {QStringLiteral("stratum"), source.stratum},     {QStringLiteral("reachable"), source.reachability != 0},
        {QStringLiteral("reason"), verdict.reason}};
    if (const QString origin = originOf(source, in); !origin.isEmpty()) map.insert(QStringLiteral("origin"), origin);
    if (detail != Detail::Full) return map;
    map.insert(QStringLiteral("why"), verdict.why);
    if (source.authentication) describeAuthentication(*source.authentication, map);
    if (source.selection && source.selection->effectiveOptions != 0)
        map.insert(QStringLiteral("options"), optionsText(source.selection->effectiveOptions));
    map.insert(QStringLiteral("reach"), QString::number(source.reachability, 8));
    map.insert(QStringLiteral("poll"), source.poll);
    if (!source.sinceSample) return map;
    map.insert(QStringLiteral("lastRx"), qint64{source.sinceSample->count()});
    map.insert(QStringLiteral("offset"), ms(source.offset));
    if (source.delay) map.insert(QStringLiteral("delay"), ms(*source.delay));
    for (const SourceStatistics& each : in.statistics)
        if (isAbout(each, source)) map.insert(QStringLiteral("jitter"), ms(each.deviation));
    return map;
}

QCborMap describeEffective(const StatusInput& in) {
    QCborMap map{{QStringLiteral("port"), in.spec.server.port}};
    if (!in.chronydVersion.isEmpty()) map.insert(QStringLiteral("chronydVersion"), in.chronydVersion);
    if (in.spec.server.local.enabled)
        map.insert(QStringLiteral("localStratum"),
                   in.spec.server.local.stratum.value_or(in.spec.server.stratum.value_or(kDefaultLocalStratum)));
    if (in.spec.rateLimit.enabled)
        map.insert(
            QStringLiteral("ratelimit"),
            QCborMap{{QStringLiteral("interval"), rateLimitSeconds(rateLimitExponent(in.spec.rateLimit.interval))},
                     {QStringLiteral("burst"), in.spec.rateLimit.burst},
                     {QStringLiteral("leak"), in.spec.rateLimit.leak}});
    if (in.nts && in.nts->problem.isEmpty())
        map.insert(QStringLiteral("ntsCertificate"),
                   QCborMap{{QStringLiteral("subject"), in.nts->subject},
                            {QStringLiteral("names"), QCborArray::fromStringList(in.nts->names)},
                            {QStringLiteral("notAfter"), isoTime(in.nts->notAfterUnix * 1000)},
                            {QStringLiteral("sha256"), QString::fromLatin1(in.nts->sha256.toHex())}});
    QCborArray leftOut;
    for (const LeftOut& source : in.leftOut)
        leftOut.append(QCborMap{{QStringLiteral("path"), source.path},
                                {QStringLiteral("name"), source.name},
                                {QStringLiteral("reason"), source.reason}});
    if (!leftOut.isEmpty()) map.insert(QStringLiteral("leftOut"), leftOut);
    return map;
}

QCborMap describeClock(const RefclockFacts& clock, Detail detail) {
    QCborMap map{{QStringLiteral("name"), clock.name},
                 {QStringLiteral("kind"), toText(clock.kind)},
                 {QStringLiteral("device"), clock.device},
                 {QStringLiteral("present"), clock.isPresent},
                 {QStringLiteral("reason"), clock.reason}};
    if (detail != Detail::Full) return map;
    map.insert(QStringLiteral("message"), clock.message);
    if (clock.sinceSample) map.insert(QStringLiteral("lastSample"), qint64{clock.sinceSample->count()});
    if (clock.deviation) map.insert(QStringLiteral("offset"), ms(*clock.deviation));
    if (clock.gnss && !clock.gnss->fix.isEmpty()) map.insert(QStringLiteral("fix"), clock.gnss->fix);
    if (clock.gnss && clock.gnss->used) map.insert(QStringLiteral("satellites"), *clock.gnss->used);
    if (clock.pulse && clock.pulse->jitter) map.insert(QStringLiteral("jitter"), ms(*clock.pulse->jitter));
    return map;
}

QCborMap describeFields(const StatusInput& in, Detail detail) {
    QCborMap map{
        {QStringLiteral("running"), in.engine.phase == EnginePhase::Running},
        {QStringLiteral("synchronized"), in.sync.synchronised},
        {QStringLiteral("sourceCount"), in.sync.sources.total},
        {QStringLiteral("sourcesReachable"), in.sync.sources.reachable},
        {QStringLiteral("observedGeneration"), in.reconciled ? in.reconciled->observedGeneration : in.generation},
        {QStringLiteral("effective"), describeEffective(in)}};
    if (in.kernelSynchronized) map.insert(QStringLiteral("kernelSynchronized"), *in.kernelSynchronized);
    if (in.sync.stratum > 0) map.insert(QStringLiteral("stratum"), in.sync.stratum);
    if (!in.engine.lastError.isEmpty()) {
        map.insert(QStringLiteral("lastError"), in.engine.lastError);
        map.insert(QStringLiteral("lastErrorTime"), isoTime(in.engine.lastErrorUnixMs));
    }
    QCborArray sources;
    for (const SourceReport& source : in.sources) sources.append(describeSource(source, in, detail));
    map.insert(QStringLiteral("sources"), sources);
    QCborArray clocks;
    if (in.clocks)
        for (const RefclockFacts& clock : *in.clocks) clocks.append(describeClock(clock, detail));
    if (!clocks.isEmpty()) map.insert(QStringLiteral("refclocks"), clocks);
    if (detail == Detail::Full && (in.sync.synchronised || in.sync.holdover)) {
        map.insert(QStringLiteral("offset"), ms(in.sync.offset));
        map.insert(QStringLiteral("jitter"), ms(in.sync.jitter));
        map.insert(QStringLiteral("errorBound"), ms(in.sync.errorBound));
    }
    return map;
}

}  // namespace

QString originOf(const SourceReport& source, const StatusInput& in) {
    if (!in.leasedOn) return {};
    const auto lease = in.leasedOn->find(displayName(source));
    return lease == in.leasedOn->end() ? QString() : QStringLiteral("DHCP on %1").arg(lease->second);
}

QCborArray describeVlans(const std::map<QString, time::ServiceState>& vlans) { return describeVlans(vlans, {}, {}); }

QCborArray describeVlans(const std::map<QString, time::ServiceState>& vlans,
                         const std::map<QString, time::ServiceState>& before, const QCborArray& rendered) {
    QCborArray list;
    auto old = before.begin();
    auto oldText = rendered.begin();
    for (const auto& [name, vlan] : vlans) {
        for (; old != before.end() && old->first < name; ++old) ++oldText;
        const bool isSame = old != before.end() && old->first == name && old->second == vlan;
        list.append(isSame ? QCborValue(*oldText)
                           : QCborMap{{QStringLiteral("name"), name},
                                      {QStringLiteral("interface"), vlan.interface},
                                      {QStringLiteral("accepting"), vlan.accepting},
                                      {QStringLiteral("clientsOnly"), vlan.clientsOnly},
                                      {QStringLiteral("broadcast"), vlan.broadcast},
                                      {QStringLiteral("redirect"), vlan.redirect},
                                      {QStringLiteral("advertise"), vlan.advertise},
                                      {QStringLiteral("reason"), vlan.reason}});
    }
    return list;
}

StatusMeaning meaningOf(const StatusInput& input) {
    StatusMeaning meaning;
    meaning.conditions = conditionsOf(input);
    QCborArray all{describeFields(input, Detail::MeaningOnly), static_cast<qint64>(input.vlansRevision)};
    for (const Condition& condition : meaning.conditions) {
        QCborMap map = condition.toCbor();
        map.remove(QStringLiteral("message"));
        all.append(map);
    }
    meaning.digest = QCborValue(all).toCbor();
    return meaning;
}

QCborMap fieldsOf(const StatusInput& input, const QCborArray& vlans) {
    QCborMap fields = describeFields(input, Detail::Full);
    if (!vlans.isEmpty()) fields.insert(QStringLiteral("vlans"), vlans);
    return fields;
}

}  // namespace fos1::ntp
