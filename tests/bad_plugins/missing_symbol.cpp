// SPDX-License-Identifier: GPL-2.0-or-later
// Needs a function that does not exist.
#include "bad_plugin.h"

extern "C" int fos1NobodyHasThis();

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        return QString::number(fos1NobodyHasThis());
    }
};

#include "missing_symbol.moc"
