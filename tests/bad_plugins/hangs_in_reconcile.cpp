// SPDX-License-Identifier: GPL-2.0-or-later
// Never returns from reconcile().
#include <unistd.h>

#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        m_host->bus().publish("hangs.state/v1", "all", {{QStringLiteral("up"), true}}, 0);
        return {};
    }
    void reconcile(const QCborMap& /*snapshot*/, quint64 /*ticket*/) override {
        for (;;) ::pause();
    }
};

#include "hangs_in_reconcile.moc"
