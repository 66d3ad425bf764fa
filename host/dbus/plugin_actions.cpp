// SPDX-License-Identifier: GPL-2.0-or-later
#include "dbus/plugin_actions.h"

#include <sdbus-c++/Error.h>
#include <unistd.h>

#include <QPointer>

#include "dbus/bus_link.h"
#include "dbus/caller_rights.h"
#include "fos1/logging.h"
#include "plugins/plugin_supervisor.h"

namespace fos1::host::dbus {

namespace {
FOS1_LOG(lcActions, "host.dbus.actions")

constexpr const char* kAccessDenied = "org.freedesktop.DBus.Error.AccessDenied";
constexpr const char* kLimitsExceeded = "org.freedesktop.DBus.Error.LimitsExceeded";
constexpr const char* kFailed = "io.fos1.Error.Failed";

/// If the connection is lost, the link detects it by itself.
void reportUnsent(const sdbus::Error& error) {
    qCDebug(lcActions).noquote() << "reply not sent:" << QString::fromStdString(error.getMessage());
}
}  // namespace

PluginActions::PluginActions(PluginSupervisor& plugins, BusLink& link, QObject* parent)
    : QObject(parent), m_plugins(plugins), m_link(link) {}

void PluginActions::act(const QString& pluginId, const std::string& method, sdbus::MethodCall call) {
    if (m_calls.size() >= kMaxPending)
        return sendError(call, kLimitsExceeded, "too many calls are in progress; try again");
    const std::string sender = call.getSender();
    const quint64 id = ++m_lastId;
    m_calls.emplace(id, std::move(call));
    m_link.ask(
        "GetConnectionCredentials", [&](sdbus::MethodCall& question) { question << sender; },
        [self = QPointer(this), id, pluginId, method](Result<sdbus::MethodReply> reply) {
            if (!self) return;
            const Credentials caller = reply ? readCredentials(*reply) : Credentials{};
            if (!mayAct(caller, ::geteuid(), self->m_group))
                return self->refuse(
                    id, kAccessDenied,
                    method + " is allowed only for root, the host's own user and members of control.group");
            self->run(id, pluginId, method);
        });
}

void PluginActions::run(quint64 id, const QString& pluginId, const std::string& method) {
    qCInfo(lcActions).noquote() << "requested over D-Bus action=" + QString::fromStdString(method)
                                << "plugin=" + pluginId;
    // The supervisor may answer immediately, later, or after this object is deleted.
    const auto done = [self = QPointer(this), id](Outcome outcome, const QString& message) {
        if (!self) return;
        if (outcome == Outcome::Ok) return self->answer(id);
        self->refuse(id, kFailed, message.isEmpty() ? "the action failed" : message.toStdString());
    };
    if (method == "Start") return m_plugins.startPlugin(pluginId, done);
    if (method == "Stop") return m_plugins.stopPlugin(pluginId, done);
    m_plugins.restartPlugin(pluginId, done);
}

void PluginActions::answer(quint64 id) {
    const auto call = m_calls.extract(id);
    if (!call) return;
    try {
        call.mapped().createReply().send();
    } catch (const sdbus::Error& error) {
        reportUnsent(error);
    }
    m_link.arm();
}

void PluginActions::refuse(quint64 id, const char* name, const std::string& message) {
    const auto call = m_calls.extract(id);
    if (call) sendError(call.mapped(), name, message);
}

void PluginActions::sendError(const sdbus::MethodCall& call, const char* name, const std::string& message) {
    try {
        call.createErrorReply(sdbus::Error(name, message)).send();
    } catch (const sdbus::Error& error) {
        reportUnsent(error);
    }
    m_link.arm();
}

}  // namespace fos1::host::dbus
