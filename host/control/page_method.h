// SPDX-License-Identifier: GPL-2.0-or-later
// plugin.page: shows a page of a plugin.
#pragma once

#include "control/control_methods.h"

namespace fos1::host {

/// `params`: {id, page, argument}. Result: the document (fos1/features/pages.h). When there is nothing to show, the
/// reply is an error with the plugin's own message.
void showPage(const ControlContext& context, const QJsonObject& params, const RpcReply& reply);

}  // namespace fos1::host
