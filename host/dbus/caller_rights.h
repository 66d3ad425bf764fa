// SPDX-License-Identifier: GPL-2.0-or-later
// Who on the bus may act, by what the bus itself says of him.
#pragma once

#include <sdbus-c++/Message.h>
#include <sys/types.h>

#include <QString>
#include <optional>
#include <vector>

namespace fos1::host::dbus {

/// Of a sender, as the bus gives it.
struct Credentials {
    std::optional<uid_t> user;
    std::vector<gid_t> groups;  ///< primary and supplementary; empty when the bus does not know
};

/// Reads the reply to org.freedesktop.DBus.GetConnectionCredentials. Throws sdbus::Error.
[[nodiscard]] Credentials readCredentials(sdbus::Message& reply);

/// Root, `ownUser` and the members of `group` may; who is not known may not.
[[nodiscard]] bool mayAct(const Credentials& caller, uid_t ownUser, std::optional<gid_t> group);

/// The id of a group; nothing when it is empty or there is no such group.
[[nodiscard]] std::optional<gid_t> groupId(const QString& name);

}  // namespace fos1::host::dbus
