// SPDX-License-Identifier: GPL-2.0-or-later
// The demo's table as text. Pure.
#pragma once

#include "snapshot.h"

namespace fos1::demo {

/// Where to look and what to change.
struct Places {
    QString http;       ///< "http://127.0.0.1:9559"
    QString ctl;        ///< fos1ctl with the option that finds the host
    QString manifests;  ///< a directory
};

[[nodiscard]] QString pageText(const Snapshot& snapshot, const Places& places);

/// As much of it as a screen holds, over what was there: home, then each line and all below is cleared (ECMA-48: CUP,
/// EL, ED).
[[nodiscard]] QString screenText(const QString& page, int columns, int rows);

}  // namespace fos1::demo
