// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/json_rpc.h"

#include <QJsonDocument>

namespace fos1::host {

namespace {

QByteArray response(const QJsonValue& id, const RpcResult& result) {
    QJsonObject object{{QStringLiteral("jsonrpc"), QStringLiteral("2.0")}, {QStringLiteral("id"), id}};
    if (result) {
        if (const auto* rendered = std::get_if<JsonText>(&*result)) {
            QByteArray text = QJsonDocument(object).toJson(QJsonDocument::Compact);
            text.chop(1);
            return text + ",\"result\":" + rendered->text + '}';
        }
        object.insert(QStringLiteral("result"), std::get<QJsonValue>(*result));
    } else {
        QJsonObject error{{QStringLiteral("code"), result.error().code},
                          {QStringLiteral("message"), result.error().message}};
        if (!result.error().data.isUndefined()) error.insert(QStringLiteral("data"), result.error().data);
        object.insert(QStringLiteral("error"), error);
    }
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QByteArray errorResponse(const QJsonValue& id, int code, const QString& message) {
    return response(id, tl::unexpected<RpcError>(RpcError{code, message, QJsonValue::Undefined}));
}

}  // namespace

void RpcDispatcher::add(const QString& name, Access access, RpcMethod method) {
    m_methods[name] = {access, std::move(method)};
}

void RpcDispatcher::handle(const QByteArray& line, const RpcCaller& caller,
                           const std::function<void(const QByteArray&)>& send) const {
    QJsonParseError parseError;
    const QJsonDocument document = QJsonDocument::fromJson(line, &parseError);
    if (parseError.error != QJsonParseError::NoError)
        return send(errorResponse(
            QJsonValue::Null, rpc::kParseError,
            QStringLiteral("not JSON: %1 at byte %2").arg(parseError.errorString()).arg(parseError.offset)));
    const QJsonObject request = document.object();
    const QJsonValue id = request.value(QLatin1String("id"));
    const bool isNotification = id.isUndefined();
    const bool isIdValid = isNotification || id.isString() || id.isDouble() || id.isNull();
    const QJsonValue params = request.value(QLatin1String("params"));
    const bool isParamsValid = params.isUndefined() || params.isObject();
    const QString name = request.value(QLatin1String("method")).toString();
    if (!document.isObject() || !isIdValid || name.isEmpty() ||
        request.value(QLatin1String("jsonrpc")).toString() != QLatin1String("2.0"))
        return send(errorResponse(isIdValid && !isNotification ? id : QJsonValue::Null, rpc::kInvalidRequest,
                                  QStringLiteral("not a JSON-RPC 2.0 request")));

    const auto answer = [send, id, isNotification](const RpcResult& result) {
        if (!isNotification) send(response(id, result));
    };
    const auto refuse = [&](int code, const QString& message) {
        answer(tl::unexpected<RpcError>(RpcError{code, message, QJsonValue::Undefined}));
    };
    if (!isParamsValid) return refuse(rpc::kInvalidParams, QStringLiteral("params must be an object"));
    const auto method = m_methods.find(name);
    if (method == m_methods.end()) return refuse(rpc::kMethodNotFound, QStringLiteral("no method \"%1\"").arg(name));
    if (method->second.access == Access::Act && !caller.mayAct)
        return refuse(rpc::kNotPermitted, QStringLiteral("%1 changes the configuration; it is allowed only for root, "
                                                         "the host's own user and members of control.group")
                                              .arg(name));
    // Nobody would see what was read, and reading costs more than asking.
    if (isNotification && method->second.access == Access::Read) return;
    method->second.method(params.toObject(), answer);
}

}  // namespace fos1::host
