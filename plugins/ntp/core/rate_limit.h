// SPDX-License-Identifier: GPL-2.0-or-later
// chrony's rate limit knows intervals of whole powers of two: which one stands for a wanted time. Pure.
#pragma once

#include <chrono>
#include <cmath>

namespace fos1::ntp {

inline constexpr int kShortestRateInterval = -19;
inline constexpr int kLongestRateInterval = 12;

/// The smallest exponent whose power of two, in seconds, is not shorter than `wanted`; within chrony's bounds.
[[nodiscard]] constexpr int rateLimitExponent(std::chrono::nanoseconds wanted) {
    constexpr std::chrono::nanoseconds kSecond = std::chrono::seconds(1);
    for (int exponent = kShortestRateInterval; exponent < kLongestRateInterval; ++exponent) {
        const bool fits = exponent < 0 ? wanted.count() << -exponent <= kSecond.count()
                                       : wanted.count() <= kSecond.count() << exponent;
        if (fits) return exponent;
    }
    return kLongestRateInterval;
}

/// What an exponent stands for, in seconds.
[[nodiscard]] inline double rateLimitSeconds(int exponent) { return std::ldexp(1.0, exponent); }

}  // namespace fos1::ntp
