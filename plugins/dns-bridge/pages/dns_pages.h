// SPDX-License-Identifier: GPL-2.0-or-later
// The pages of the bridge (fos1/page.h): which names the zones have of this node, and why not. Pure.
#pragma once

#include <QCborMap>

#include "core/published_book.h"

namespace fos1::dns {

/// `states`: of all VLANs. `vlan`: the name of one VLAN; empty: a table of all names. An error when the VLAN is
/// unknown.
[[nodiscard]] QCborMap publishedPage(const std::map<QString, PublishedState>& states, const PublishedBook& book,
                                     const QString& vlan);

/// Where each zone is kept, and whether it has what it should.
[[nodiscard]] QCborMap zonesPage(const PublishedBook& book);

/// What is to be changed and is not yet, in the language of nsupdate(1).
[[nodiscard]] QCborMap differencePage(const PublishedBook& book);

}  // namespace fos1::dns
