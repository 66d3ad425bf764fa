// SPDX-License-Identifier: GPL-2.0-or-later
// What a time service would be like: everything that follows from its spec and from how this node is now. Decides in
// one place for serving, for refreshing and for previews; changes nothing that runs.
#pragma once

#include <memory>
#include <optional>

#include "chrony/chrony_layout.h"
#include "core/access_plan.h"
#include "core/chrony_plan.h"
#include "core/prefix_table.h"
#include "core/source_truth.h"
#include "materials_survey.h"
#include "security/own_addresses.h"

namespace fos1::ntp {

struct PlannedService {
    ChronyPlan chrony;  ///< with what of the spec is left out
    /// chrony.online.access. Shared, since most plans have the rules of the one before, and there may be thousands.
    std::shared_ptr<const PrefixTable<Permission>> answers;
    AccessPlan access;  ///< the groups of clients among it; the rules are among the materials
    std::optional<NtsFacts> nts;
    Materials materials;
    std::vector<IpPrefix> addresses;          ///< of the node
    std::shared_ptr<const OwnReference> own;  ///< that follows from them; shared by plans with the same
};

class ServicePlanner {
   public:
    /// `own` outlives the planner.
    ServicePlanner(const ChronyLayout& layout, RunAsNow runAs, ClockControl clockControl, const OwnAddresses& own)
        : m_options{layout.paths(), clockControl}, m_surveyor(layout, std::move(runAs)), m_own(own) {}

    struct Inputs {
        const NtpServiceSpec& spec;
        QString ns;  ///< the namespace of the service, where its Secrets are
        AccessPlan access;
        const Secrets& secrets;
        ChronyVersion version;
        /// A plan for this very spec, whose parts are used where they would come out the same; may be null.
        const PlannedService* last = nullptr;
        /// What runs, if NTS is declared for it as it is here; may be null. Its certificate is served on while a new
        /// one cannot be used.
        const PlannedService* running = nullptr;
        std::map<QString, QString> misleadingClocks = {};  ///< as in Materials::missingClocks
    };

    /// Effects::Allowed writes certificates for chronyd, under names that no chronyd has yet.
    [[nodiscard]] PlannedService plan(Inputs in, Effects effects) const;

    /// Removes the certificates that neither of these uses.
    void forgetAllBut(const Materials& inUse) const { m_surveyor.forgetAllBut({&inUse}); }

    [[nodiscard]] ClockControl clockControl() const { return m_options.clockControl; }

   private:
    const PlanOptions m_options;
    const MaterialsSurvey m_surveyor;
    const OwnAddresses& m_own;
};

}  // namespace fos1::ntp
