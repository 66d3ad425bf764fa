// SPDX-License-Identifier: GPL-2.0-or-later
// Blocks the event loop for a while.
#include <QThread>

#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    void reconcile(const QCborMap& /*snapshot*/, quint64 ticket) override {
        QThread::msleep(80);
        m_host->succeed(ticket);
    }
};

#include "slow.moc"
