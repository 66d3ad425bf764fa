// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/node_claim.h"

#include <algorithm>
#include <tuple>

namespace fos1::ntp {

namespace {

bool isFor(const DesiredObject& service, const Labels& node) {
    const QCborMap selector = service.spec.value(QStringLiteral("nodeSelector")).toMap();
    return std::all_of(selector.begin(), selector.end(), [&](const auto& wanted) {
        const auto label = node.find(wanted.first.toString());
        return label != node.end() && label->second == QCborValue(wanted.second).toString();
    });
}

QString created(const DesiredObject& service) {
    return service.metadata.value(QStringLiteral("creationTimestamp")).toString();
}

}  // namespace

NodeClaims claimsOf(const std::vector<DesiredObject>& services, const Labels& node) {
    NodeClaims claims;
    for (const DesiredObject& service : services)
        (isFor(service, node) ? claims.younger : claims.elsewhere).push_back(&service);
    std::sort(claims.younger.begin(), claims.younger.end(), [](const DesiredObject* a, const DesiredObject* b) {
        return std::tuple(created(*a), a->key) < std::tuple(created(*b), b->key);
    });
    if (claims.younger.empty()) return claims;
    claims.serving = claims.younger.front();
    claims.younger.erase(claims.younger.begin());
    return claims;
}

}  // namespace fos1::ntp
