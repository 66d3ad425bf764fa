// SPDX-License-Identifier: GPL-2.0-or-later
// Says in status fields and conditions how an NTPService fares, for readers who never saw chrony's manual. Pure.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QStringList>
#include <map>
#include <optional>
#include <vector>

#include "core/chrony_plan.h"
#include "core/clock_rival.h"
#include "core/engine_state.h"
#include "core/nts_facts.h"
#include "core/observation.h"
#include "core/refclock_facts.h"
#include "core/serving_facts.h"
#include "fos1/condition.h"
#include "model/ntp_service_spec.h"
#include "time/service_state.h"
#include "time/sync_state.h"

namespace fos1::ntp {

/// What a status describes. The references outlive the call: with thousands of VLANs copies would cost more than all
/// else.
struct StatusInput {
    const NtpServiceSpec& spec;
    qint64 generation = 0;  ///< of the object that `spec` came from
    const std::vector<LeftOut>& leftOut;
    const EngineState& engine;
    const time::SyncState& sync;
    const std::vector<SourceReport>& sources;
    const std::vector<SourceStatistics>& statistics;
    const std::optional<NtsFacts>& nts;  ///< when it is wanted and possible
    qint64 nowUnix = 0;
    const std::map<QString, time::ServiceState>& vlans;
    quint64 vlansRevision = 0;  ///< another one whenever `vlans` changed
    const std::vector<QString>& entriesWithoutVlan;
    const ClockRival& rival;
    std::optional<bool> kernelSynchronized;
    /// Whether what is declared is in force, with the generation that this is about; nothing: not tried yet. Everything
    /// else describes what is in force.
    const std::optional<Condition>& reconciled;
    const ServingFacts* serving = nullptr;  ///< null: nothing was found out
    ClockControl clockControl = ClockControl::None;
    QString chronydVersion = {};                           ///< of the executable; empty: not known
    const std::map<QString, QString>* leasedOn = nullptr;  ///< as in OnlineSettings; null: none is
    const std::vector<RefclockFacts>* clocks = nullptr;    ///< those that are attached; null: none
};

/// "DHCP on wan0" for a source that a lease brought; empty: it is of the spec.
[[nodiscard]] QString originOf(const SourceReport& source, const StatusInput& in);

struct StatusMeaning {
    std::vector<Condition> conditions;
    /// Equal for two statuses that differ in measured numbers only, so that those need not be written each second.
    QByteArray digest;
};

/// Costs what sources there are, and nothing for the VLANs.
[[nodiscard]] StatusMeaning meaningOf(const StatusInput& input);

/// All fields; `vlans` as describeVlans() renders them.
[[nodiscard]] QCborMap fieldsOf(const StatusInput& input, const QCborArray& vlans);

[[nodiscard]] QCborArray describeVlans(const std::map<QString, time::ServiceState>& vlans);
/// The same, where `rendered` is what describeVlans() made of `before`: of thousands, few are others.
[[nodiscard]] QCborArray describeVlans(const std::map<QString, time::ServiceState>& vlans,
                                       const std::map<QString, time::ServiceState>& before, const QCborArray& rendered);

}  // namespace fos1::ntp
