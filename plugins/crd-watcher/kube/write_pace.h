// SPDX-License-Identifier: GPL-2.0-or-later
// When a status is written: headlines at once, details when they have lasted, numbers alone rarely, and nothing that
// the cluster has already. Remembers the last write of one status. Must not know whose status it is.
#pragma once

#include <QCborMap>
#include <chrono>
#include <optional>

namespace fos1::crd {

/// A start time. Half the size of QElapsedTimer, because there may be thousands.
class Since {
   public:
    using Clock = std::chrono::steady_clock;

    void start() { m_start = Clock::now(); }
    void invalidate() { m_start = {}; }
    [[nodiscard]] bool isValid() const { return m_start != Clock::time_point(); }
    /// Earlier; never is the earliest.
    bool operator<(const Since& other) const { return m_start < other.m_start; }
    [[nodiscard]] std::chrono::milliseconds elapsed() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - m_start);
    }

   private:
    Clock::time_point m_start;
};

class WritePace {
   public:
    struct Limits {
        /// News outside the headline (headlineOf) is written once it has lasted this long.
        std::chrono::milliseconds settle{10'000};
        /// Minimum interval between writes of changed numbers alone.
        std::chrono::milliseconds refresh{600'000};
    };

    /// How long `wanted` must wait, when the cluster has `present`; zero: write it now; nothing: it is no news.
    [[nodiscard]] std::optional<std::chrono::milliseconds> wait(const QCborMap& wanted, const QCborMap& present,
                                                                const Limits& limits);
    /// A write of `content` has ended.
    void wrote(const QCborMap& content, bool isOk);
    /// When the last write ended; invalid: never.
    [[nodiscard]] const Since& when() const { return m_when; }

   private:
    [[nodiscard]] bool isNews(const QCborMap& wanted, const QCborMap& present, const Limits& limits);

    // Digests, because there may be thousands.
    quint64 m_content = 0;
    quint64 m_essence = 0;
    Since m_when;
    Since m_details;  ///< valid: there is news outside the headline
};

}  // namespace fos1::crd
