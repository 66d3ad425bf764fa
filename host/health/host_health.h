// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the host is ready and healthy, computed from its plugins, its queue and conditions of services and sources.
// All faces show the same answer. Must not know any kind or plugin.
#pragma once

#include <QCborArray>
#include <QDateTime>
#include <QElapsedTimer>
#include <QString>
#include <QStringList>
#include <map>

#include "fos1/desired.h"

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

    /// Of the host itself and its plugins. A running host is not ready while what it was told to do is not done.
    [[nodiscard]] HostState state() const;

    /// Takes the conditions of an object or plugin, after each change. An object that reports whether it serves clients
    /// (`Serving`) must be `Ready`; a source must report `ManifestsValid`.
    void observe(const ObjectKey& key, const QCborArray& conditions);

    /// The reasons why the host is not ready; empty when it is ready.
    [[nodiscard]] QStringList notReady() const;
    [[nodiscard]] qint64 uptimeSeconds() const { return m_uptime.elapsed() / 1000; }

    /// The address of the HTTP face, for people; empty when it is off.
    QString httpUrl;

    /// The state of the D-Bus face, for people.
    QString dbus = QStringLiteral("off");

   private:
    [[nodiscard]] QStringList hostTroubles() const;

    const PluginSupervisor& m_plugins;
    const ReconcileQueue& m_queue;
    QElapsedTimer m_uptime;
    std::map<ObjectKey, QStringList> m_reported;  ///< why objects and sources are not ready
    bool m_isStarted = false;
    bool m_isStopping = false;
};

}  // namespace fos1::host
