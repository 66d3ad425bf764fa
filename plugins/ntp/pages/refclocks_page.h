// SPDX-License-Identifier: GPL-2.0-or-later
// The page of the attached clocks: what each reports, whether it is used, and why. Pure.
#pragma once

#include "pages/service_pages.h"

namespace fos1::ntp {

/// `name`: the reference ID of one clock; empty: all.
[[nodiscard]] QCborMap refclocksPage(const PageFacts& facts, const QString& name);

}  // namespace fos1::ntp
