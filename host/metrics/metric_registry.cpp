// SPDX-License-Identifier: GPL-2.0-or-later
#include "metrics/metric_registry.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/text_serializer.h>

#include <QRegularExpression>
#include <cmath>

namespace fos1::host {

namespace {

// https://prometheus.io/docs/concepts/data_model/
bool isMetricName(const QString& name) {
    static const QRegularExpression pattern(QStringLiteral("^[a-zA-Z_:][a-zA-Z0-9_:]*$"));
    return pattern.match(name).hasMatch();
}

constexpr qsizetype kLongestName = 128;
constexpr qsizetype kLongestHelp = 1024;
constexpr qsizetype kLongestLabel = 1024;
constexpr qsizetype kMostLabels = 16;
constexpr qsizetype kMostMetrics = 1024;  ///< of one owner

bool isLabelName(const QString& name) {
    static const QRegularExpression pattern(QStringLiteral("^[a-zA-Z_][a-zA-Z0-9_]*$"));
    return name.size() <= kLongestName && pattern.match(name).hasMatch() && !name.startsWith(QLatin1String("__"));
}

int refusal(Status status) { return -static_cast<int>(status); }

}  // namespace

MetricRegistry::MetricRegistry() : m_registry(std::make_shared<prometheus::Registry>()) {}

int MetricRegistry::declare(const QString& owner, const QString& name, MetricType type, const QString& help,
                            const QStringList& labelNames, int decimals) {
    const bool isKnown = type == MetricType::Gauge || type == MetricType::Counter;
    const bool isCounter = type == MetricType::Counter;
    const bool isShort = name.size() <= kLongestName && help.size() <= kLongestHelp && labelNames.size() <= kMostLabels;
    if (!isKnown || !isShort || !isMetricName(name) || help.isEmpty() || decimals < 0 || decimals > 9 ||
        isCounter != name.endsWith(QLatin1String("_total")))
        return refusal(Status::InvalidArgument);
    if (!std::all_of(labelNames.begin(), labelNames.end(), isLabelName)) return refusal(Status::InvalidArgument);
    if (!m_names.contains(name) && std::count_if(m_metrics.begin(), m_metrics.end(), [&](const Metric& each) {
                                       return each.owner == owner;
                                   }) >= kMostMetrics)
        return refusal(Status::TooLarge);

    if (const auto known = m_names.find(name); known != m_names.end()) {
        // A restarted plugin declares the same metrics again.
        const Metric& metric = m_metrics[static_cast<std::size_t>(known->second - 1)];
        const bool isSame = metric.owner == owner && metric.type == type && metric.labelNames == labelNames;
        return isSame ? known->second : refusal(Status::NotPermitted);
    }
    Metric metric;
    metric.owner = owner;
    metric.type = type;
    metric.labelNames = labelNames;
    metric.divisor = std::pow(10.0, decimals);
    if (isCounter)
        metric.counters =
            &prometheus::BuildCounter().Name(name.toStdString()).Help(help.toStdString()).Register(*m_registry);
    else
        metric.gauges =
            &prometheus::BuildGauge().Name(name.toStdString()).Help(help.toStdString()).Register(*m_registry);
    m_metrics.push_back(std::move(metric));
    const int id = static_cast<int>(m_metrics.size());
    m_names.emplace(name, id);
    return id;
}

MetricRegistry::Metric* MetricRegistry::find(const QString& owner, int id) {
    if (id < 1 || static_cast<std::size_t>(id) > m_metrics.size()) return nullptr;
    Metric& found = m_metrics[static_cast<std::size_t>(id - 1)];
    return found.owner == owner ? &found : nullptr;
}

Status MetricRegistry::set(const QString& owner, int id, const std::map<QString, QString>& labels, qint64 value) {
    Metric* metric = find(owner, id);
    if (!metric) return Status::NotFound;
    Labels key;
    for (const QString& name : metric->labelNames) {
        const auto label = labels.find(name);
        if (label == labels.end()) return Status::InvalidArgument;
        if (label->second.size() > kLongestLabel) return Status::TooLarge;
        key.emplace(name.toStdString(), label->second.toStdString());
    }
    if (labels.size() != key.size()) return Status::InvalidArgument;

    const double number = static_cast<double>(value) / metric->divisor;
    if (metric->type == MetricType::Gauge) {
        auto it = metric->gaugeSeries.find(key);
        if (it == metric->gaugeSeries.end()) {
            if (metric->gaugeSeries.size() >= kMaxSeries) return Status::TooLarge;
            it = metric->gaugeSeries.emplace(key, &metric->gauges->Add(key)).first;
        }
        it->second->Set(number);
        return Status::Ok;
    }
    auto it = metric->counterSeries.find(key);
    if (it == metric->counterSeries.end()) {
        if (metric->counterSeries.size() >= kMaxSeries) return Status::TooLarge;
        it = metric->counterSeries.emplace(key, &metric->counters->Add(key)).first;
    }
    const double increase = number - it->second->Value();
    if (increase < 0) return Status::InvalidArgument;
    it->second->Increment(increase);
    return Status::Ok;
}

Status MetricRegistry::remove(const QString& owner, int id, const std::map<QString, QString>& labels) {
    Metric* metric = find(owner, id);
    if (!metric) return Status::NotFound;
    Labels key;
    for (const auto& [name, text] : labels) key.emplace(name.toStdString(), text.toStdString());
    if (const auto gauge = metric->gaugeSeries.find(key); gauge != metric->gaugeSeries.end()) {
        metric->gauges->Remove(gauge->second);
        metric->gaugeSeries.erase(gauge);
        return Status::Ok;
    }
    if (const auto counter = metric->counterSeries.find(key); counter != metric->counterSeries.end()) {
        metric->counters->Remove(counter->second);
        metric->counterSeries.erase(counter);
        return Status::Ok;
    }
    return Status::NotFound;
}

void MetricRegistry::clear(const QString& owner) {
    for (Metric& metric : m_metrics) {
        if (metric.owner != owner) continue;
        for (const auto& [labels, gauge] : metric.gaugeSeries) metric.gauges->Remove(gauge);
        for (const auto& [labels, counter] : metric.counterSeries) metric.counters->Remove(counter);
        metric.gaugeSeries.clear();
        metric.counterSeries.clear();
    }
}

QByteArray MetricRegistry::serialize() const {
    return QByteArray::fromStdString(prometheus::TextSerializer().Serialize(m_registry->Collect()));
}

}  // namespace fos1::host
