// SPDX-License-Identifier: GPL-2.0-or-later
// Publishes excessively.
#include <QTimer>

#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        m_timer.setInterval(0);
        QObject::connect(&m_timer, &QTimer::timeout, this, [this] {
            for (int i = 0; i < 2000; ++i)
                m_host->bus().publish("flood.state/v1", QString::number(i % 10), {{QStringLiteral("n"), ++m_count}}, 0);
        });
        m_timer.start();
        return {};
    }

   private:
    QTimer m_timer;
    qint64 m_count = 0;
};

#include "floods_the_bus.moc"
