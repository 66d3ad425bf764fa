// SPDX-License-Identifier: GPL-2.0-or-later
// Crashes some time after its start, every time.
#include <signal.h>

#include <QTimer>

#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        QTimer::singleShot(20, this, [] {
            ::signal(SIGSEGV, SIG_DFL);
            ::raise(SIGSEGV);
        });
        return {};
    }
};

#include "crashes_in_timer.moc"
