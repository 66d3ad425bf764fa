// SPDX-License-Identifier: GPL-2.0-or-later
// Declarations of the plugin's metrics, and their units. Only for *_metrics.cpp.
#pragma once

#include "fos1/plugin.h"

namespace fos1::ntp {

using Series = std::map<Metric::Labels, qint64>;

inline constexpr int kMillisecondsFromNanoseconds = 6;
inline constexpr int kSecondsFromNanoseconds = 9;
inline constexpr int kPpmFromPpb = 3;

[[nodiscard]] inline Metric gauge(IMetrics& metrics, const char* name, const char* help, const QString& labels = {},
                                  int decimals = 0) {
    return {metrics, MetricType::Gauge, QLatin1String(name), QLatin1String(help), labels, decimals};
}

[[nodiscard]] inline Metric counter(IMetrics& metrics, const char* name, const char* help, const QString& labels = {},
                                    int decimals = 0) {
    return {metrics, MetricType::Counter, QLatin1String(name), QLatin1String(help), labels, decimals};
}

/// One series without labels, or no series.
[[nodiscard]] inline Series single(std::optional<qint64> value) { return value ? Series{{{}, *value}} : Series{}; }

}  // namespace fos1::ntp
