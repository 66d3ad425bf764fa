// SPDX-License-Identifier: GPL-2.0-or-later
// Short notations for changes of links and addresses, for tests without a kernel.
#pragma once

#include "model/link_table.h"

namespace fos1::vlan::test {

inline Change link(int index, const char* name, LinkState state = LinkState::Up) {
    return LinkChange{{index, QString::fromLatin1(name), 0, std::nullopt, state}};
}

inline Change vlanLink(int index, const QString& name, int parent, quint16 id,
                       TagProtocol protocol = TagProtocol::Ieee8021Q, LinkState state = LinkState::Up) {
    return LinkChange{{index, name, parent, VlanTag{VlanId{id}, protocol}, state}};
}

inline Change noLink(int index) { return LinkChange{{index, {}, 0, std::nullopt, LinkState::Unknown}, false}; }

/// `own` and `broadcast` must be valid.
inline Change address(int index, const char* own, const char* broadcast = nullptr) {
    LinkAddress address{*InterfaceAddress::parse(QString::fromLatin1(own)), std::nullopt};
    if (broadcast) address.broadcast = IpAddress::parse(QString::fromLatin1(broadcast));
    return AddressChange{index, address};
}

inline Change noAddress(int index, const char* own) {
    return AddressChange{index, {*InterfaceAddress::parse(QString::fromLatin1(own)), std::nullopt}, false};
}

}  // namespace fos1::vlan::test
