// SPDX-License-Identifier: GPL-2.0-or-later
// Leaves a thread behind when it stops. The one that Qt starts for its socket is no leak.
#include <pthread.h>
#include <unistd.h>

#include <QUdpSocket>
#include <thread>

#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        std::thread worker([] {
            ::pthread_setname_np(::pthread_self(), "leaked-worker");
            for (;;) ::pause();
        });
        worker.detach();
        m_socket.bind(QHostAddress::LocalHost, 0);
        return {};
    }

   private:
    QUdpSocket m_socket;
};

#include "leaks_threads.moc"
