// SPDX-License-Identifier: GPL-2.0-or-later
// The demo's table as text. Pure.
#pragma once

#include "snapshot.h"

namespace fos1::demo {

/// Where to query the demo and what to edit.
struct Places {
    QString http;       ///< such as "http://127.0.0.1:9559"
    QString ctl;        ///< the fos1ctl command with the option that selects the host
    QString manifests;  ///< a directory
};

[[nodiscard]] QString pageText(const Snapshot& snapshot, const Places& places);

/// The part of the page that fits on a screen, drawn over the previous one: moves to the home position and clears the
/// rest of each line and everything below (ECMA-48: CUP, EL, ED).
[[nodiscard]] QString screenText(const QString& page, int columns, int rows);

}  // namespace fos1::demo
