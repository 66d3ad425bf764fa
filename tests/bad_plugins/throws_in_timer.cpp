// SPDX-License-Identifier: GPL-2.0-or-later
// Throws from a timer, where no function of the host is on the stack.
#include <QTimer>
#include <stdexcept>

#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        QTimer::singleShot(10, this, [] { throw std::runtime_error("no time"); });
        return {};
    }
};

#include "throws_in_timer.moc"
