// SPDX-License-Identifier: GPL-2.0-or-later
// A plugin in the host's own process. Every call is timed, and an exception that escapes is the plugin's failure.
#pragma once

#include <QPluginLoader>
#include <functional>

#include "fos1/features/change_reconciler.h"
#include "fos1/features/spec_source.h"
#include "fos1/iplugin.h"
#include "plugins/plugin_instance.h"

namespace fos1::host {

class LocalInstance final : public PluginInstance {
    Q_OBJECT
   public:
    explicit LocalInstance(std::unique_ptr<PluginFacade> facade);
    /// Deletes the plugin's root object; its code stays mapped.
    ~LocalInstance() override;

    /// Loads the plugin. Returns an empty string, or why it cannot be loaded.
    QString load(const QString& file);

    void start() override;
    void reconcile(const QCborMap& snapshot, Ticket ticket) override;
    bool takesChanges() override { return changeReconciler() != nullptr; }
    void changed(const QCborMap& object) override;
    void removed(const ObjectKey& key) override;
    void reconcileChanges(Ticket ticket) override;
    void stop(Ticket ticket) override;
    bool abandon() override { return false; }
    Errors validate(const QCborMap& object) override;
    std::optional<QCborMap> preview(const QCborMap& snapshot) override;
    [[nodiscard]] bool isToBeAsked(const char* iid) const override;
    bool askPage(quint64 question, const QString& name, const QString& argument) override;
    bool isWriter() override { return writer() != nullptr; }
    void write(const QCborMap& object, Ticket ticket) override;
    void erase(const QCborMap& object, Ticket ticket) override;
    bool isMerger() override { return merger() != nullptr; }
    void merge(const QCborMap& change, Ticket ticket) override;

    /// Calls into the plugin. `what` names the call for people.
    void call(const char* what, const std::function<void()>& act);

   private:
    ISpecWriter* writer();
    ISpecMerger* merger();
    IChangeReconciler* changeReconciler();

    QPluginLoader m_loader;
    IPlugin* m_plugin = nullptr;  ///< owned by Qt's loader
    bool m_isStarted = false;
};

}  // namespace fos1::host
