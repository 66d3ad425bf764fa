// SPDX-License-Identifier: GPL-2.0-or-later
// A condition out of literals. Its observedGeneration is set where it is known.
#pragma once

#include "fos1/condition.h"

namespace fos1::ntp {

inline Condition makeCondition(const char* type, ConditionStatus status, const char* reason, QString message) {
    return {QLatin1String(type), status, QLatin1String(reason), std::move(message), 0};
}

}  // namespace fos1::ntp
