// SPDX-License-Identifier: GPL-2.0-or-later
// Reports when each change of an NTPClient's spec reaches it: sends a datagram "NAME GENERATION MONOTONIC_NS" to the
// Unix socket in its options.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <QObject>
#include <algorithm>
#include <chrono>

#include "fos1/desired.h"
#include "fos1/features/change_reconciler.h"
#include "fos1/plugin.h"

class ArrivalPlugin : public QObject, public fos1::IPlugin, public fos1::IChangeReconciler {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID FOS1_PLUGIN_IID FILE "fos1_metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    ~ArrivalPlugin() override { ::close(m_socket); }

    QString start(fos1::IHost* host) override {
        m_host = host;
        const QByteArray path = host->configuration().value(QStringLiteral("socket")).toString().toUtf8();
        m_socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        m_to.sun_family = AF_UNIX;
        std::copy_n(path.begin(),
                    std::min<std::size_t>(static_cast<std::size_t>(path.size()), sizeof m_to.sun_path - 1),
                    m_to.sun_path);
        return {};
    }
    void reconcile(const QCborMap& /*snapshot*/, quint64 ticket) override { reconcileChanges(ticket); }
    void changed(const QCborMap& object) override {
        const std::chrono::nanoseconds now = std::chrono::steady_clock::now().time_since_epoch();
        const fos1::DesiredObject desired = fos1::DesiredObject::fromCbor(object);
        // Of thousands of new objects at startup, most datagrams would not fit into the socket, and the expected ones
        // would not fit after them.
        if (desired.generation < 2) return;
        const QByteArray text = desired.key.name.toUtf8() + ' ' + QByteArray::number(desired.generation) + ' ' +
                                QByteArray::number(static_cast<qint64>(now.count()));
        static_cast<void>(::sendto(m_socket, text.constData(), static_cast<std::size_t>(text.size()), 0,
                                   reinterpret_cast<const sockaddr*>(&m_to), sizeof m_to));
    }
    void removed(const QCborMap& /*key*/) override {}
    void reconcileChanges(quint64 ticket) override {
        m_host->complete(ticket, static_cast<int>(fos1::Outcome::Ok), 0, {});
    }
    void stop(quint64 ticket) override { m_host->complete(ticket, static_cast<int>(fos1::Outcome::Ok), 0, {}); }
    fos1::IInterface* query(const QString& iid) override {
        return iid == QLatin1String(fos1::IChangeReconciler::kIid) ? static_cast<fos1::IChangeReconciler*>(this)
                                                                   : nullptr;
    }

   private:
    fos1::IHost* m_host = nullptr;
    int m_socket = -1;
    sockaddr_un m_to = {};
};

#include "arrival_plugin.moc"
