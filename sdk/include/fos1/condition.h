// SPDX-License-Identifier: MIT
// A condition as in the Kubernetes API conventions ("Typical status properties").
#pragma once

#include <QCborMap>
#include <QString>

namespace fos1 {

enum class ConditionStatus { Unknown = 0, True, False };

/// The reason of Ready=False for an object that another node handles. A source that writes status to shared objects
/// leaves out this node's status of such an object.
inline constexpr const char* kOtherNode = "OtherNode";

[[nodiscard]] inline QString toText(ConditionStatus status) {
    return status == ConditionStatus::True    ? QStringLiteral("True")
           : status == ConditionStatus::False ? QStringLiteral("False")
                                              : QStringLiteral("Unknown");
}

struct Condition {
    QString type;
    ConditionStatus status = ConditionStatus::Unknown;
    QString reason;   ///< CamelCase, for machines
    QString message;  ///< for people
    qint64 observedGeneration = 0;

    [[nodiscard]] QCborMap toCbor() const {
        return {{QStringLiteral("type"), type},
                {QStringLiteral("status"), toText(status)},
                {QStringLiteral("reason"), reason},
                {QStringLiteral("message"), message},
                {QStringLiteral("observedGeneration"), observedGeneration}};
    }
};

/// Most conditions indicate trouble when they are not True. Conditions of these types indicate trouble when they are
/// True.
inline bool isBadWhenTrue(const QString& type) {
    return type == QLatin1String("Conflict") || type == QLatin1String("Degraded") ||
           type == QLatin1String("Flooding") || type == QLatin1String("Reconciling") ||
           type == QLatin1String("Stalled");
}

}  // namespace fos1
