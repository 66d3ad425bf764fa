// SPDX-License-Identifier: GPL-2.0-or-later
// The page of the bridge (fos1/page.h): what DHCP tells the clients of each VLAN. Pure.
#pragma once

#include <QCborMap>

#include "core/told_book.h"

namespace fos1::dhcp {

/// `states`: of all VLANs. `rows`: of all servers. `vlan`: the name of one VLAN; empty: tables of all. An error when
/// the VLAN is unknown. `now`: Unix time in seconds.
[[nodiscard]] QCborMap toldPage(const std::map<QString, ToldState>& states,
                                const std::map<QString, std::vector<ToldRow>>& rows, const QString& vlan, qint64 now);

}  // namespace fos1::dhcp
