// SPDX-License-Identifier: MIT
// Runs one plugin against a FakeHost: loads it as the host does, calls start, reconcile and stop, and runs the event
// loop until they are answered or their deadline passes. Needs a QCoreApplication.
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
    /// The plugin's section of host.yaml. Defaults of its schema are filled in; nothing is checked.
    QCborMap configuration;
    /// Empty: a temporary directory that the harness creates and removes.
    QString stateDirectory;
    QString runtimeDirectory;
    std::chrono::milliseconds reconcileDeadline{5000};
    std::chrono::milliseconds stopDeadline{2000};
};

class PluginHarness {
   public:
    /// Loads a shared object and resolves every symbol. It is never unloaded. Each harness of a file creates a new
    /// plugin object, but two harnesses at a time would share one.
    explicit PluginHarness(const QString& file, const HarnessOptions& options = {});
    /// `plugin` is not owned and outlives the harness. `metadata` as its author wrote it.
    PluginHarness(IPlugin& plugin, QJsonObject metadata, const HarnessOptions& options = {});
    /// Stops the plugin unless the test already has.
    ~PluginHarness();
    PluginHarness(const PluginHarness&) = delete;
    PluginHarness& operator=(const PluginHarness&) = delete;

    /// Empty when the plugin is loaded, otherwise why it could not be; then no other call is allowed.
    [[nodiscard]] QString error() const { return m_error; }
    [[nodiscard]] const QJsonObject& metadata() const { return m_metadata; }
    [[nodiscard]] IPlugin& plugin() { return *m_plugin; }
    [[nodiscard]] FakeHost& host() { return *m_host; }
    [[nodiscard]] QString stateDirectory() const { return m_stateDirectory; }
    [[nodiscard]] QString runtimeDirectory() const { return m_runtimeDirectory; }

    /// The return value of start(): empty when the plugin runs. Metrics are frozen afterwards.
    QString start();

    /// Passes the complete desired state and waits for the completion. Outcome::Unknown: the deadline passed.
    Completion reconcile(const QCborArray& objects = {});
    /// Passes objects that were added or changed, and the keys of removed ones (IChangeReconciler). The first call
    /// passes everything.
    Completion reconcileChanges(const QCborArray& objects, const std::vector<ObjectKey>& removed = {});
    /// The same without waiting; see wait().
    quint64 beginReconcile(const QCborArray& objects);

    /// The plugin's page, or the document with the error; nothing: no answer before the deadline, or no pages.
    std::optional<QCborMap> page(const QString& name, const QString& argument = {});

    /// Stops the plugin. A second call returns the same result.
    Completion stop();

    /// Runs the loop until `ticket` is completed or the deadline has passed.
    Completion wait(quint64 ticket, std::chrono::milliseconds deadline);
    /// Runs the loop until `condition` holds; false when the deadline has passed.
    static bool waitFor(const std::function<bool()>& condition, std::chrono::milliseconds deadline);
    /// Delivers everything that is due now: two turns of the loop.
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
