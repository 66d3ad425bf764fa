// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the host is ready and healthy, computed from its plugins and its queue. All faces show the same answer.
#pragma once

#include <QDateTime>
#include <QElapsedTimer>
#include <QString>
#include <QStringList>

namespace fos1::host {

class PluginSupervisor;
class ReconcileQueue;

enum class HostState { Unknown = 0, Starting, Running, Degraded, Stopping };
QString toText(HostState state);

class HostHealth {
   public:
    HostHealth(const PluginSupervisor& plugins, const ReconcileQueue& queue) : m_plugins(plugins), m_queue(queue) {
        m_uptime.start();
    }

    void setStarted() { m_isStarted = true; }
    void setStopping() { m_isStopping = true; }

    [[nodiscard]] HostState state() const;

    /// The reasons why the host is not ready; empty when it is ready.
    [[nodiscard]] QStringList notReady() const;
    [[nodiscard]] qint64 uptimeSeconds() const { return m_uptime.elapsed() / 1000; }

    /// The address of the HTTP face, for people; empty when it is off.
    QString httpUrl;

    /// The state of the D-Bus face, for people.
    QString dbus = QStringLiteral("off");

   private:
    const PluginSupervisor& m_plugins;
    const ReconcileQueue& m_queue;
    QElapsedTimer m_uptime;
    bool m_isStarted = false;
    bool m_isStopping = false;
};

}  // namespace fos1::host
