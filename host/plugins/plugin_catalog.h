// SPDX-License-Identifier: GPL-2.0-or-later
// Finds the plugins that host.yaml names, checks their files and metadata against each other and decides where each one
// runs. Runs no code of theirs.
#pragma once

#include <memory>
#include <vector>

#include "fos1/result.h"
#include "plugins/plugin_record.h"

namespace fos1::host {

struct CatalogResult {
    std::vector<std::unique_ptr<PluginRecord>> records;  ///< in the order of their ids
    Errors errors;                                       ///< mistakes in host.yaml's plugin sections
};

/// A plugin that cannot be used has a record all the same, Refused and with the reason.
CatalogResult catalogPlugins(const HostConfig& config);

}  // namespace fos1::host
