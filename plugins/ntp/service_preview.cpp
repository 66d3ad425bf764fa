// SPDX-License-Identifier: GPL-2.0-or-later
#include "service_preview.h"

#include "client_groups.h"
#include "core/service_plan.h"
#include "model/spec_parser.h"
#include "service_choice.h"

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
    std::vector<Warning> warnings;
    for (const DesiredObject* other : claims.younger)
        warnings.push_back({other->key.text(), anotherServes(claims.serving->key)});
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
    const auto warn = [&](const QString& text) { warnings.push_back({claims.serving->key.text(), text}); };
    for (const auto& [device, why] : planned.materials.missingClocks)
        warn(QStringLiteral("The clock %1 %2; chronyd would use it when it appears.").arg(device, why));
    for (const LeftOut& each : planned.chrony.leftOut)
        warn(QStringLiteral("%1 (%2) %3.").arg(each.path, each.name, each.reason));
    if (!planned.access.entriesWithoutVlan.empty()) warn(whyNoVlan(planned.access.entriesWithoutVlan));
    then.groups = std::move(planned.access.groups);
    if (spec->enabled) then.chrony = std::move(planned.chrony);
    return describeChange(context.now, then, warnings);
}

}  // namespace fos1::ntp
