// SPDX-License-Identifier: GPL-2.0-or-later
// The bodies of the requests and replies, field by field in the order of candm.h.
#include <algorithm>

#include "candm/candm_body.h"

namespace fos1::ntp::candm {

namespace {

Request withIndex(Command command, quint32 index) {
    Request request{command, {}};
    appendU32(request.body, index);
    return request;
}

Request withAddress(Command command, const SourceAddress& address) {
    Request request{command, {}};
    appendAddress(request.body, address);
    return request;
}

Request withNetwork(Command command, const SourceAddress& network, int bits) {
    Request request = withAddress(command, network);
    appendU32(request.body, static_cast<quint32>(bits));
    return request;
}

/// The mask comes first; of no kind, both mean every source.
Request withMask(Command command, const SourceAddress& address) {
    SourceAddress mask = address;
    if (mask.kind == SourceAddressKind::Inet4) std::fill_n(mask.bytes.begin(), 4, quint8{0xff});
    if (mask.kind == SourceAddressKind::Inet6) mask.bytes.fill(0xff);
    Request request = withAddress(command, mask);
    appendAddress(request.body, address);
    return request;
}

SourceMode modeFromWire(quint16 mode) {
    switch (mode) {
        case 0: return SourceMode::Server;
        case 1: return SourceMode::Peer;
        case 2: return SourceMode::ReferenceClock;
        default: return SourceMode::Unknown;
    }
}

SourceState stateFromWire(quint16 state) {
    switch (state) {
        case 0: return SourceState::Selected;
        case 1: return SourceState::Unusable;
        case 2: return SourceState::Falseticker;
        case 3: return SourceState::Jittery;
        case 4: return SourceState::Combined;
        case 5: return SourceState::Selectable;
        default: return SourceState::Unknown;
    }
}

}  // namespace

Request activityRequest() { return {Command::Activity, {}}; }
Request dumpRequest() { return {Command::Dump, {}}; }
Request trackingRequest() { return {Command::Tracking, {}}; }
Request sourceCountRequest() { return {Command::NSources, {}}; }
Request sourceDataRequest(quint32 index) { return withIndex(Command::SourceData, index); }
Request sourceStatisticsRequest(quint32 index) { return withIndex(Command::SourceStatistics, index); }
Request sourceNameRequest(const SourceAddress& address) { return withAddress(Command::SourceName, address); }
Request ntpDataRequest(const SourceAddress& address) { return withAddress(Command::NtpData, address); }
Request authDataRequest(const SourceAddress& address) { return withAddress(Command::AuthData, address); }
Request selectDataRequest(quint32 index) { return withIndex(Command::SelectData, index); }
Request serverStatisticsRequest() { return {Command::ServerStatistics, {}}; }
Request accessCheckRequest(const SourceAddress& address) { return withAddress(Command::AccessCheck, address); }

Request allowRequest(const SourceAddress& network, int bits) { return withNetwork(Command::Allow, network, bits); }
Request denyRequest(const SourceAddress& network, int bits) { return withNetwork(Command::Deny, network, bits); }
Request denyAllRequest(const SourceAddress& network, int bits) { return withNetwork(Command::DenyAll, network, bits); }
Request deleteSourceRequest(const SourceAddress& address) { return withAddress(Command::DeleteSource, address); }
Request onlineRequest(const SourceAddress& address) { return withMask(Command::Online, address); }
Request offlineRequest(const SourceAddress& address) { return withMask(Command::Offline, address); }
Request refreshRequest() { return {Command::Refresh, {}}; }
Request reloadSourcesRequest() { return {Command::ReloadSources, {}}; }
Request rekeyRequest() { return {Command::Rekey, {}}; }
Request cycleLogsRequest() { return {Command::CycleLogs, {}}; }

Request modifyMakestepRequest(qint32 limit, std::chrono::nanoseconds threshold) {
    Request request{Command::ModifyMakestep, {}};
    appendU32(request.body, static_cast<quint32>(limit));
    appendSeconds(request.body, threshold);
    return request;
}

Request modifyMaxUpdateSkewRequest(double ppm) {
    Request request{Command::ModifyMaxUpdateSkew, {}};
    appendU32(request.body, floatToWire(ppm));
    return request;
}

Request reselectDistanceRequest(std::chrono::nanoseconds distance) {
    Request request{Command::ReselectDistance, {}};
    appendSeconds(request.body, distance);
    return request;
}

Request localRequest(Command version, const LocalReference& local) {
    Request request{version, {}};
    appendU32(request.body, local.isOn ? 1 : 0);
    appendU32(request.body, static_cast<quint32>(local.stratum));
    appendSeconds(request.body, local.distance);
    appendU32(request.body, local.isOrphan ? 1 : 0);
    if (version != Command::Local3) return request;
    appendSeconds(request.body, local.activate);
    appendSeconds(request.body, local.waitSynced);
    appendSeconds(request.body, local.waitUnsynced);
    return request;
}

Request clientsRequest(quint32 first) {
    Request request = withIndex(Command::ClientAccesses3, first);
    appendU32(request.body, kClientsInPage);
    appendU32(request.body, 0);  // the minimum number of requests of a client
    appendU32(request.body, 0);  // do not reset the counts
    return request;
}

Result<Activity> activity(const Reply& reply) {
    return bodyOf(reply, ReplyCode::Activity).map([](WireReader in) {
        Activity activity;
        activity.online = in.u32();
        activity.offline = in.u32();
        activity.burstOnline = in.u32();
        activity.burstOffline = in.u32();
        activity.unresolved = in.u32();
        return activity;
    });
}

Result<Tracking> tracking(const Reply& reply) {
    return bodyOf(reply, ReplyCode::Tracking).map([](WireReader in) {
        Tracking tracking;
        tracking.refId = in.u32();
        tracking.address = in.address();
        tracking.stratum = in.u16();
        tracking.leap = leapFromWire(in.u16());
        tracking.referenceTime = in.timespec();
        // chrony's "current correction" must be added to the clock; positive: the clock is slow.
        tracking.clockOffset = -in.seconds();
        tracking.lastOffset = in.seconds();
        tracking.rmsOffset = in.seconds();
        tracking.frequencyPpb = in.ppb();
        tracking.residualFrequencyPpb = in.ppb();
        tracking.skewPpb = in.ppb();
        tracking.rootDelay = in.seconds();
        tracking.rootDispersion = in.seconds();
        tracking.updateInterval = in.seconds();
        return tracking;
    });
}

Result<quint32> sourceCount(const Reply& reply) {
    return bodyOf(reply, ReplyCode::NSources).map([](WireReader in) { return in.u32(); });
}

Result<SourceReport> sourceData(const Reply& reply) {
    return bodyOf(reply, ReplyCode::SourceData).map([](WireReader in) {
        SourceReport source;
        source.address = in.address();
        source.poll = in.i16();
        source.stratum = in.u16();
        source.state = stateFromWire(in.u16());
        source.mode = modeFromWire(in.u16());
        in.skip(2);  // flags
        source.reachability = static_cast<quint8>(in.u16());
        source.sinceSample = in.age();
        in.skip(4);  // the measurement, before later corrections
        source.offset = in.seconds();
        source.offsetError = in.seconds();
        return source;
    });
}

Result<SourceStatistics> sourceStatistics(const Reply& reply) {
    return bodyOf(reply, ReplyCode::SourceStatistics).map([](WireReader in) {
        SourceStatistics statistics;
        statistics.refId = in.u32();
        statistics.address = in.address();
        statistics.samples = in.u32();
        in.skip(4);  // runs of residuals
        statistics.span = std::chrono::seconds(in.u32());
        statistics.deviation = in.seconds();
        statistics.residualFrequencyPpb = in.ppb();
        statistics.skewPpb = in.ppb();
        statistics.offset = in.seconds();
        statistics.offsetError = in.seconds();
        return statistics;
    });
}

Result<QString> sourceName(const Reply& reply) {
    return bodyOf(reply, ReplyCode::SourceName).map([](WireReader in) { return in.text(256); });
}

}  // namespace fos1::ntp::candm
