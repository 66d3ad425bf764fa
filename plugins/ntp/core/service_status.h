// SPDX-License-Identifier: GPL-2.0-or-later
// Says in status fields and conditions how an NTPService fares, for readers who never saw chrony's manual. Pure.
#pragma once

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
#include "fos1/condition.h"
#include "model/ntp_service_spec.h"
#include "time/service_state.h"
#include "time/sync_state.h"

namespace fos1::ntp {

struct StatusInput {
    NtpServiceSpec spec;
    qint64 generation = 0;  ///< of the object that `spec` came from
    QStringList unimplemented;
    std::vector<LeftOut> leftOut;
    EngineState engine;
    time::SyncState sync;
    std::vector<SourceReport> sources;
    std::vector<SourceStatistics> statistics;
    std::optional<NtsFacts> nts;  ///< when it is wanted and can be had
    qint64 nowUnix = 0;
    std::map<QString, time::ServiceState> vlans;
    std::vector<QString> entriesWithoutVlan;
    ClockRival rival = {};
    std::optional<bool> kernelSynchronized = {};
    /// Whether what is declared is in force, with the generation that this is about; nothing: not tried yet. Everything
    /// else describes what is in force.
    std::optional<Condition> reconciled = {};
};

struct ServiceStatus {
    QCborMap fields;
    std::vector<Condition> conditions;
    /// Equal for two statuses that differ in measured numbers only, so that those need not be written each second.
    QByteArray meaning;
};

[[nodiscard]] ServiceStatus describe(const StatusInput& input);

}  // namespace fos1::ntp
