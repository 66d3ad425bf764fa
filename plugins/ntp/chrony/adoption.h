// SPDX-License-Identifier: GPL-2.0-or-later
// A chronyd that outlives the host: what it was last seen to have is kept in a file, and the next host finds out from
// it what the chronyd that it found has. Where chronyd is our child, all of this does nothing.
#pragma once

#include <functional>
#include <optional>

#include "candm/chrony_client.h"
#include "chrony/chrony_layout.h"
#include "chrony/chronyd_runner.h"
#include "chrony/run_as.h"
#include "chrony/run_record.h"

namespace fos1::ntp {

class Adoption {
   public:
    struct Found {
        bool answers = false;
        std::optional<RunRecord> record;  ///< nothing: what it has is not known
    };

    /// `runner` and `client` outlive the object.
    Adoption(ChronyLayout layout, ChronydRunner& runner, ChronyClient& client)
        : m_layout(std::move(layout)), m_runner(runner), m_client(client) {}

    /// What the chronyd that the runner found has and whether it answers; once, from the event loop, unless `context`
    /// is gone or that chronyd has ended.
    void ask(QObject* context, const std::function<void(Found)>& found) const;

    /// chronyd confirmed that it has `plan`.
    void remember(const ChronyPlan& plan, const HeldSettings& held, const RunAs& user) const;
    /// A change is under way.
    void forget() const;

   private:
    const ChronyLayout m_layout;
    ChronydRunner& m_runner;
    ChronyClient& m_client;
};

}  // namespace fos1::ntp
