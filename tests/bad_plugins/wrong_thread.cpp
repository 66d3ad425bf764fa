// SPDX-License-Identifier: GPL-2.0-or-later
// Calls the host from a thread of its own.
#include <thread>

#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        int publish = 0;
        int complete = 0;
        bool isNull = false;
        std::thread other([&] {
            publish = m_host->bus().publish("wrong-thread.state/v1", "k", {}, 0);
            complete = host->complete(1, static_cast<int>(fos1::Outcome::Ok), 0, {});
            isNull = host->query(QString::fromLatin1(fos1::IBus::kIid)) == nullptr;
        });
        other.join();
        report(QStringLiteral("publish %1, complete %2, query %3")
                   .arg(publish)
                   .arg(complete)
                   .arg(isNull ? QStringLiteral("null") : QStringLiteral("an interface")));
        return {};
    }
};

#include "wrong_thread.moc"
