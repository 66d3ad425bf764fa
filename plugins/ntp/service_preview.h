// SPDX-License-Identifier: GPL-2.0-or-later
// What desired state would change on this node (IPreviewer): parsed, planned as for real without effects, and
// described.
#pragma once

#include "core/fitness.h"
#include "core/node_claim.h"
#include "core/plan_preview.h"
#include "fos1/plugin.h"
#include "service_planner.h"

namespace fos1::ntp {

/// How this node is now. The references outlive the call.
struct PreviewContext {
    const HostView& host;
    const ServicePlanner& planner;
    const Labels& node;
    const Vlans& vlans;
    ChronyVersion version;
    Fitness fitness = Fitness::Unknown;
    Planned now;
};

/// The answer of IPreviewer::preview() to the desired state in `snapshot`; empty when nothing would change.
[[nodiscard]] QCborMap previewServices(const QCborMap& snapshot, const PreviewContext& context);

}  // namespace fos1::ntp
