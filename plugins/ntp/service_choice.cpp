// SPDX-License-Identifier: GPL-2.0-or-later
// Which NTPService TimeService serves, and what the others are told.
#include "time_service.h"

namespace fos1::ntp {

namespace {

const QString kReconciled = QStringLiteral("Reconciled");
const QString kConflict = QStringLiteral("Conflict");
const QString kReady = QStringLiteral("Ready");

}  // namespace

void TimeService::reconcileServices(const std::vector<DesiredObject>& services, Ticket ticket) {
    const NodeClaims claims = claimsOf(services, m_nodeLabels.labels());
    if (m_serving && (!claims.serving || !(m_serving->key == claims.serving->key))) {
        withdraw(QStringLiteral("the NTPService is gone or another one serves"));
        m_serving.reset();
    }
    for (const DesiredObject* other : claims.elsewhere)
        tellNotServing(*other, false, QString::fromLatin1(kOtherNode),
                       QStringLiteral("The labels of this node do not match spec.nodeSelector."));
    for (const DesiredObject* younger : claims.younger)
        tellNotServing(
            *younger, true, QStringLiteral("AnotherServes"),
            QStringLiteral("Only one NTPService can serve a node, and %1 does.").arg(claims.serving->key.text()));
    if (!claims.serving) {
        m_groups.tell({}, {});
        stopChronyd(QStringLiteral("no NTPService is declared for this node"), ticket);
        return;
    }
    m_host.removeCondition(claims.serving->key, kConflict);
    serve(*claims.serving, ticket);
}

void TimeService::tellNotServing(const DesiredObject& object, bool isConflict, const QString& reason,
                                 const QString& message) {
    m_host.setFields(object.key, {{QStringLiteral("running"), false},
                                  {QStringLiteral("synchronized"), false},
                                  {QStringLiteral("observedGeneration"), object.generation}});
    if (isConflict)
        m_host.setCondition(object.key, {kConflict, ConditionStatus::True, reason, message, object.generation});
    else
        m_host.removeCondition(object.key, kConflict);
    for (const QString& type : {kReconciled, kReady})
        m_host.setCondition(object.key, {type, ConditionStatus::False, reason, message, object.generation});
}

}  // namespace fos1::ntp
