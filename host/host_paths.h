// SPDX-License-Identifier: GPL-2.0-or-later
// Paths on this machine: path specifiers in host.yaml and the layout of an installation.
#pragma once

#include <QString>

namespace fos1::host {

/// Expands %S (state: /var/lib for root, else $XDG_STATE_HOME or ~/.local/state), %t (runtime: /run for root, else
/// $XDG_RUNTIME_DIR or /tmp) and %% at the start or inside of `path`, as systemd.unit(5) does. A relative result is
/// resolved against `base`. Returns an empty string for an unknown specifier.
QString expandPath(const QString& path, const QString& base);

/// `relative` below the directory that holds bin/. The build tree has the same layout as an installation.
QString installedPath(const QString& relative);

}  // namespace fos1::host
