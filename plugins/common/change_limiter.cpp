// SPDX-License-Identifier: GPL-2.0-or-later
#include "change_limiter.h"

#include <algorithm>

namespace fos1::bridge {

using std::chrono::ceil;
using std::chrono::milliseconds;

milliseconds ChangeLimiter::admit(const QString& key, TimePoint now) {
    drain(now);
    const auto [at, isNew] = m_buckets.try_emplace(key, Bucket{now, {}});
    Bucket& bucket = at->second;
    if (bucket.goes && *bucket.goes > now) {
        ++m_suppressed;
        return ceil<milliseconds>(*bucket.goes - now);
    }
    bucket.goes.reset();
    bucket.full = std::max(bucket.full, now) + m_interval;
    const TimePoint goes = bucket.full - m_burst * m_interval;
    if (goes <= now) return milliseconds(0);
    bucket.goes = goes;
    return ceil<milliseconds>(goes - now);
}

std::optional<milliseconds> ChangeLimiter::nextIn(TimePoint now) const {
    std::optional<TimePoint> next;
    for (const auto& [key, bucket] : m_buckets)
        if (bucket.goes && (!next || *bucket.goes < *next)) next = bucket.goes;
    if (!next) return std::nullopt;
    return std::max(milliseconds(0), ceil<milliseconds>(*next - now));
}

std::vector<QString> ChangeLimiter::takeDue(TimePoint now) {
    std::vector<QString> due;
    for (auto& [key, bucket] : m_buckets) {
        if (!bucket.goes || *bucket.goes > now) continue;
        bucket.goes.reset();
        due.push_back(key);
    }
    return due;
}

void ChangeLimiter::withdraw(const QString& key) {
    const auto at = m_buckets.find(key);
    if (at == m_buckets.end() || !at->second.goes) return;
    at->second.goes.reset();
    ++m_suppressed;
}

void ChangeLimiter::drain(TimePoint now) {
    if (m_buckets.size() < m_drainAt) return;
    std::erase_if(m_buckets, [now](const auto& each) { return !each.second.goes && each.second.full <= now; });
    m_drainAt = std::max<std::size_t>(64, 2 * m_buckets.size());
}

}  // namespace fos1::bridge
