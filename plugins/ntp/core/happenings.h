// SPDX-License-Identifier: GPL-2.0-or-later
// What is worth an event between two states of synchronisation. Pure; knows no event store.
#pragma once

#include <QString>
#include <vector>

#include "time/sync_state.h"

namespace fos1::ntp {

enum class Severity { Unknown = 0, Normal, Warning };

struct Happening {
    Severity severity = Severity::Unknown;
    QString reason;  ///< CamelCase
    QString message;
    bool operator==(const Happening&) const = default;
};

[[nodiscard]] std::vector<Happening> happeningsBetween(const time::SyncState& before, const time::SyncState& after);

}  // namespace fos1::ntp
