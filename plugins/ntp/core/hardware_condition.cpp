// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/hardware_condition.h"

#include <algorithm>

#include "core/make_condition.h"

namespace fos1::ntp {

namespace {

const char* kHardwareHealthy = "HardwareHealthy";

Condition condition(ConditionStatus status, const QString& reason, const QString& message) {
    return {QLatin1String(kHardwareHealthy), status, reason, message, 0};
}

}  // namespace

std::optional<Condition> hardwareHealthy(const StatusInput& in) {
    if (in.spec.hardware.isEmpty()) return {};
    if (!in.clocks || in.clocks->empty())
        return makeCondition(kHardwareHealthy, ConditionStatus::Unknown, "NotRunning",
                             QStringLiteral("The attached clocks are not read."));
    QStringList sentences;
    for (const RefclockFacts& clock : *in.clocks)
        sentences.append(QStringLiteral("%1 (%2): %3").arg(clock.name, clock.device, clock.message));
    const QString message = sentences.join(u' ');
    const auto first =
        std::find_if(in.clocks->begin(), in.clocks->end(), [](const RefclockFacts& clock) { return !clock.isHealthy; });
    if (first != in.clocks->end()) return condition(ConditionStatus::False, first->reason, message);
    const auto odd = std::find_if(in.clocks->begin(), in.clocks->end(), [](const RefclockFacts& clock) {
        return clock.reason != QLatin1String(kHealthyClock);
    });
    return condition(ConditionStatus::True, odd == in.clocks->end() ? QLatin1String(kHealthyClock) : odd->reason,
                     message);
}

}  // namespace fos1::ntp
