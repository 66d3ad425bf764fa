// SPDX-License-Identifier: GPL-2.0-or-later
// Makes every query that a source of desired state may make, and receives the events that it records itself.
#include "bad_plugin.h"

class Plugin : public bad::BadPlugin, public fos1::IEventListener {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        auto* feed = fos1::feature<fos1::IEventFeed>(*host);
        auto* catalog = fos1::feature<fos1::ISpecCatalog>(*host);
        QStringList kinds;
        for (const QCborValue& value : catalog->kinds().value(QStringLiteral("kinds")).toArray())
            kinds.append(value.toMap().value(QStringLiteral("plural")).toString());
        m_text = QStringLiteral("kinds %1, pending %2, subscribe %3 %4")
                     .arg(kinds.join(u' '))
                     .arg(catalog->pending(QStringLiteral("nobody.io/v1"), QStringLiteral("Knows")))
                     .arg(feed->subscribe(nullptr))
                     .arg(feed->subscribe(this));
        m_host->normal(QStringLiteral("Curious"), QStringLiteral("here I am"));
        return {};
    }

    void onEvent(const QCborMap& event) override {
        if (event.value(QStringLiteral("reason")).toString() != QStringLiteral("Curious")) return;
        report(QStringLiteral("%1, event of %2: %3")
                   .arg(m_text, event.value(QStringLiteral("source")).toString(),
                        event.value(QStringLiteral("message")).toString()));
    }

   private:
    QString m_text;
};

#include "curious_source.moc"
