// SPDX-License-Identifier: GPL-2.0-or-later
// What processes use, from proc(5).
#pragma once

#include <QByteArray>
#include <chrono>

namespace fos1::trees {

struct Usage {
    qint64 memoryKiB = 0;  ///< anonymous and shared memory in use, the latter also of memfd_create(2)
    std::chrono::milliseconds cpu{0};

    Usage& operator+=(const Usage& other) {
        memoryKiB += other.memoryKiB;
        cpu += other.cpu;
        return *this;
    }
};

/// A file of a process below /proc; empty when the process does not exist.
[[nodiscard]] QByteArray procFile(qint64 pid, const char* name);

/// Of one process, without those that it started; zeros when it does not exist.
[[nodiscard]] Usage usageOf(qint64 pid);

}  // namespace fos1::trees
