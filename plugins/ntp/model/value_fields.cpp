// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/value_fields.h"

namespace fos1::ntp {

void checkSamples(const FieldChecks& at, const std::optional<int>& lowest, const std::optional<int>& highest) {
    if (lowest && highest && *lowest > *highest)
        at.report(
            QStringLiteral("minsamples"),
            QStringLiteral("minsamples (%1) must not be greater than maxsamples (%2)").arg(*lowest).arg(*highest));
}

}  // namespace fos1::ntp
