// SPDX-License-Identifier: GPL-2.0-or-later
// Why a source is used or not, in plain words, from what chronyd says about it and the others. Pure.
#pragma once

#include <vector>

#include "core/observation.h"

namespace fos1::ntp {

struct SourceVerdict {
    QString reason;  ///< one word for machines, such as "Falseticker"; changes only when the cause does
    QString why;     ///< for people who never saw chrony's manual
    bool operator==(const SourceVerdict&) const = default;
};

/// `all`: the sources, this one among them; `statistics`: of as many as are known.
[[nodiscard]] SourceVerdict verdictOn(const SourceReport& source, const std::vector<SourceReport>& all,
                                      const std::vector<SourceStatistics>& statistics);

/// "none", "key" or "nts"; empty when not known.
[[nodiscard]] QString authenticationText(AuthenticationMode mode);

/// In one word, "selected", "falseticker"…, as metrics and tables show it; "unknown".
[[nodiscard]] QString selectionText(SelectionState state);

}  // namespace fos1::ntp
