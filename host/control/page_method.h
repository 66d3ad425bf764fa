// SPDX-License-Identifier: GPL-2.0-or-later
// plugin.page: a page of a plugin's, as it answers.
#pragma once

#include "control/control_methods.h"

namespace fos1::host {

/// `params`: {id, page, argument}. Result: the document (fos1/features/pages.h). An error with the plugin's own
/// sentence when there is nothing to show.
void showPage(const ControlContext& context, const QJsonObject& params, const RpcReply& reply);

}  // namespace fos1::host
