// SPDX-License-Identifier: GPL-2.0-or-later
// The half of the program that stays in the machine's own namespaces: it has the listening socket and the terminal's
// signals, and its end, however it comes, is the end of the other half.
#pragma once

#include <QtGlobal>
#include <functional>
#include <optional>

namespace fos1::demo {

/// What the half inside has of the one outside: descriptors.
struct Lifeline {
    int end;       ///< at its end when it is time to stop
    int listener;  ///< listens on 127.0.0.1 of the machine
    quint16 port;
};

/// Whether this is the half inside.
[[nodiscard]] std::optional<Lifeline> inheritedLifeline();

/// Listens on `port` or, when that is taken, on any; starts `inside` in a process and session of its own, which finds
/// the lifeline wherever it executes itself again, and waits for its end: its exit status. SIGINT, SIGTERM and SIGHUP
/// cut the line.
[[nodiscard]] int runOutside(quint16 port, const std::function<int()>& inside);

}  // namespace fos1::demo
