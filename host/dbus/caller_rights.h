// SPDX-License-Identifier: GPL-2.0-or-later
// Which callers on the bus may act, according to the credentials that the bus reports.
#pragma once

#include <sdbus-c++/Message.h>
#include <sys/types.h>

#include <QString>
#include <optional>
#include <vector>

namespace fos1::host::dbus {

/// Credentials of a sender, as the bus reports them.
struct Credentials {
    std::optional<uid_t> user;
    std::vector<gid_t> groups;  ///< primary and supplementary; empty when the bus does not know them
};

/// Reads the reply to org.freedesktop.DBus.GetConnectionCredentials. Throws sdbus::Error.
[[nodiscard]] Credentials readCredentials(sdbus::Message& reply);

/// True for root, `ownUser` and members of `group`; false for a caller whose user is unknown.
[[nodiscard]] bool mayAct(const Credentials& caller, uid_t ownUser, std::optional<gid_t> group);

/// The id of a group; nothing when the name is empty or the group does not exist.
[[nodiscard]] std::optional<gid_t> groupId(const QString& name);

}  // namespace fos1::host::dbus
