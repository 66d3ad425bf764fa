// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/security_conditions.h"

#include "core/make_condition.h"
#include "core/plain_text.h"

namespace fos1::ntp {

namespace {

constexpr qint64 kDay = 86400;

QString whatIsServed(const NtsFacts& nts) {
    const QString until = utcText(nts.notAfterUnix * 1000);
    switch (nts.origin) {
        case CertificateOrigin::Own:
            return QStringLiteral(
                       "NTS is served with this node's own certificate, renewed before %1; clients must trust the "
                       "authority in %2.")
                .arg(until, nts.authorityFile);
        case CertificateOrigin::File:
        case CertificateOrigin::Secret:
        case CertificateOrigin::Unknown: break;
    }
    return QStringLiteral("NTS is served with the certificate of %1, valid until %2.")
        .arg(nts.names.join(QStringLiteral(", ")), until);
}

/// Where NTS is wanted.
Condition ntsServing(const StatusInput& in) {
    const char* type = "NTSServing";
    if (!in.nts || !in.nts->problem.isEmpty())
        return makeCondition(type, ConditionStatus::False, "NoCertificate",
                             QStringLiteral("NTS cannot be served: %1.")
                                 .arg(in.nts ? in.nts->problem : QStringLiteral("this chronyd was built without it")));
    switch (in.nts->probe) {
        case ProbeOutcome::Failed:
            return makeCondition(type, ConditionStatus::False, "NotAnswering",
                                 QStringLiteral("chronyd does not serve NTS: %1.").arg(in.nts->probeProblem));
        case ProbeOutcome::Served: break;
        case ProbeOutcome::NotTried:
        case ProbeOutcome::Unknown:
            return makeCondition(
                type, ConditionStatus::Unknown, "NotTried",
                in.nts->probeProblem.isEmpty()
                    ? QStringLiteral("A check whether clients can get keys is in progress.")
                    : QStringLiteral("It is unknown whether clients can get keys: %1.").arg(in.nts->probeProblem));
    }
    if (!in.nts->renewalProblem.isEmpty())
        return makeCondition(type, ConditionStatus::True, "RenewalRefused",
                             QStringLiteral("%1 The certificate that was meant to replace it cannot be used: %2.")
                                 .arg(whatIsServed(*in.nts), in.nts->renewalProblem));
    if (in.nts->origin != CertificateOrigin::Own && in.nts->notAfterUnix - in.nowUnix < kExpiryWarningDays * kDay)
        return makeCondition(type, ConditionStatus::True, "ExpiresSoon", whatIsServed(*in.nts));
    return makeCondition(type, ConditionStatus::True,
                         in.nts->origin == CertificateOrigin::Own ? "OwnCertificate" : "Served", whatIsServed(*in.nts));
}

/// A key in the spec can be read by everyone who may read the object.
Condition secretsProtected(const StatusInput& in) {
    QStringList inlined;
    for (const KeySpec& key : in.spec.authentication.keys)
        if (!key.value.isEmpty()) inlined.append(key.path);
    if (inlined.isEmpty())
        return makeCondition("SecretsProtected", ConditionStatus::True, "NoneInSpec",
                             QStringLiteral("The spec contains no secret."));
    return makeCondition(
        "SecretsProtected", ConditionStatus::False, "KeyInSpec",
        QStringLiteral("Anyone who may read this object can read the value of %1; use valueFrom to keep it elsewhere.")
            .arg(inlined.join(QStringLiteral(", "))));
}

}  // namespace

std::vector<Condition> securityConditions(const StatusInput& in) {
    std::vector<Condition> conditions{secretsProtected(in)};
    if (in.spec.nts.enabled && in.spec.enabled) conditions.push_back(ntsServing(in));
    return conditions;
}

}  // namespace fos1::ntp
