// SPDX-License-Identifier: GPL-2.0-or-later
// Has chronyd try again the sources that it cannot reach, instead of after minutes: names are looked up, and sources
// that do not answer are polled at once, with iburst where they have it.
#pragma once

#include <algorithm>

#include "candm/candm_codec.h"
#include "candm/chrony_client.h"
#include "core/observation.h"

namespace fos1::ntp {

inline void retryUnreachable(ChronyClient& client, const std::vector<SourceReport>& sources) {
    const auto ignore = [](const Result<candm::Reply>&) {};  // what comes of it is seen at the sources
    const auto isUnreachable = [](const SourceReport& source) {
        return source.mode != SourceMode::ReferenceClock && source.reachability == 0;
    };
    if (std::none_of(sources.begin(), sources.end(), isUnreachable)) return;
    for (const SourceReport& source : sources) {
        if (!isUnreachable(source) || source.address.kind == SourceAddressKind::Unresolved) continue;
        client.request(candm::offlineRequest(source.address), &client, ignore);
        client.request(candm::onlineRequest(source.address), &client, ignore);
    }
    client.request(candm::onlineRequest(), &client, ignore);
    client.request(candm::refreshRequest(), &client, ignore);
}

}  // namespace fos1::ntp
