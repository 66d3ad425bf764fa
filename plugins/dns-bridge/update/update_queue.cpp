// SPDX-License-Identifier: GPL-2.0-or-later
#include "update/update_queue.h"

#include "wire/update_batch.h"

namespace fos1::dns {

UpdateQueue::Update UpdateQueue::takeNext(const Steps& steps, StepPart part, const DnsName& zone, qsizetype reserved,
                                          Group& tooBig) {
    Update update;
    while (update.group.empty() && !m_groups.empty()) {
        Group& rest = m_groups.front();
        UpdateBatch batch(zone, reserved);
        auto at = rest.begin();
        for (; at != rest.end(); ++at) {
            const NameStep& step = steps.at(*at);
            const auto& lines = part == StepPart::OnlyRemoval ? step.removal : step.lines;
            if (lines.empty()) continue;
            if (!batch.add(lines)) break;
            update.group.push_back(*at);
        }
        if (update.group.empty() && at != rest.end()) tooBig.push_back(*at++);
        rest.erase(rest.begin(), at);
        if (rest.empty()) m_groups.pop_front();
        update.lines = batch.lines();
    }
    return update;
}

}  // namespace fos1::dns
