// SPDX-License-Identifier: GPL-2.0-or-later
// The units of the plugin's metrics. Only for *_metrics.cpp.
#pragma once

#include "fos1/plugin.h"

namespace fos1::ntp {

using Series = Metric::Series;

inline constexpr int kMillisecondsFromNanoseconds = 6;
inline constexpr int kSecondsFromNanoseconds = 9;
inline constexpr int kPpmFromPpb = 3;

/// One series without labels, or no series.
[[nodiscard]] inline Series single(std::optional<qint64> value) { return value ? Series{{{}, *value}} : Series{}; }

}  // namespace fos1::ntp
