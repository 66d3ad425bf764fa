// SPDX-License-Identifier: GPL-2.0-or-later
// The page of one source: everything that chronyd reports of it. Pure.
#pragma once

#include "pages/service_pages.h"

namespace fos1::ntp {

/// `source`: a name or an address; all sources of that name are shown. A document, or an error that lists the names.
[[nodiscard]] QCborMap sourcePage(const PageFacts& facts, const QString& source);

}  // namespace fos1::ntp
