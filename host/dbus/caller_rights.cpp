// SPDX-License-Identifier: GPL-2.0-or-later
#include "dbus/caller_rights.h"

#include <grp.h>
#include <sdbus-c++/Types.h>

#include <algorithm>
#include <map>

namespace fos1::host::dbus {

Credentials readCredentials(sdbus::Message& reply) {
    std::map<std::string, sdbus::Variant> entries;
    reply >> entries;
    Credentials credentials;
    const auto user = entries.find("UnixUserID");
    if (user != entries.end() && user->second.containsValueOfType<std::uint32_t>())
        credentials.user = user->second.get<std::uint32_t>();
    const auto groups = entries.find("UnixGroupIDs");
    if (groups != entries.end() && groups->second.containsValueOfType<std::vector<std::uint32_t>>())
        credentials.groups = groups->second.get<std::vector<std::uint32_t>>();
    return credentials;
}

bool mayAct(const Credentials& caller, uid_t ownUser, std::optional<gid_t> group) {
    if (!caller.user) return false;
    if (*caller.user == 0 || *caller.user == ownUser) return true;
    return group && std::find(caller.groups.begin(), caller.groups.end(), *group) != caller.groups.end();
}

std::optional<gid_t> groupId(const QString& name) {
    if (name.isEmpty()) return {};
    const ::group* entry = ::getgrnam(name.toLocal8Bit().constData());
    return entry ? std::optional<gid_t>(entry->gr_gid) : std::nullopt;
}

}  // namespace fos1::host::dbus
