// SPDX-License-Identifier: GPL-2.0-or-later
// What the last selection made of a source that answers. A part of source_verdict.
#pragma once

#include "core/source_verdict.h"

namespace fos1::ntp {

/// `source` has a selection.
[[nodiscard]] SourceVerdict selectionVerdict(const SourceReport& source, const std::vector<SourceReport>& all,
                                             const SourceStatistics* statistics);

}  // namespace fos1::ntp
