// SPDX-License-Identifier: GPL-2.0-or-later
#include "service_planner.h"

#include <QDateTime>

#include "core/access_table.h"
#include "dhcp/lease_files.h"

namespace fos1::ntp {

namespace {

/// A renewal that is half done, such as a new chain with the old key, takes nothing away from clients while the last
/// good pair is valid: chronyd has copies of its own.
void keepServing(const PlannedService& running, qint64 nowUnix, Survey& survey) {
    const bool isRefused = survey.nts && !survey.nts->problem.isEmpty();
    if (!isRefused || !running.materials.ntsServer || !running.nts || running.nts->notAfterUnix <= nowUnix) return;
    NtsFacts kept = *running.nts;
    kept.renewalProblem = survey.nts->problem;
    survey.nts = std::move(kept);
    survey.materials.ntsServer = running.materials.ntsServer;
    survey.materials.noNtsServer = {};
}

}  // namespace

PlannedService ServicePlanner::plan(Inputs in, Effects effects) const {
    PlannedService planned;
    const qint64 now = QDateTime::currentSecsSinceEpoch();
    planned.access = std::move(in.access);
    planned.addresses = m_own.all();
    planned.own = in.last && in.last->addresses == planned.addresses
                      ? in.last->own
                      : std::make_shared<const OwnReference>(ownReference(planned.addresses));
    Survey survey = m_surveyor.survey(in.spec, in.ns, in.secrets, in.version, std::move(planned.access.rules),
                                      inet4Of(planned.addresses), now, effects);
    if (in.running) keepServing(*in.running, now, survey);
    planned.nts = std::move(survey.nts);
    planned.materials = std::move(survey.materials);
    planned.materials.missingClocks.merge(in.misleadingClocks);
    if (in.spec.enabled)
        planned.materials.leased = leasedServers(LeasePlaces(), in.spec.dhcpInterfaces, planned.addresses);
    const bool isSame = in.last && in.last->materials == planned.materials;
    planned.chrony = isSame ? in.last->chrony : makePlan(in.spec, m_options, planned.materials);
    planned.answers = isSame ? in.last->answers
                             : std::make_shared<const PrefixTable<Permission>>(tableOf(planned.chrony.online.access));
    return planned;
}

}  // namespace fos1::ntp
