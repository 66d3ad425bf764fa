// SPDX-License-Identifier: GPL-2.0-or-later
// Finds the plugins that host.yaml names, checks their files and metadata against each other and decides where each one
// runs. Runs none of their code.
#pragma once

#include <memory>
#include <vector>

#include "fos1/result.h"
#include "plugins/plugin_record.h"

namespace fos1::host {

struct CatalogResult {
    std::vector<std::unique_ptr<PluginRecord>> records;  ///< ordered by id
    Errors errors;                                       ///< mistakes in host.yaml's plugin sections
};

/// Every configured plugin has a record. One that cannot be used is Refused, with the reason.
CatalogResult catalogPlugins(const HostConfig& config);

}  // namespace fos1::host
