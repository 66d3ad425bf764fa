// SPDX-License-Identifier: GPL-2.0-or-later
// What in host.yaml does not fit this machine: groups, users and addresses. Changes nothing, and must not know plugins.
#pragma once

#include "host_config.h"

namespace fos1::host {

/// Errors are located in host.yaml.
Errors checkAgainstMachine(const HostConfig& config);

}  // namespace fos1::host
