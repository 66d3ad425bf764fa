// SPDX-License-Identifier: GPL-2.0-or-later
// What is declared for this node and what chronyd confirmed of it. Only TimeService changes it.
#pragma once

#include <memory>
#include <optional>

#include "fos1/condition.h"
#include "fos1/desired.h"
#include "service_planner.h"

namespace fos1::ntp {

/// An NTPService whose spec could be understood.
struct DeclaredService {
    ObjectKey key;
    qint64 generation = 0;
    NtpServiceSpec spec;
};

/// With what follows from it on this node.
struct ServiceOnNode {
    DeclaredService declared;
    PlannedService planned;
};
/// Shared, since completions must be copyable and there may be thousands of groups in it.
using ServicePointer = std::shared_ptr<const ServiceOnNode>;

struct ServiceStanding {
    std::optional<DeclaredService> declared;  ///< what is to serve
    ServicePointer inForce;                   ///< what chronyd confirmed last; null: nothing, or it was told to end
    std::optional<Condition> reconciled;      ///< whether the first is the second; nothing: not tried yet
    bool isStopping = false;                  ///< the plugin is: what others report from now on changes nothing

    /// What is in force; before anything is, what is declared. Something is declared.
    [[nodiscard]] const DeclaredService& shown() const { return inForce ? inForce->declared : *declared; }
};

}  // namespace fos1::ntp
