// SPDX-License-Identifier: GPL-2.0-or-later
// The half of the program that stays in the machine's own namespaces. It owns the listening socket and receives the
// terminal's signals. When it exits, for any reason, the other half stops.
#pragma once

#include <QtGlobal>
#include <functional>
#include <optional>

namespace fos1::demo {

/// File descriptors that the inner half inherits from the outer half.
struct Lifeline {
    int end;       ///< reaches end-of-file when it is time to stop
    int listener;  ///< listens on 127.0.0.1 of the machine
    quint16 port;
};

/// Set in the inner half only.
[[nodiscard]] std::optional<Lifeline> inheritedLifeline();

/// Listens on `port` or, if it is in use, on any free port. Starts `inside` in a process and session of its own, which
/// keeps the lifeline when it executes itself again. Waits for its exit and returns its exit status. SIGINT, SIGTERM
/// and SIGHUP close the lifeline.
[[nodiscard]] int runOutside(quint16 port, const std::function<int()>& inside);

}  // namespace fos1::demo
