// SPDX-License-Identifier: GPL-2.0-or-later
// The CPU time that benchmarks report.
#pragma once

#include <sys/resource.h>

namespace fos1::bench {

/// So far, in ms. `who` as in getrusage(2): RUSAGE_THREAD, RUSAGE_SELF, RUSAGE_CHILDREN.
inline double cpuMs(int who) {
    rusage usage{};
    ::getrusage(who, &usage);
    const auto ms = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1000 + static_cast<double>(time.tv_usec) / 1000;
    };
    return ms(usage.ru_utime) + ms(usage.ru_stime);
}

}  // namespace fos1::bench
