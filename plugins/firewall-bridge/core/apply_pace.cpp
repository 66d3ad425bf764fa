// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/apply_pace.h"

#include <algorithm>

namespace fos1::firewall {

using namespace std::chrono_literals;

ApplyPace::milliseconds ApplyPace::beforeChange(bool isInForce, bool isRetracting) const {
    // At startup the topics arrive one after another; together they describe the whole node and make one table.
    if (!isInForce && m_retry == 0ms) return 5ms;
    // The VLANs of a node are retracted one by one.
    return isRetracting ? 20ms : 0ms;
}

ApplyPace::milliseconds ApplyPace::beforeRetry() {
    m_retry = std::clamp<milliseconds>(m_retry * 2, 1s, 60s);
    return m_retry;
}

}  // namespace fos1::firewall
