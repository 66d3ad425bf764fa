// SPDX-License-Identifier: GPL-2.0-or-later
// Decides when a change may be applied, so that rapid changes do not wear out the target, such as a daemon that reloads
// or a zone that is transferred. Pure: time is an argument of each call. Must not know the values: the caller applies
// the newest one.
#pragma once

#include <QString>
#include <chrono>
#include <map>
#include <optional>
#include <vector>

namespace fos1::bridge {

/// For each key, `burst` changes at once, and on average one per `interval`: a token bucket, stored as the time at
/// which it is full (the generic cell rate algorithm, ITU-T I.371, A.1). A later change of a key replaces the waiting
/// one. Times must not decrease.
class ChangeLimiter {
   public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// `burst` is at least 1.
    ChangeLimiter(int burst, std::chrono::milliseconds interval) : m_burst(burst), m_interval(interval) {}

    /// The delay until the change may be applied; 0: now. The change is counted as made, and the caller applies the
    /// value that is newest at that time.
    [[nodiscard]] std::chrono::milliseconds admit(const QString& key, TimePoint now);

    /// The delay until the next waiting change is due; nothing when no change waits.
    [[nodiscard]] std::optional<std::chrono::milliseconds> nextIn(TimePoint now) const;
    /// The keys whose change is due. It no longer waits.
    [[nodiscard]] std::vector<QString> takeDue(TimePoint now);

    /// The key already has the wanted value, or is removed: cancels its waiting change. Used tokens stay used.
    void withdraw(const QString& key);

    /// Changes that were never made, because a later one replaced them or they were withdrawn.
    [[nodiscard]] quint64 suppressed() const { return m_suppressed; }

   private:
    struct Bucket {
        TimePoint full;  ///< the time at which the bucket is full
        std::optional<TimePoint> goes;
    };
    /// Removes full buckets, which are equivalent to absent ones.
    void drain(TimePoint now);

    const int m_burst;
    const std::chrono::milliseconds m_interval;
    std::map<QString, Bucket> m_buckets;
    std::size_t m_drainAt = 64;  ///< number of buckets
    quint64 m_suppressed = 0;
};

}  // namespace fos1::bridge
