// SPDX-License-Identifier: GPL-2.0-or-later
// The values that a StatusInput refers to, for tests to set, and the whole status that follows from them.
#pragma once

#include "core/service_status.h"

namespace fos1::ntp::test {

/// The values that a StatusInput refers to.
struct Facts {
    NtpServiceSpec spec;
    qint64 generation = 0;
    QStringList unimplemented;
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

    [[nodiscard]] StatusInput input() const {
        return {spec,
                generation,
                unimplemented,
                leftOut,
                engine,
                sync,
                sources,
                statistics,
                nts,
                nowUnix,
                vlans,
                vlansRevision,
                entriesWithoutVlan,
                rival,
                kernelSynchronized,
                reconciled,
                serving ? &*serving : nullptr,
                clockControl};
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

}  // namespace fos1::ntp::test
