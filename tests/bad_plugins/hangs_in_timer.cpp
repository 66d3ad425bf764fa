// SPDX-License-Identifier: GPL-2.0-or-later
// Blocks its event loop forever.
#include <unistd.h>

#include <QTimer>

#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        QTimer::singleShot(10, this, [] {
            for (;;) ::pause();
        });
        return {};
    }
};

#include "hangs_in_timer.moc"
