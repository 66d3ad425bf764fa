// SPDX-License-Identifier: GPL-2.0-or-later
// What unbound says and takes over its control socket (unbound-control(8)): lines of local data. Pure.
#pragma once

#include "core/zone_table.h"

namespace fos1::dns {

/// The answer to list_local_data: what unbound has at each name within `zone`. Lines that are no records are left out.
[[nodiscard]] Knowledge parseLocalData(const QByteArray& answer, const DnsName& zone);

/// "ok", "added N datas", "removed N datas"; an error with unbound's words otherwise.
[[nodiscard]] Result<void> parseDone(const QByteArray& answer);

/// unbound can remove only all data of a name: the names to be removed, and the lines to be added after that.
struct LocalChange {
    QByteArray removals;   ///< for local_datas_remove
    QByteArray additions;  ///< for local_datas
};
[[nodiscard]] LocalChange localChange(const std::map<DnsName, NameStep>& steps, const Knowledge& known, quint32 ttl);

}  // namespace fos1::dns
