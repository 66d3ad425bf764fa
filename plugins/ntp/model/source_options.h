// SPDX-License-Identifier: GPL-2.0-or-later
// The options of pools, servers and peers that are one word, or a word and a number, in chrony.conf(5): one row each.
#pragma once

#include "model/ntp_service_spec.h"
#include "model/value_fields.h"

namespace fos1::ntp {

inline constexpr std::array<FlagField<SourceOptions>, 7> kSourceFlags{{
    {"iburst", &SourceOptions::iburst},
    {"prefer", &SourceOptions::prefer},
    {"noselect", &SourceOptions::noselect},
    {"trust", &SourceOptions::trust},
    {"require", &SourceOptions::require},
    {"xleave", &SourceOptions::xleave},
    {"copy", &SourceOptions::copy},
}};

/// chronyd keeps at most 64 samples, and ignores a maxdelayratio below 1.
inline constexpr std::array<ValueField<SourceOptions>, 12> kSourceValues{{
    {"minpoll", "minpoll", &SourceOptions::minpoll, {kLowestPoll, kHighestPoll}},
    {"maxpoll", "maxpoll", &SourceOptions::maxpoll, {kLowestPoll, kHighestPoll}},
    {"presend", "presend", &SourceOptions::presend, {kLowestPoll, kHighestPoll}},
    {"maxdelay", "maxdelay", &SourceOptions::maxdelay, {0, 1000, true}},
    {"offset", "offset", &SourceOptions::offset, {-1e6, 1e6}},
    {"filter", "filter", &SourceOptions::filter, {1, 255}},
    {"minsamples", "minsamples", &SourceOptions::minsamples, {1, kMostSamples}},
    {"maxsamples", "maxsamples", &SourceOptions::maxsamples, {1, kMostSamples}},
    {"maxdelayratio", "maxdelayratio", &SourceOptions::maxdelayratio, {1, 1e6}},
    {"maxdelaydevratio", "maxdelaydevratio", &SourceOptions::maxdelaydevratio, {0, 1e6, true}},
    {"minstratum", "minstratum", &SourceOptions::minstratum, {0, kHighestStratum}},
    {"maxunreach", "maxunreach", &SourceOptions::maxunreach, {0, 1'000'000}},
}};

}  // namespace fos1::ntp
