// SPDX-License-Identifier: MIT
#include "fos1/testing/fake_metrics.h"

#include <QRegularExpression>
#include <algorithm>

#include "status_code.h"

namespace fos1::testing {

namespace {

constexpr std::size_t kMaxSeries = 1024;

// https://prometheus.io/docs/concepts/data_model/
bool isMetricName(const QString& name) {
    static const QRegularExpression pattern(QStringLiteral("^[a-zA-Z_:][a-zA-Z0-9_:]*$"));
    return pattern.match(name).hasMatch();
}

bool isLabelName(const QString& name) {
    static const QRegularExpression pattern(QStringLiteral("^[a-zA-Z_][a-zA-Z0-9_]*$"));
    return pattern.match(name).hasMatch() && !name.startsWith(QLatin1String("__"));
}

/// The values in the order of the label names; nothing when the names are not exactly the declared ones.
std::optional<QString> seriesOf(const FakeMetrics::Metric& metric, const QCborMap& labels) {
    QStringList names = metric.labelNames;
    names.sort();
    QStringList values;
    for (const QString& name : names) {
        if (!labels.contains(name)) return std::nullopt;
        values.append(labels.value(name).toString());
    }
    return labels.size() == names.size() ? std::optional(values.join(u' ')) : std::nullopt;
}

}  // namespace

int FakeMetrics::declare(const QString& name, int metricType, const QString& help, const QString& labelNames,
                         int decimals) {
    if (!m_guard.admits("metrics.declare")) return -code(Status::WrongThread);
    if (m_isFrozen) return -code(Status::NotPermitted);
    const auto type = static_cast<MetricType>(metricType);
    const QStringList labels = labelNames.split(u',', Qt::SkipEmptyParts);
    const bool isCounter = type == MetricType::Counter;
    const bool isKnown = isCounter || type == MetricType::Gauge;
    if (!isKnown || !isMetricName(name) || help.isEmpty() || decimals < 0 || decimals > 9 ||
        isCounter != name.endsWith(QLatin1String("_total")) || !std::all_of(labels.begin(), labels.end(), isLabelName))
        return -code(Status::InvalidArgument);

    for (std::size_t i = 0; i < m_metrics.size(); ++i) {
        if (m_metrics[i].name != name) continue;
        const bool isSame = m_metrics[i].type == type && m_metrics[i].labelNames == labels;
        return isSame ? static_cast<int>(i + 1) : -code(Status::NotPermitted);
    }
    m_metrics.push_back({name, type, labels, decimals, {}});
    return static_cast<int>(m_metrics.size());
}

int FakeMetrics::set(int id, const QCborMap& labels, qint64 value) {
    if (!m_guard.admits("metrics.set")) return code(Status::WrongThread);
    if (id < 1 || static_cast<std::size_t>(id) > m_metrics.size()) return code(Status::NotFound);
    Metric& metric = m_metrics[static_cast<std::size_t>(id - 1)];
    const auto key = seriesOf(metric, labels);
    if (!key) return code(Status::InvalidArgument);
    const auto series = metric.series.find(*key);
    if (series == metric.series.end() && metric.series.size() >= kMaxSeries) return code(Status::TooLarge);
    const qint64 before = series == metric.series.end() ? 0 : series->second;
    if (metric.type == MetricType::Counter && value < before) return code(Status::InvalidArgument);
    metric.series[*key] = value;
    return code(Status::Ok);
}

int FakeMetrics::remove(int id, const QCborMap& labels) {
    if (!m_guard.admits("metrics.remove")) return code(Status::WrongThread);
    if (id < 1 || static_cast<std::size_t>(id) > m_metrics.size()) return code(Status::NotFound);
    Metric& metric = m_metrics[static_cast<std::size_t>(id - 1)];
    const auto key = seriesOf(metric, labels);
    return code(key && metric.series.erase(*key) > 0 ? Status::Ok : Status::NotFound);
}

const FakeMetrics::Metric* FakeMetrics::find(const QString& name) const {
    for (const Metric& metric : m_metrics)
        if (metric.name == name) return &metric;
    return nullptr;
}

std::optional<qint64> FakeMetrics::value(const QString& name, const QString& labels) const {
    const Metric* metric = find(name);
    if (!metric || !metric->series.contains(labels)) return std::nullopt;
    return metric->series.at(labels);
}

}  // namespace fos1::testing
