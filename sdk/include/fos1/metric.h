// SPDX-License-Identifier: MIT
// Metrics as a plugin wants them: declared in one line, only what changed is set, and never more series than there is
// room for. Inline; for the plugin's home thread. Declare in start() only.
#pragma once

#include <QCborMap>
#include <QString>
#include <algorithm>
#include <map>
#include <utility>

#include "fos1/features/metrics.h"

namespace fos1 {

/// A declared metric. update() sets exactly the given series and removes all others.
class Metric {
   public:
    using Labels = std::map<QString, QString>;
    using Series = std::map<Labels, qint64>;

    Metric(IMetrics& metrics, MetricType type, const QString& name, const QString& help, const QString& labelNames = {},
           int decimals = 0)
        : m_metrics(metrics),
          m_type(type),
          m_id(metrics.declare(name, static_cast<int>(type), help, labelNames, decimals)) {}

    [[nodiscard]] bool isDeclared() const { return m_id > 0; }
    [[nodiscard]] MetricType type() const { return m_type; }

    void set(qint64 value) { m_metrics.set(m_id, {}, value); }
    void set(const Labels& labels, qint64 value) { m_metrics.set(m_id, toCbor(labels), value); }
    void remove(const Labels& labels) { m_metrics.remove(m_id, toCbor(labels)); }

    void update(const Series& series) {
        for (const auto& [labels, value] : m_series)
            if (!series.contains(labels)) remove(labels);
        for (const auto& [labels, value] : series) set(labels, value);
        m_series = series;
    }

   private:
    static QCborMap toCbor(const Labels& labels) {
        QCborMap map;
        for (const auto& [name, value] : labels) map.insert(name, value);
        return map;
    }

    IMetrics& m_metrics;
    MetricType m_type;
    int m_id;
    Series m_series;
};

/// A value that goes up and down. `labelNames` and `decimals` as in IMetrics::declare().
[[nodiscard]] inline Metric gauge(IMetrics& metrics, const QString& name, const QString& help,
                                  const QString& labelNames = {}, int decimals = 0) {
    return {metrics, MetricType::Gauge, name, help, labelNames, decimals};
}

/// A value that only goes up; `name` ends in `_total`.
[[nodiscard]] inline Metric counter(IMetrics& metrics, const QString& name, const QString& help,
                                    const QString& labelNames = {}, int decimals = 0) {
    return {metrics, MetricType::Counter, name, help, labelNames, decimals};
}

/// A metric with one series for each of many things, of which `most` are exported: the first in the order of their
/// labels. The others are dropped and counted; export that count as a metric of its own. The host refuses more than
/// 1,024 series of a metric.
class SeriesFamily {
   public:
    static constexpr std::size_t kMost = 1000;

    explicit SeriesFamily(Metric metric, std::size_t most = kMost) : m_metric(std::move(metric)), m_most(most) {}

    /// All series that there are. Sets what changed and removes what is gone. A counter whose value went down is
    /// removed first, and so begins anew.
    void update(const Metric::Series& all) {
        const auto end = std::next(all.begin(), static_cast<std::ptrdiff_t>(std::min(m_most, all.size())));
        // What is dropped makes room: the host counts the old series and the new ones.
        auto kept = all.begin();
        for (auto shown = m_shown.begin(); shown != m_shown.end();) {
            while (kept != end && kept->first < shown->first) ++kept;
            shown = kept == end || shown->first < kept->first ? drop(shown) : std::next(shown);
        }
        auto shown = m_shown.begin();
        for (auto each = all.begin(); each != end; ++each) {
            if (shown == m_shown.end() || each->first < shown->first) {
                shown = m_shown.emplace_hint(shown, *each);
                m_metric.set(each->first, each->second);
            } else {
                change(*shown, each->second);
            }
            ++shown;
        }
        m_dropped = all.size() - m_shown.size();
    }

    /// Changes one of the series that update() exported. Others are left alone: update() chooses.
    void set(const Metric::Labels& labels, qint64 value) {
        if (const auto shown = m_shown.find(labels); shown != m_shown.end()) change(*shown, value);
    }

    /// How many series of the last update() are not exported.
    [[nodiscard]] std::size_t dropped() const { return m_dropped; }

   private:
    void change(Metric::Series::value_type& shown, qint64 value) {
        if (shown.second == value) return;
        // A counter that begins anew is another series; Prometheus knows what to do.
        if (value < shown.second && m_metric.type() == MetricType::Counter) m_metric.remove(shown.first);
        shown.second = value;
        m_metric.set(shown.first, value);
    }

    Metric::Series::iterator drop(Metric::Series::iterator shown) {
        m_metric.remove(shown->first);
        return m_shown.erase(shown);
    }

    Metric m_metric;
    std::size_t m_most;
    Metric::Series m_shown;
    std::size_t m_dropped = 0;
};

}  // namespace fos1
