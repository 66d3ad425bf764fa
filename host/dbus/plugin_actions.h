// SPDX-License-Identifier: GPL-2.0-or-later
// Start, Stop and Restart of a plugin over D-Bus: queries the caller's credentials from the bus, calls the supervisor,
// then replies.
#pragma once

#include <sdbus-c++/Message.h>
#include <sys/types.h>

#include <QObject>
#include <map>
#include <optional>
#include <string>

#include "fos1/interface.h"

namespace fos1::host {
class PluginSupervisor;
}

namespace fos1::host::dbus {

class BusLink;
struct Credentials;

class PluginActions : public QObject {
    Q_OBJECT
   public:
    static constexpr std::size_t kMaxPending = 64;

    /// `plugins` and `link` outlive this object.
    PluginActions(PluginSupervisor& plugins, BusLink& link, QObject* parent = nullptr);

    /// Sets the group whose members may act, besides root and our own user.
    void setGroup(std::optional<gid_t> group) { m_group = group; }

    [[nodiscard]] static std::vector<std::string> methods() { return {"Start", "Stop", "Restart"}; }

    /// `call` is answered later, exactly once.
    void act(const QString& pluginId, const std::string& method, sdbus::MethodCall call);

    /// Drops calls under way when the connection closes: they are never answered.
    void forget() { m_calls.clear(); }

   private:
    void run(quint64 id, const QString& pluginId, const std::string& method);
    void answer(quint64 id);
    void refuse(quint64 id, const char* name, const std::string& message);
    void sendError(const sdbus::MethodCall& call, const char* name, const std::string& message);

    PluginSupervisor& m_plugins;
    BusLink& m_link;
    std::optional<gid_t> m_group;
    std::map<quint64, sdbus::MethodCall> m_calls;
    quint64 m_lastId = 0;
};

}  // namespace fos1::host::dbus
