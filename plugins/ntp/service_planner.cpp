// SPDX-License-Identifier: GPL-2.0-or-later
#include "service_planner.h"

#include <QDateTime>

#include "security/own_addresses.h"

namespace fos1::ntp {

PlannedService ServicePlanner::plan(const Inputs& in, Effects effects) const {
    PlannedService planned;
    planned.access = planAccess(in.spec, in.groups, in.vlans);
    Survey survey = m_surveyor.survey(in.spec, in.ns, in.secrets, in.version, planned.access.rules, ownInet4Addresses(),
                                      QDateTime::currentSecsSinceEpoch(), effects);
    planned.nts = std::move(survey.nts);
    planned.materials = std::move(survey.materials);
    planned.chrony = makePlan(in.spec, m_options, planned.materials);
    return planned;
}

}  // namespace fos1::ntp
