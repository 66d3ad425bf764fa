// SPDX-License-Identifier: GPL-2.0-or-later
// Wires the parts together: desired state in, chronyd run, its state out. Every decision is made in core/.
#pragma once

#include <QObject>
#include <memory>
#include <optional>

#include "fos1/features/change_reconciler.h"
#include "fos1/features/previewer.h"
#include "fos1/page.h"
#include "fos1/plugin.h"

namespace fos1::ntp {

class TimeService;
struct PageFacts;

class NtpPlugin final : public QObject, public IPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID FOS1_PLUGIN_IID FILE "fos1_metadata.json")
    Q_INTERFACES(fos1::IPlugin)

   public:
    NtpPlugin();
    ~NtpPlugin() override;

    QString start(IHost* host) override;
    void reconcile(const QCborMap& snapshot, quint64 ticket) override;
    void stop(quint64 ticket) override;
    IInterface* query(const QString& iid) override;

   private:
    /// Pure: also used without start().
    class Validator final : public IValidator {
       public:
        QCborMap validate(const QCborMap& object) override;
    };

    class Previewer final : public IPreviewer {
       public:
        explicit Previewer(const NtpPlugin& plugin) : m_plugin(plugin) {}
        QCborMap preview(const QCborMap& snapshot) override;

       private:
        const NtpPlugin& m_plugin;
    };

    class ChangeReconciler final : public IChangeReconciler {
       public:
        explicit ChangeReconciler(NtpPlugin& plugin) : m_plugin(plugin) {}
        void changed(const QCborMap& object) override;
        void removed(const QCborMap& key) override;
        void reconcileChanges(quint64 ticket) override;

       private:
        NtpPlugin& m_plugin;
    };

    void addPage(const QString& name, QCborMap (*write)(const PageFacts&, const QString&));

    Validator m_validator;
    Previewer m_previewer{*this};
    ChangeReconciler m_changeReconciler{*this};
    page::Book m_pages;
    std::optional<HostView> m_host;
    std::unique_ptr<TimeService> m_service;
};

}  // namespace fos1::ntp
