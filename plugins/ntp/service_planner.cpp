// SPDX-License-Identifier: GPL-2.0-or-later
#include "service_planner.h"

#include <QDateTime>

#include "core/access_table.h"
#include "security/own_addresses.h"

namespace fos1::ntp {

PlannedService ServicePlanner::plan(Inputs in, Effects effects) const {
    PlannedService planned;
    planned.access = std::move(in.access);
    planned.addresses = ownAddresses();
    planned.own = in.last && in.last->addresses == planned.addresses
                      ? in.last->own
                      : std::make_shared<const OwnReference>(ownReference(planned.addresses));
    Survey survey = m_surveyor.survey(in.spec, in.ns, in.secrets, in.version, std::move(planned.access.rules),
                                      inet4Of(planned.addresses), QDateTime::currentSecsSinceEpoch(), effects);
    planned.nts = std::move(survey.nts);
    planned.materials = std::move(survey.materials);
    const bool isSame = in.last && in.last->materials == planned.materials;
    planned.chrony = isSame ? in.last->chrony : makePlan(in.spec, m_options, planned.materials);
    planned.answers = isSame ? in.last->answers
                             : std::make_shared<const PrefixTable<Permission>>(tableOf(planned.chrony.online.access));
    return planned;
}

}  // namespace fos1::ntp
