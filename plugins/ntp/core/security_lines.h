// SPDX-License-Identifier: GPL-2.0-or-later
// Selection of sources, NTS and rate limits as lines of chrony.conf(5), and what of them must be left out. Pure.
#pragma once

#include "core/chrony_plan.h"
#include "core/config_text.h"

namespace fos1::ntp {

/// What decides between the sources.
void writeSelection(ConfigText& out, const NtpServiceSpec& spec);

/// The directory for cookies stands there always, so that a source that uses NTS can come without a restart.
void writeNts(ConfigText& out, const NtsSpec& nts, const ChronyPaths& paths, const Materials& materials,
              std::vector<LeftOut>& leftOut);

void writeRateLimit(ConfigText& out, const RateLimitSpec& limit, const ChronyVersion& version,
                    std::vector<LeftOut>& leftOut);

}  // namespace fos1::ntp
