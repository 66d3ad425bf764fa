// SPDX-License-Identifier: GPL-2.0-or-later
// Exits the process, which it does not own.
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
        QTimer::singleShot(10, this, [] { ::_exit(3); });
        return {};
    }
};

#include "exits.moc"
