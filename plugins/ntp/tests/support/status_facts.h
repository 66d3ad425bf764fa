// SPDX-License-Identifier: GPL-2.0-or-later
// The values that a StatusInput refers to, for tests to set, and the whole status that follows from them.
#pragma once

#include "core/service_status.h"

namespace fos1::ntp::test {

using namespace std::chrono_literals;

/// The values that a StatusInput refers to.
struct Facts {
    NtpServiceSpec spec;
    qint64 generation = 0;
    std::vector<LeftOut> leftOut;
    EngineState engine;
    time::SyncState sync;
    std::vector<SourceReport> sources;
    std::vector<SourceStatistics> statistics;
    std::optional<NtsFacts> nts;
    qint64 nowUnix = 0;
    std::map<QString, time::ServiceState> vlans;
    quint64 vlansRevision = 0;
    std::vector<QString> entriesWithoutVlan;
    ClockRival rival;
    std::optional<bool> kernelSynchronized;
    std::optional<Condition> reconciled;
    std::optional<ServingFacts> serving;
    ClockControl clockControl = ClockControl::None;
    QString chronydVersion = {};
    std::map<QString, QString> leasedOn = {};
    std::vector<RefclockFacts> clocks = {};

    [[nodiscard]] StatusInput input() const {
        return {spec,          generation,
                leftOut,       engine,
                sync,          sources,
                statistics,    nts,
                nowUnix,       vlans,
                vlansRevision, entriesWithoutVlan,
                rival,         kernelSynchronized,
                reconciled,    serving ? &*serving : nullptr,
                clockControl,  chronydVersion,
                &leasedOn,     &clocks};
    }
};

struct Status {
    QCborMap fields;
    std::vector<Condition> conditions;
    QByteArray meaning;
};

inline Status describe(const Facts& facts) {
    StatusMeaning meaning = meaningOf(facts.input());
    return {fieldsOf(facts.input(), describeVlans(facts.vlans)), std::move(meaning.conditions),
            std::move(meaning.digest)};
}

/// A service that follows one of two servers.
inline Facts healthy() {
    Facts in;
    in.generation = 4;
    in.engine.phase = EnginePhase::Running;
    in.spec.server.stratum = 3;
    in.sync.synchronised = true;
    in.sync.stratum = 2;
    in.sync.offset = -1500us;
    in.sync.jitter = 20us;
    in.sync.sources = {2, 2, 1};
    in.sync.source = time::SelectedSource{QStringLiteral("a"), QStringLiteral("10.0.0.1"), QStringLiteral("server")};
    in.sync.reason = QStringLiteral("Following a at stratum 2.");
    SourceReport source;
    source.address = {SourceAddressKind::Inet4, {10, 0, 0, 1}};
    source.name = QStringLiteral("a.example");
    source.mode = SourceMode::Server;
    source.state = SourceState::Selected;
    source.stratum = 1;
    source.reachability = 0177;
    source.sinceSample = 3s;
    source.offset = 250us;
    source.delay = 2ms;
    in.sources.push_back(source);
    SourceStatistics statistics;
    statistics.address = source.address;
    statistics.deviation = 30us;
    in.statistics.push_back(statistics);
    return in;
}

inline QString condition(const Facts& in, const char* type) {
    for (const Condition& each : describe(in).conditions)
        if (each.type == QLatin1String(type)) {
            const QString status = each.toCbor().value(QStringLiteral("status")).toString();
            return status + u'/' + each.reason;
        }
    return {};
}

inline QString message(const Facts& in, const char* type) {
    for (const Condition& each : describe(in).conditions)
        if (each.type == QLatin1String(type)) return each.message;
    return {};
}

inline QCborValue field(const Facts& in, const char* name) { return describe(in).fields.value(QLatin1String(name)); }

}  // namespace fos1::ntp::test
