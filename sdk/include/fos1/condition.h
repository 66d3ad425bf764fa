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

/// A condition that reports that all is well: True, or False where its type is bad when true.
[[nodiscard]] inline Condition good(const QString& type, const QString& reason, const QString& message,
                                    qint64 observedGeneration = 0) {
    return {type, isBadWhenTrue(type) ? ConditionStatus::False : ConditionStatus::True, reason, message,
            observedGeneration};
}

/// A condition that reports trouble: False, or True where its type is bad when true.
[[nodiscard]] inline Condition bad(const QString& type, const QString& reason, const QString& message,
                                   qint64 observedGeneration = 0) {
    return {type, isBadWhenTrue(type) ? ConditionStatus::True : ConditionStatus::False, reason, message,
            observedGeneration};
}

/// Whether a condition reports that all is well. Unknown is not good.
[[nodiscard]] inline bool isGood(const QString& type, const QString& status) {
    return status == toText(isBadWhenTrue(type) ? ConditionStatus::False : ConditionStatus::True);
}
[[nodiscard]] inline bool isGood(const Condition& condition) {
    return isGood(condition.type, toText(condition.status));
}

}  // namespace fos1
