// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/flood_watch.h"

namespace fos1::host {

FloodWatch::FloodWatch(const Plugins& plugins, QObject* parent) : QObject(parent), m_plugins(plugins) {
    connect(&m_timer, &QTimer::timeout, this, &FloodWatch::look);
}

void FloodWatch::look() {
    for (const auto& record : m_plugins) {
        Seen& seen = m_seen[record->id];
        const quint64 total = record->instance ? record->instance->facade().publishes() : 0;
        const quint64 before = std::exchange(seen.publishes, total);
        // A smaller total belongs to another run, which counts from 0.
        const quint64 count = total < before ? total : total - before;
        const bool isFlooding = count >= kFlood;
        if (isFlooding == seen.isFlooding) continue;
        seen.isFlooding = isFlooding;
        Q_EMIT flooding(record->id, isFlooding ? count : 0);
    }
}

}  // namespace fos1::host
