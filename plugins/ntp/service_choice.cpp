// SPDX-License-Identifier: GPL-2.0-or-later
#include "service_choice.h"

#include <algorithm>

#include "core/service_status.h"
#include "model/spec_parser.h"

namespace fos1::ntp {

namespace {

const QString kConflict = QStringLiteral("Conflict");
const QString kElsewhere = QStringLiteral("The labels of this node do not match spec.nodeSelector.");

}  // namespace

QString anotherServes(const ObjectKey& serving) {
    return QStringLiteral("Only one NTPService can serve a node, and %1 does.").arg(serving.text());
}

QString whyIdle(const DesiredObject& service, const std::vector<DesiredObject>& services, const Labels& node) {
    const NodeClaims claims = claimsOf(services, node);
    const auto isAmong = [&](const std::vector<const DesiredObject*>& list) {
        return std::any_of(list.begin(), list.end(),
                           [&](const DesiredObject* each) { return each->key == service.key; });
    };
    if (isAmong(claims.elsewhere)) return kElsewhere;
    if (isAmong(claims.younger)) return anotherServes(claims.serving->key);
    const auto spec = parse(service.spec);
    return spec ? QStringLiteral("It has not been reconciled yet.")
                : QStringLiteral("The spec is invalid: %1").arg(joined(spec.error()));
}

const DesiredObject* ServiceChoice::choose(const std::vector<DesiredObject>& services, const Labels& node) const {
    const NodeClaims claims = claimsOf(services, node);
    for (const DesiredObject* other : claims.elsewhere)
        reportNotServing(*other, false, QString::fromLatin1(kOtherNode), kElsewhere);
    for (const DesiredObject* younger : claims.younger)
        reportNotServing(*younger, true, QStringLiteral("AnotherServes"), anotherServes(claims.serving->key));
    if (claims.serving) m_host.removeCondition(claims.serving->key, kConflict);
    return claims.serving;
}

void ServiceChoice::reportMistakes(const DesiredObject& object, const QString& why) const {
    const QString reason = QStringLiteral("InvalidSpec");
    m_host.setCondition(object.key,
                        {QStringLiteral("Reconciled"), ConditionStatus::False, reason, why, object.generation});
    m_host.setCondition(object.key,
                        {QStringLiteral("Ready"), ConditionStatus::False, reason,
                         QStringLiteral("The spec has mistakes; see the condition Reconciled."), object.generation});
}

void ServiceChoice::reportNoChronyd(const std::vector<DesiredObject>& services, const QString& why) const {
    for (const DesiredObject& service : services)
        for (const char* type : {"Reconciled", "Ready"})
            m_host.setCondition(service.key, {QLatin1String(type), ConditionStatus::False, QStringLiteral("NoChronyd"),
                                              why, service.generation});
}

void ServiceChoice::reportNotServing(const DesiredObject& object, bool isConflict, const QString& reason,
                                     const QString& message) const {
    m_host.setFields(object.key, {{QStringLiteral("running"), false},
                                  {QStringLiteral("synchronized"), false},
                                  {QStringLiteral("observedGeneration"), object.generation}});
    if (isConflict)
        m_host.setCondition(object.key, {kConflict, ConditionStatus::True, reason, message, object.generation});
    else
        m_host.removeCondition(object.key, kConflict);
    for (const char* type : {"Reconciled", "Ready"})
        m_host.setCondition(object.key,
                            {QLatin1String(type), ConditionStatus::False, reason, message, object.generation});
}

}  // namespace fos1::ntp
