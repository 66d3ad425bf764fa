// SPDX-License-Identifier: GPL-2.0-or-later
// How a receiver fares, in one word and one sentence. Pure.
#pragma once

#include "core/refclock_facts.h"
#include "refclock/nmea_receiver.h"

namespace fos1::ntp {

/// As a label: "no_fix".
[[nodiscard]] QString toText(InstantVerdict verdict);

struct ReceiverWords {
    bool isHealthy = false;
    QString reason;
    QString message;
};

/// Of a line that is open and carries sentences. `rawNs`: now.
[[nodiscard]] ReceiverWords wordsFor(const NmeaReceiver& receiver, const GnssFacts& gnss, qint64 rawNs);

}  // namespace fos1::ntp
