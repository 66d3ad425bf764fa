// SPDX-License-Identifier: GPL-2.0-or-later
// What lets a plugin reach beyond its own topics, kinds and metrics. A third-party plugin needs a grant in host.yaml
// for each; naming it in its metadata is only a request. Pure.
#pragma once

#include <QStringList>

#include "plugins/plugin_metadata.h"

namespace fos1::host {

/// The features among them (IIDs).
[[nodiscard]] const QStringList& privilegedFeatures();

struct PowerGrants {
    QStringList features;  ///< IIDs
    bool secrets = false;
};

struct PowerCheck {
    QString refusal;       ///< why the plugin cannot run; empty: it can
    QStringList withheld;  ///< for people: wanted but not granted, with the setting that grants it
};

/// Checks a third-party plugin. Removes from `metadata` the features that it only wants and does not get.
[[nodiscard]] PowerCheck withholdPowers(PluginMetadata& metadata, const PowerGrants& granted);

/// What the plugin can do by these powers, for people.
[[nodiscard]] QStringList powersOf(const PluginMetadata& metadata);

}  // namespace fos1::host
