// SPDX-License-Identifier: GPL-2.0-or-later
// Metrics of host and plugins over prometheus-cpp. Must not know what is measured.
#pragma once

#include <prometheus/registry.h>

#include <QByteArray>
#include <QString>
#include <QStringList>
#include <map>
#include <memory>
#include <vector>

#include "fos1/features/metrics.h"

namespace fos1::host {

class MetricRegistry {
   public:
    static constexpr std::size_t kMaxSeries = 1024;

    MetricRegistry();

    /// As IMetrics::declare(). `owner` is a plugin id; only this plugin may set the metric.
    int declare(const QString& owner, const QString& name, MetricType type, const QString& help,
                const QStringList& labelNames, int decimals);
    Status set(const QString& owner, int id, const std::map<QString, QString>& labels, qint64 value);
    Status remove(const QString& owner, int id, const std::map<QString, QString>& labels);

    /// Removes every series of an owner that stopped.
    void clear(const QString& owner);

    /// Prometheus text format 0.0.4.
    [[nodiscard]] QByteArray serialize() const;

   private:
    using Labels = std::map<std::string, std::string>;
    struct Metric {
        QString owner;
        MetricType type = MetricType::Unknown;
        QStringList labelNames;
        double divisor = 1;
        prometheus::Family<prometheus::Gauge>* gauges = nullptr;
        prometheus::Family<prometheus::Counter>* counters = nullptr;
        std::map<Labels, prometheus::Gauge*> gaugeSeries;
        std::map<Labels, prometheus::Counter*> counterSeries;
    };

    Metric* find(const QString& owner, int id);

    std::shared_ptr<prometheus::Registry> m_registry;
    std::vector<Metric> m_metrics;  ///< index = id − 1
    std::map<QString, int> m_names;
};

}  // namespace fos1::host
