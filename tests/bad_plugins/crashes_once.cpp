// SPDX-License-Identifier: GPL-2.0-or-later
// Crashes in its first run and reports in the second one what it received.
#include <signal.h>

#include <QFile>
#include <QTimer>

#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    void reconcile(const QCborMap& snapshot, quint64 ticket) override {
        const auto count = static_cast<qint64>(fos1::desiredObjects(snapshot).size());
        QFile marker(m_host->host().stateDirectory() + "/crashed");
        const qint64 life = marker.exists() ? 2 : 1;
        m_host->bus().publish("crashes-once.state/v1", "all",
                              {{QStringLiteral("objects"), count}, {QStringLiteral("life"), life}}, 0);
        m_host->succeed(ticket);
        if (life == 2 || count == 0 || !marker.open(QIODevice::WriteOnly)) return;
        QTimer::singleShot(1000, this, [] {
            ::signal(SIGSEGV, SIG_DFL);
            ::raise(SIGSEGV);
        });
    }
};

#include "crashes_once.moc"
