// SPDX-License-Identifier: GPL-2.0-or-later
// Detects plugins that publish excessively. The bus conflates and survives it; the warning is for the plugin's author.
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "plugins/plugin_record.h"

namespace fos1::host {

class FloodWatch : public QObject {
    Q_OBJECT
   public:
    static constexpr quint64 kFlood = 10'000;  ///< publishes per second

    using Plugins = std::vector<std::unique_ptr<PluginRecord>>;

    /// `plugins` outlives the watch.
    explicit FloodWatch(const Plugins& plugins, QObject* parent = nullptr);

    void start() { m_timer.start(std::chrono::seconds(1)); }
    void stop() { m_timer.stop(); }

    /// Checks all plugins; the timer calls it each second.
    void look();

   Q_SIGNALS:
    /// `count` publishes in the last second; 0 when the flood is over.
    void flooding(const QString& pluginId, quint64 count);

   private:
    struct Seen {
        quint64 publishes = 0;  ///< at the last check, in that run
        bool isFlooding = false;
    };

    const Plugins& m_plugins;
    QTimer m_timer;
    std::map<QString, Seen> m_seen;
};

}  // namespace fos1::host
