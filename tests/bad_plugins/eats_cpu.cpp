// SPDX-License-Identifier: GPL-2.0-or-later
// Answers every ping and still uses the CPU without limit.
#include <QElapsedTimer>
#include <QTimer>

#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        m_timer.setInterval(5);
        QObject::connect(&m_timer, &QTimer::timeout, this, [] {
            QElapsedTimer spin;
            spin.start();
            while (spin.elapsed() < 20) {
            }
        });
        m_timer.start();
        return {};
    }

   private:
    QTimer m_timer;
};

#include "eats_cpu.moc"
