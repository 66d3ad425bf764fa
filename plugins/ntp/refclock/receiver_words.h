// SPDX-License-Identifier: GPL-2.0-or-later
// How a receiver fares, in one word and one sentence. Pure.
#pragma once

#include "core/refclock_facts.h"
#include "refclock/receiver_state.h"

namespace fos1::ntp {

/// As a label: "no_fix".
[[nodiscard]] QString toText(InstantVerdict verdict);

struct ReceiverWords {
    bool isHealthy = false;
    QString reason;
    QString message;
};

/// A receiver that is heard.
struct ReceiverView {
    const ReceiverJudge& judge;
    const ReceiverState& state;
    const GnssFacts& gnss;
};

/// `rawNs`: now.
[[nodiscard]] ReceiverWords wordsFor(const ReceiverView& receiver, qint64 rawNs);

/// Adds what every receiver has to its facts.
void addReceiver(const ReceiverView& receiver, qint64 rawNs, RefclockFacts& facts);

}  // namespace fos1::ntp
