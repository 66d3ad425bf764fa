// SPDX-License-Identifier: GPL-2.0-or-later
// What the host measures of the configured plugins.
#pragma once

#include "fos1/metric.h"
#include "metrics/owner_metrics.h"
#include "plugins/plugin_record.h"

namespace fos1::host {

class PluginMetrics {
   public:
    using Plugins = std::vector<std::unique_ptr<PluginRecord>>;

    /// Declares them. `registry` and `plugins` outlive the object.
    PluginMetrics(MetricRegistry& registry, const Plugins& plugins);
    PluginMetrics(const PluginMetrics&) = delete;
    PluginMetrics& operator=(const PluginMetrics&) = delete;

    /// As the plugins are now.
    void show();

   private:
    const Plugins& m_plugins;
    OwnerMetrics m_metrics;
    Metric m_up;
    Metric m_slow;
    Metric m_restarts;
};

}  // namespace fos1::host
