// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/arrival.h"

#include <ctime>

namespace fos1::ntp {

namespace {

qint64 readClock(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

}  // namespace

Arrival arrivalNow() { return {readClock(CLOCK_REALTIME), readClock(CLOCK_MONOTONIC_RAW)}; }

}  // namespace fos1::ntp
