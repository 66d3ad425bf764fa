// SPDX-License-Identifier: MIT
// Runs one plugin against a FakeHost: loads it as the host does, calls start, reconcile and stop, and turns the event
// loop until they are answered or their time is over. Needs a QCoreApplication.
#pragma once

#include <QCborArray>
#include <QJsonObject>
#include <QPluginLoader>
#include <QTemporaryDir>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "fos1/iplugin.h"
#include "fos1/testing/fake_host.h"

namespace fos1::testing {

struct HarnessOptions {
    /// The plugin's section of host.yaml; defaults of its schema are filled in, nothing is checked.
    QCborMap configuration;
    /// Empty: a directory in a temporary one, made and removed by the harness.
    QString stateDirectory;
    QString runtimeDirectory;
    std::chrono::milliseconds reconcileDeadline{5000};
    std::chrono::milliseconds stopDeadline{2000};
};

class PluginHarness {
   public:
    /// Loads a shared object, every symbol of it at once. It is never unloaded, but each harness of a file makes a new
    /// plugin object; two at a time would share one.
    explicit PluginHarness(const QString& file, const HarnessOptions& options = {});
    /// `plugin` is not owned and outlives the harness. `metadata` as its author wrote it.
    PluginHarness(IPlugin& plugin, QJsonObject metadata, const HarnessOptions& options = {});
    /// Stops the plugin when the test has not.
    ~PluginHarness();
    PluginHarness(const PluginHarness&) = delete;
    PluginHarness& operator=(const PluginHarness&) = delete;

    /// Empty when the plugin is there, else why it could not be loaded; nothing else may be used then.
    [[nodiscard]] QString error() const { return m_error; }
    [[nodiscard]] const QJsonObject& metadata() const { return m_metadata; }
    [[nodiscard]] IPlugin& plugin() { return *m_plugin; }
    [[nodiscard]] FakeHost& host() { return *m_host; }
    [[nodiscard]] QString stateDirectory() const { return m_stateDirectory; }
    [[nodiscard]] QString runtimeDirectory() const { return m_runtimeDirectory; }

    /// What start() answered: empty when the plugin runs. Metrics are frozen afterwards.
    QString start();

    /// Hands over the whole desired state and waits for the answer. Outcome::Unknown: none came in time.
    Completion reconcile(const QCborArray& objects = {});
    /// What came or changed, and the keys of what went since (IChangeReconciler). The
    /// first time, that is everything.
    Completion reconcileChanges(const QCborArray& objects, const std::vector<ObjectKey>& removed = {});
    /// The same without waiting; see wait().
    quint64 beginReconcile(const QCborArray& objects);

    /// The plugin's page, or the document that says why there is none; nothing: no answer in time, or no pages.
    std::optional<QCborMap> page(const QString& name, const QString& argument = {});

    /// Ends the plugin; the second call answers as the first one.
    Completion stop();

    /// Turns the loop until `ticket` is completed, or the deadline has passed.
    Completion wait(quint64 ticket, std::chrono::milliseconds deadline);
    /// Turns the loop until `condition` holds; false when the deadline has passed.
    static bool waitFor(const std::function<bool()>& condition, std::chrono::milliseconds deadline);
    /// Lets everything that is due now be delivered: two turns of the loop.
    static void settle();

   private:
    void setUp(const HarnessOptions& options);

    HarnessOptions m_options;
    QString m_error;
    QJsonObject m_metadata;
    QTemporaryDir m_dir;
    QString m_stateDirectory;
    QString m_runtimeDirectory;
    std::unique_ptr<QPluginLoader> m_loader;
    std::unique_ptr<FakeHost> m_host;
    IPlugin* m_plugin = nullptr;
    bool m_isRunning = false;
    Completion m_stopped;
};

}  // namespace fos1::testing
