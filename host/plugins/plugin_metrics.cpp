// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/plugin_metrics.h"

namespace fos1::host {

namespace {
const QString kPlugin = QStringLiteral("plugin");
}

PluginMetrics::PluginMetrics(MetricRegistry& registry, const Plugins& plugins)
    : m_plugins(plugins),
      m_metrics(registry, QStringLiteral("host")),
      m_up(gauge(m_metrics, "fos1_plugin_up", "Whether a configured plugin is running (1) or not (0)", kPlugin)),
      m_slow(counter(m_metrics, "fos1_plugin_slow_callbacks_total", "Calls into a plugin that took longer than 50 ms",
                     kPlugin)),
      m_restarts(
          counter(m_metrics, "fos1_plugin_restarts_total", "Restarts of a plugin's runner after a failure", kPlugin)) {}

void PluginMetrics::show() {
    for (const auto& record : m_plugins) {
        const Metric::Labels labels{{kPlugin, record->id}};
        m_up.set(labels, record->state == PluginState::Running ? 1 : 0);
        m_slow.set(labels, static_cast<qint64>(record->slowCallbacks));
        m_restarts.set(labels, static_cast<qint64>(record->restarts));
    }
}

}  // namespace fos1::host
