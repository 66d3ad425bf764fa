// SPDX-License-Identifier: MIT
// Subscribes to time.sync/v1 and publishes a sentence about it.
#pragma once

#include <QObject>
#include <map>
#include <memory>
#include <optional>

#include "fos1/page.h"
#include "fos1/plugin.h"
#include "fos1/topic.h"
#include "time/sync_state.h"

class HelloPlugin : public QObject, public fos1::IPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID FOS1_PLUGIN_IID FILE "fos1_metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override;
    void reconcile(const QCborMap& snapshot, quint64 ticket) override;
    void stop(quint64 ticket) override;
    fos1::IInterface* query(const QString& iid) override;

   private:
    void onSync(const QString& service, const fos1::TopicState<fos1::time::SyncState>& state);
    void report();

    [[nodiscard]] QCborMap page() const;

    std::optional<fos1::HostView> m_host;
    std::map<QString, QString> m_sentences;  // by time service
    std::optional<fos1::SeriesFamily> m_fit;
    fos1::Metric::Series m_fitness;
    fos1::page::Book m_pages;
    std::unique_ptr<fos1::Subscription<fos1::time::SyncState>> m_sync;
};
