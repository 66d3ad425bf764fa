// SPDX-License-Identifier: GPL-2.0-or-later
// A real fos1-hostd in the lab's router, with its configuration in a directory of its own, and ways to query it.
#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <memory>

#include "lab.h"

namespace fos1::system {

/// A plugin beside those of the project.
struct PluginUnderTest {
    QString id;
    QString file;               ///< its shared object
    QByteArray section = "{}";  ///< of host.yaml, in flow style
    QByteArray isolation = {};  ///< likewise; empty: as a stranger's
};

class HostUnderTest {
   public:
    /// `name` is the directory below the lab's. Starts nothing yet.
    HostUnderTest(const lab::Lab& lab, const QString& name);

    /// What the host has logged.
    [[nodiscard]] QByteArray log() const { return m_process ? m_process->log() : QByteArray(); }

    /// Starts the host and waits until it and its plugins run. Otherwise prints the log and returns false.
    bool start(const QStringList& environment = {});
    /// Starts the host without waiting.
    void launch(const QStringList& environment = {});

    /// Sends SIGTERM, or SIGUSR1 as before a restart. Returns the exit code, or -1 after 6 s.
    int stop();
    int stopForRestart();

    /// host.yaml; set it before start(). The default names both plugins and this object's directories.
    QByteArray config;

    /// Puts the shared object where every user can read it, in mine/, and names it in host.yaml. `config` ends within
    /// its section "plugins" then. Before launch().
    void addPlugin(const PluginUnderTest& plugin);
    /// The one of tests/bad_plugins.
    void addPlugin(const QString& name, const QByteArray& isolation = {});

    /// A prefix of the host's command line, such as setpriv(1) and its options.
    QStringList wrapper;

    [[nodiscard]] QString path(const QString& name) const { return m_dir + u'/' + name; }
    [[nodiscard]] QString manifest(const QString& name) const { return m_dir + QStringLiteral("/manifests/") + name; }
    [[nodiscard]] QString socket() const { return m_dir + QStringLiteral("/state/run/control.sock"); }
    /// The path of chronyd's command socket, as the ntp plugin configures it.
    [[nodiscard]] QString chronySocket() const;

    /// A JSON-RPC call. Returns the whole response, empty when there was none.
    [[nodiscard]] QJsonObject call(const QString& method, const QJsonObject& params = {}) const;
    /// The NTPService `name` with its status.
    [[nodiscard]] QJsonObject service(const QString& name) const;
    /// The condition of an object in the result of resource.get or plugin.list.
    [[nodiscard]] static QJsonObject condition(const QJsonArray& conditions, const QString& type);
    [[nodiscard]] QJsonObject pluginCondition(const QString& plugin, const QString& type) const;
    [[nodiscard]] QJsonObject syncState(const QString& name) const;

    /// Runs fos1ctl with this host's socket.
    [[nodiscard]] lab::CommandResult ctl(const QStringList& arguments, const QByteArray& input = {}) const;
    /// Sends a GET request in the router's namespace.
    [[nodiscard]] QByteArray http(const QString& path) const;

    /// Process ids of the chronyd processes that this host runs.
    [[nodiscard]] QList<qint64> chronyds() const;

    [[nodiscard]] lab::Daemon& process() const { return *m_process; }
    [[nodiscard]] bool isRunning() const { return m_process && m_process->isRunning(); }

   private:
    const lab::Lab& m_lab;
    QString m_name;
    QString m_dir;
    QByteArray m_sections;    ///< of added plugins
    QByteArray m_isolations;  ///< likewise
    std::unique_ptr<lab::Daemon> m_process;
};

}  // namespace fos1::system
