// SPDX-License-Identifier: GPL-2.0-or-later
// Publishes the number of the requested reconcile; crashes when the desired state says so.
#include <signal.h>

#include <QObject>
#include <optional>

#include "fos1/plugin.h"

class EchoPlugin : public QObject, public fos1::IPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID FOS1_PLUGIN_IID FILE "fos1_metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        m_host = host;
        m_bus = fos1::feature<fos1::IBus>(*host);
        return {};
    }
    void reconcile(const QCborMap& snapshot, quint64 ticket) override {
        if (snapshot.value(QStringLiteral("objects")).toArray().contains(QStringLiteral("crash"))) ::raise(SIGKILL);
        m_bus->publish("echo.state/v1", "all", {{QStringLiteral("ticket"), static_cast<qint64>(ticket)}}, 0);
        m_host->complete(ticket, static_cast<int>(fos1::Outcome::Ok), 0, {});
    }
    void stop(quint64 ticket) override { m_host->complete(ticket, static_cast<int>(fos1::Outcome::Ok), 0, {}); }
    fos1::IInterface* query(const QString& /*iid*/) override { return nullptr; }

   private:
    fos1::IHost* m_host = nullptr;
    fos1::IBus* m_bus = nullptr;
};

#include "echo_plugin.moc"
