// SPDX-License-Identifier: GPL-2.0-or-later
#include "metrics/owner_metrics.h"

#include "metrics/metric_registry.h"

namespace fos1::host {

namespace {

std::map<QString, QString> labelsFrom(const QCborMap& map) {
    std::map<QString, QString> labels;
    for (const auto& item : map) labels.emplace(item.first.toString(), QCborValue(item.second).toString());
    return labels;
}

}  // namespace

int OwnerMetrics::declare(const QString& name, int metricType, const QString& help, const QString& labelNames,
                          int decimals) {
    return m_registry.declare(m_owner, name, static_cast<MetricType>(metricType), help,
                              labelNames.split(u',', Qt::SkipEmptyParts), decimals);
}

int OwnerMetrics::set(int metric, const QCborMap& labels, qint64 value) {
    return static_cast<int>(m_registry.set(m_owner, metric, labelsFrom(labels), value));
}

int OwnerMetrics::remove(int metric, const QCborMap& labels) {
    return static_cast<int>(m_registry.remove(m_owner, metric, labelsFrom(labels)));
}

}  // namespace fos1::host
