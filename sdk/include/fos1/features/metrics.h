// SPDX-License-Identifier: MIT
// Metrics for Prometheus. A plugin declares them in start(); no metric can be declared afterwards. Values are integers
// with a decimal exponent, so that no unit is converted in floating point before the text format is written.
#pragma once

#include <QCborMap>
#include <QString>

#include "fos1/interface.h"

namespace fos1 {

enum class MetricType : int { Unknown = 0, Gauge = 1, Counter = 2 };

class FOS1_SDK_EXPORT IMetrics : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.Metrics/1";
    ~IMetrics() override;

    /// Declares a metric and returns its id (> 0), or a negated Status. `labelNames` is comma-separated and may be
    /// empty. The exported value is the integer given to set() divided by 10^decimals (0–9). A counter's name ends in
    /// `_total`; names follow the rules of Prometheus.
    virtual int declare(const QString& name, int metricType, const QString& help, const QString& labelNames,
                        int decimals) = 0;

    /// Sets one series. `labels` is `{name: text}` with exactly the declared names. Refuses a decrease of a counter. A
    /// metric has at most 1,024 series (TooLarge).
    virtual int set(int metric, const QCborMap& labels, qint64 value) = 0;

    /// Removes one series.
    virtual int remove(int metric, const QCborMap& labels) = 0;
};

}  // namespace fos1
