// SPDX-License-Identifier: MIT
// Records metrics, with the host's rules for names, labels and counters.
#pragma once

#include <QStringList>
#include <map>
#include <optional>
#include <vector>

#include "fos1/features/metrics.h"
#include "fos1/testing/call_guard.h"

namespace fos1::testing {

class FakeMetrics final : public IMetrics {
   public:
    struct Metric {
        QString name;
        MetricType type = MetricType::Unknown;
        QStringList labelNames;
        int decimals = 0;
        std::map<QString, qint64> series;  ///< by the label values in the order of the label names, joined by spaces
    };

    /// `guard` outlives the object.
    explicit FakeMetrics(CallGuard& guard) : m_guard(guard) {}

    int declare(const QString& name, int metricType, const QString& help, const QString& labelNames,
                int decimals) override;
    int set(int id, const QCborMap& labels, qint64 value) override;
    int remove(int id, const QCborMap& labels) override;

    /// As after start(): no more metrics can be declared.
    void freeze() { m_isFrozen = true; }

    /// Null when it was not declared.
    [[nodiscard]] const Metric* find(const QString& name) const;
    /// The integer that was set. `labels` as in Metric::series.
    [[nodiscard]] std::optional<qint64> value(const QString& name, const QString& labels = {}) const;
    [[nodiscard]] const std::vector<Metric>& metrics() const { return m_metrics; }

   private:
    CallGuard& m_guard;
    std::vector<Metric> m_metrics;  ///< index = id − 1
    bool m_isFrozen = false;
};

}  // namespace fos1::testing
