// SPDX-License-Identifier: GPL-2.0-or-later
// Never completes stop().
#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        m_host->bus().publish("never-stops.state/v1", "k", {}, 0);
        return {};
    }
    void stop(quint64 /*ticket*/) override {}
};

#include "never_stops.moc"
