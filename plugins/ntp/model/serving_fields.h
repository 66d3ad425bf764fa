// SPDX-License-Identifier: GPL-2.0-or-later
// Fields of spec.server that are one number each in chrony.conf(5): one row each.
#pragma once

#include "model/ntp_service_spec.h"
#include "model/value_fields.h"

namespace fos1::ntp {

/// A directive each.
inline constexpr std::array<ValueField<ServingSpec>, 7> kServingValues{{
    {"dscp", "dscp", &ServingSpec::dscp, {0, 63}},
    {"ptpPort", "ptpport", &ServingSpec::ptpPort, {1, 65535}},
    {"ptpDomain", "ptpdomain", &ServingSpec::ptpDomain, {0, 255}},
    {"maxslewrate", "maxslewrate", &ServingSpec::maxslewrate, {0, 100'000, true}},
    {"maxupdateskew", "maxupdateskew", &ServingSpec::maxupdateskew, {0, 1e6, true}},
    {"clientloglimit", "clientloglimit", &ServingSpec::clientloglimit, {1024, 2147483647}},
    {"logchange", "logchange", &ServingSpec::logchange, {0, 1e6, true}},
}};

/// Options of `local`.
inline constexpr std::array<ValueField<LocalSpec>, 4> kLocalValues{{
    {"distance", "distance", &LocalSpec::distance, {0, 1e6}},
    {"activate", "activate", &LocalSpec::activate, {0, 1e6, true}},
    {"waitsynced", "waitsynced", &LocalSpec::waitsynced, {0, 1e6}},
    {"waitunsynced", "waitunsynced", &LocalSpec::waitunsynced, {0, 1e6}},
}};

/// Options of `hwtimestamp`: how its clock is read.
inline constexpr std::array<ValueField<HwTimestampSpec>, 4> kHwTimestampValues{{
    {"minpoll", "minpoll", &HwTimestampSpec::minpoll, {-6, 20}},
    {"maxpoll", "maxpoll", &HwTimestampSpec::maxpoll, {-6, 20}},
    {"minsamples", "minsamples", &HwTimestampSpec::minsamples, {2, kMostSamples}},
    {"maxsamples", "maxsamples", &HwTimestampSpec::maxsamples, {2, kMostSamples}},
}};

}  // namespace fos1::ntp
