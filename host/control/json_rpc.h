// SPDX-License-Identifier: GPL-2.0-or-later
// JSON-RPC 2.0 (https://www.jsonrpc.org/specification) without transport: one request in, one response out. Must not
// know any method.
#pragma once

#include <QByteArray>
#include <QJsonArray>
#include <QJsonObject>
#include <QJsonValue>
#include <functional>
#include <map>
#include <variant>

#include "fos1/result.h"

namespace fos1::host {

namespace rpc {
constexpr int kParseError = -32700;
constexpr int kInvalidRequest = -32600;
constexpr int kMethodNotFound = -32601;
constexpr int kInvalidParams = -32602;
constexpr int kNotPermitted = -32001;
constexpr int kNotFound = -32004;
constexpr int kInvalidObject = -32010;  ///< data.errors: [{path, message}]
constexpr int kFailed = -32011;
}  // namespace rpc

struct RpcError {
    int code = rpc::kFailed;
    QString message;
    QJsonValue data = QJsonValue::Undefined;
};

/// A value that is rendered already.
struct JsonText {
    QByteArray text;
};

using RpcResult = tl::expected<std::variant<QJsonValue, JsonText>, RpcError>;

/// The caller of a method.
struct RpcCaller {
    bool mayAct = false;  ///< may change state
};

/// Sends the response, immediately or later. To be called exactly once.
using RpcReply = std::function<void(const RpcResult&)>;
using RpcMethod = std::function<void(const QJsonObject& params, RpcReply reply)>;

class RpcDispatcher {
   public:
    enum class Access { Unknown = 0, Read, Act };

    void add(const QString& name, Access access, RpcMethod method);

    /// Handles one line. `send` receives the response as one line without its newline; it is not called for
    /// notifications. A batch is refused: this socket accepts one request per line.
    void handle(const QByteArray& line, const RpcCaller& caller,
                const std::function<void(const QByteArray&)>& send) const;

   private:
    struct Entry {
        Access access = Access::Unknown;
        RpcMethod method;
    };
    std::map<QString, Entry> m_methods;
};

}  // namespace fos1::host
