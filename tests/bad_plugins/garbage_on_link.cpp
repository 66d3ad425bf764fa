// SPDX-License-Identifier: GPL-2.0-or-later
// Writes to the link without its runner.
#include <unistd.h>

#include <QCoreApplication>
#include <QTimer>

#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        QTimer::singleShot(10, this, [] {
            const QByteArray noise = "this is no frame";
            const int link = QCoreApplication::arguments().value(2).toInt();
            if (::write(link, noise.constData(), static_cast<std::size_t>(noise.size())) < 0) ::_exit(1);
        });
        return {};
    }
};

#include "garbage_on_link.moc"
