// SPDX-License-Identifier: GPL-2.0-or-later
// The plugin as the host calls it.
#pragma once

#include <QObject>
#include <memory>
#include <optional>

#include "fos1/features/previewer.h"
#include "fos1/page.h"
#include "fos1/plugin.h"

namespace fos1::dns {

class DnsBridge;

class DnsBridgePlugin final : public QObject, public IPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID FOS1_PLUGIN_IID FILE "fos1_metadata.json")
    Q_INTERFACES(fos1::IPlugin)

   public:
    DnsBridgePlugin();
    ~DnsBridgePlugin() override;

    QString start(IHost* host) override;
    void reconcile(const QCborMap& snapshot, quint64 ticket) override;
    void stop(quint64 ticket) override;
    IInterface* query(const QString& iid) override;

   private:
    class Previewer final : public IPreviewer {
       public:
        explicit Previewer(const DnsBridgePlugin& plugin) : m_plugin(plugin) {}
        QCborMap preview(const QCborMap& snapshot) override;

       private:
        const DnsBridgePlugin& m_plugin;
    };

    page::Book m_pages;
    Previewer m_previewer{*this};
    std::optional<HostView> m_host;
    std::unique_ptr<DnsBridge> m_bridge;
};

}  // namespace fos1::dns
