// SPDX-License-Identifier: GPL-2.0-or-later
// Allocates memory until none is left.
#include <QTimer>
#include <vector>

#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        m_timer.setInterval(20);
        QObject::connect(&m_timer, &QTimer::timeout, this, [this] { m_eaten.emplace_back(2 << 20, 'x'); });
        m_timer.start();
        return {};
    }

   private:
    QTimer m_timer;
    std::vector<QByteArray> m_eaten;
};

#include "eats_memory.moc"
