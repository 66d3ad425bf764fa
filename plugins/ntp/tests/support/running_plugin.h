// SPDX-License-Identifier: GPL-2.0-or-later
// The ntp plugin as the host loads it, from its .so, with a real chronyd in a directory of its own; and objects for it.
#pragma once

#include "fos1/testing/plugin_harness.h"
#include "test_tree.h"
#include "time/sync_state.h"
#include "tree.h"
#include "upstream.h"

namespace fos1::ntp::test {

inline const QString kName = QStringLiteral("main");

inline QCborMap object(const QCborMap& spec, qint64 generation = 1, const QString& name = kName) {
    return {{QStringLiteral("apiVersion"), QStringLiteral("ntp.fos1.io/v1alpha1")},
            {QStringLiteral("kind"), QStringLiteral("NTPService")},
            {QStringLiteral("metadata"), QCborMap{{QStringLiteral("name"), name},
                                                  {QStringLiteral("namespace"), QStringLiteral("default")},
                                                  {QStringLiteral("generation"), generation}}},
            {QStringLiteral("spec"), spec}};
}

inline QCborMap server(const QString& address, quint16 port) {
    return {{QStringLiteral("address"), address},
            {QStringLiteral("port"), port},
            {QStringLiteral("iburst"), true},
            {QStringLiteral("minpoll"), -2},
            {QStringLiteral("maxpoll"), -2}};
}

/// The port that every spec of this process has, unless it says otherwise: another one would be a change.
inline quint16 servicePort() {
    static const quint16 kPort = freeUdpPort();
    return kPort;
}

inline QCborMap spec(const QCborArray& servers, QCborMap more = {}) {
    more.insert(QStringLiteral("sources"), QCborMap{{QStringLiteral("servers"), servers}});
    if (!more.contains(QStringLiteral("server")))
        more.insert(QStringLiteral("server"), QCborMap{{QStringLiteral("port"), servicePort()}});
    return more;
}

inline fos1::testing::HarnessOptions options(const TestTree& tree, const QString& chronyd = {}) {
    fos1::testing::HarnessOptions options;
    options.configuration = {{QStringLiteral("clockControl"), false},
                             {QStringLiteral("chronyd"), chronyd.isEmpty() ? chronydPath() : chronyd},
                             {QStringLiteral("user"), ntp::test::chronydUser()}};
    options.stateDirectory = tree.directory(QStringLiteral("state"));
    options.runtimeDirectory = tree.directory(QStringLiteral("run"));
    return options;
}

/// The plugin, started, in directories that chronyd's user can reach.
class Running {
   public:
    /// `chronyd`: another program than the real one.
    explicit Running(const QString& chronyd = {})
        : m_harness(tree::builtPlugin(QStringLiteral("ntp")), options(m_tree, chronyd)), startError(m_harness.error()) {
        if (startError.isEmpty()) startError = m_harness.start();
    }

    [[nodiscard]] fos1::testing::FakeHost& host() { return m_harness.host(); }
    [[nodiscard]] fos1::testing::FakeStatus& status() { return m_harness.host().status; }
    [[nodiscard]] fos1::testing::FakeMetrics& metrics() { return m_harness.host().metrics; }
    [[nodiscard]] std::optional<time::SyncState> sync(const QString& key) {
        return host().bus.decoded<time::SyncState>(key);
    }
    /// Reconciles and waits for the outcome.
    fos1::testing::Completion reconciled(const QCborArray& objects) { return m_harness.reconcile(objects); }
    fos1::testing::Completion changed(const QCborArray& objects, const std::vector<ObjectKey>& removed = {}) {
        return m_harness.reconcileChanges(objects, removed);
    }
    /// The same without waiting.
    quint64 begin(const QCborArray& objects) { return m_harness.beginReconcile(objects); }
    fos1::testing::Completion wait(quint64 ticket) { return m_harness.wait(ticket, std::chrono::seconds(10)); }
    /// Waits for the page, or its error.
    [[nodiscard]] QCborMap page(const QString& name, const QString& argument = {}) {
        return m_harness.page(name, argument).value_or(QCborMap());
    }
    fos1::testing::Completion finish() { return m_harness.stop(); }

    [[nodiscard]] QList<int> processes() const { return processesWith(host_configFile()); }
    [[nodiscard]] QString host_configFile() const { return m_tree.path() + QStringLiteral("/run/chrony.conf"); }
    [[nodiscard]] const TestTree& tree() const { return m_tree; }

   private:
    TestTree m_tree;
    fos1::testing::PluginHarness m_harness;

   public:
    QString startError;
};

}  // namespace fos1::ntp::test
