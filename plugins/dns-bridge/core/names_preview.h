// SPDX-License-Identifier: GPL-2.0-or-later
// Says in words which names and records other offers would add and remove. Pure. Must not know servers.
#pragma once

#include <QCborMap>

#include "core/dns_plan.h"
#include "core/published_book.h"

namespace fos1::dns {

/// `zones`: the names of the zones, in the order of the plans. Names that somebody else owns are left out, as `book`
/// knows them. The answer of IPreviewer::preview(); empty when nothing would change.
[[nodiscard]] QCborMap describeNames(const QStringList& zones, const ZonePlans& now, const ZonePlans& then,
                                     const PublishedBook& book);

}  // namespace fos1::dns
