// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/restart_policy.h"

#include "resources/reconcile_queue.h"

namespace fos1::host {

RestartPolicy::Decision RestartPolicy::failed(Clock::time_point now, double random) {
    if (now - m_startedAt >= kGoodRun) m_failures = 0;
    ++m_failures;
    if (m_failures >= kMaxFailures) return {kRest, true};
    return {backoffDelay(m_failures, random), false};
}

}  // namespace fos1::host
