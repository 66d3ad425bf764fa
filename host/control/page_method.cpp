// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/page_method.h"

#include "plugins/plugin_supervisor.h"

namespace fos1::host {

void showPage(const ControlContext& context, const QJsonObject& params, const RpcReply& reply) {
    const auto text = [&params](const char* name) { return params.value(QLatin1String(name)).toString(); };
    context.plugins.questions().page(
        text("id"), text("page"), text("argument"), [reply](const Result<QCborMap>& document) {
            if (document) return reply(document->toJsonObject());
            const int code = document.error().code == ErrorCode::NotFound ? rpc::kNotFound : rpc::kFailed;
            reply(tl::unexpected<RpcError>(RpcError{code, document.error().text(), QJsonValue::Undefined}));
        });
}

}  // namespace fos1::host
