// SPDX-License-Identifier: GPL-2.0-or-later
// Publishes topics of other plugins, and values above the size limit.
#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        fos1::IBus& bus = m_host->bus();
        const QCborMap big{{QStringLiteral("blob"), QByteArray(2 << 20, 'x')}};
        report(QStringLiteral("foreign %1, big %2, no key %3, subscribe %4, retract %5")
                   .arg(bus.publish("time.sync/v1", "main", {}, 0))
                   .arg(bus.publish("mine.state/v1", "k", big, 0))
                   .arg(bus.publish("mine.state/v1", "", {}, 0))
                   .arg(bus.subscribe("time.sync/v1", nullptr))
                   .arg(bus.retract("mine.state/v1", "nothing", "")));
        return {};
    }
};

#include "foreign_topic.moc"
