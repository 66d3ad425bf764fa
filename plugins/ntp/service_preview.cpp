// SPDX-License-Identifier: GPL-2.0-or-later
#include "service_preview.h"

#include "client_groups.h"
#include "core/service_plan.h"
#include "model/spec_parser.h"

namespace fos1::ntp {

QCborMap previewServices(const QCborMap& snapshot, const PreviewContext& context) {
    std::vector<DesiredObject> services;
    ClientGroups groups(context.host);
    for (DesiredObject& object : desiredObjects(snapshot)) {
        if (object.key.kind == QStringLiteral("NTPService"))
            services.push_back(std::move(object));
        else if (object.key.kind == QStringLiteral("NTPClient"))
            groups.set(object);
    }
    const NodeClaims claims = claimsOf(services, context.node);
    if (!claims.serving) return describeChange(context.now, {});
    const auto spec = parse(claims.serving->spec);
    if (!spec) return {};  // what runs goes on
    const QString& ns = claims.serving->key.ns;
    const Secrets secrets(snapshot);
    PlannedService planned = context.planner.plan(
        {*spec, ns, groups.plan(ns, *spec, context.vlans), secrets, context.version, nullptr}, Effects::None);
    Planned then;
    // How good the time will be is not known; that it stays as it is, is the best guess.
    const bool isNtsServed = planned.nts && planned.nts->problem.isEmpty();
    then.vlans = planVlans(*spec, context.vlans, *planned.answers,
                           {spec->enabled, isNtsServed, isFit(context.fitness), sentence(context.fitness)});
    then.groups = std::move(planned.access.groups);
    if (spec->enabled) then.chrony = std::move(planned.chrony);
    return describeChange(context.now, then);
}

}  // namespace fos1::ntp
