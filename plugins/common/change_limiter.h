// SPDX-License-Identifier: GPL-2.0-or-later
// Decides when a change may go, so that what flutters does not wear out whoever it is applied to: a daemon that
// reloads, a zone that is transferred. Pure: time comes with each call. Knows no values: the caller applies the newest
// one.
#pragma once

#include <QString>
#include <chrono>
#include <map>
#include <optional>
#include <vector>

namespace fos1::bridge {

/// For each key `burst` changes at once, and one each `interval` in the long run: a token bucket, kept as the time at
/// which it is full (the generic cell rate algorithm, ITU-T I.371, A.1). While a change waits, later ones of its key
/// take its place. Times do not go backwards.
class ChangeLimiter {
   public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// `burst` from 1.
    ChangeLimiter(int burst, std::chrono::milliseconds interval) : m_burst(burst), m_interval(interval) {}

    /// In how long the change goes; 0: now. It counts as made, so the caller applies what is newest then.
    [[nodiscard]] std::chrono::milliseconds admit(const QString& key, TimePoint now);

    /// In how long the next change goes that waits; nothing when none does.
    [[nodiscard]] std::optional<std::chrono::milliseconds> nextIn(TimePoint now) const;
    /// The keys whose change has waited long enough; it waits no more.
    [[nodiscard]] std::vector<QString> takeDue(TimePoint now);

    /// What the key wants is what it has, or the key is gone: nothing waits for it. What it has used up stays used up.
    void withdraw(const QString& key);

    /// Changes that were never made, because a later one took their place or they were withdrawn.
    [[nodiscard]] quint64 suppressed() const { return m_suppressed; }

   private:
    struct Bucket {
        TimePoint full;  ///< from then on it is
        std::optional<TimePoint> goes;
    };
    /// Buckets that are full are as good as none.
    void drain(TimePoint now);

    const int m_burst;
    const std::chrono::milliseconds m_interval;
    std::map<QString, Bucket> m_buckets;
    std::size_t m_drainAt = 64;  ///< buckets
    quint64 m_suppressed = 0;
};

}  // namespace fos1::bridge
