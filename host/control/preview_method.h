// SPDX-License-Identifier: GPL-2.0-or-later
// resource.preview: what applying objects would change in them, and what the plugins would then do. Changes nothing.
#pragma once

#include "control/control_methods.h"

namespace fos1::host {

/// `params`: {objects: [...]}. Result: {objects: [{object, change, fields: [{path, from, to}]}], plugins: [{id,
/// disruption, summary, sections} or {id, problem}], unchecked: [plugins that did not check, and why]}. Mistakes are
/// errors with the code kInvalidObject and the `index` of the object.
void previewResources(const ControlContext& context, const QJsonObject& params, const RpcReply& reply);

}  // namespace fos1::host
