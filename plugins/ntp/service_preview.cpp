// SPDX-License-Identifier: GPL-2.0-or-later
// TimeService::preview(): the same steps as reconcile(), on copies and without effects.
#include <QDateTime>

#include "core/plan_preview.h"
#include "model/spec_parser.h"
#include "security/own_addresses.h"
#include "time_service.h"

namespace fos1::ntp {

QCborMap TimeService::preview(const QCborMap& snapshot) const {
    std::vector<DesiredObject> services;
    ClientGroups groups(m_host);
    for (DesiredObject& object : desiredObjects(snapshot)) {
        if (object.key.kind == QStringLiteral("NTPService"))
            services.push_back(std::move(object));
        else if (object.key.kind == QStringLiteral("NTPClient"))
            groups.set(object);
    }
    const Planned now{m_running, m_vlanStates, m_access.groups};
    const NodeClaims claims = claimsOf(services, m_nodeLabels.labels());
    if (!claims.serving) return describeChange(now, {});
    const auto spec = parse(claims.serving->spec);
    if (!spec) return {};  // what runs goes on
    const QString& ns = claims.serving->key.ns;
    const AccessPlan access = planAccess(*spec, groups.of(ns), m_vlans.vlans());
    const Survey survey =
        m_surveyor.survey(*spec, ns, Secrets(snapshot), m_version.value_or(ChronyVersion()), access.rules,
                          ownInet4Addresses(), QDateTime::currentSecsSinceEpoch(), Effects::None);
    Planned then;
    if (spec->enabled) then.chrony = makePlan(*spec, m_planOptions, survey.materials);
    // How good the time will be is not known; that it stays as it is, is the best guess.
    const bool isNtsServed = survey.nts && survey.nts->problem.isEmpty();
    const Fitness fitness = m_estimator.fitness();
    then.vlans = planVlans(*spec, m_vlans.vlans(), {spec->enabled, isNtsServed, isFit(fitness), sentence(fitness)});
    then.groups = access.groups;
    return describeChange(now, then);
}

}  // namespace fos1::ntp
