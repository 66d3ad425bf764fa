// SPDX-License-Identifier: GPL-2.0-or-later
// Requests on the control socket, from a caller that may read but not act.
#include <QJsonDocument>

#include "control/json_rpc.h"
#include "fuzz.h"

namespace fos1::fuzz {

using host::RpcDispatcher;

void runOne(const QByteArray& input) {
    RpcDispatcher dispatcher;
    int reads = 0;
    dispatcher.add("read", RpcDispatcher::Access::Read, [&](const QJsonObject& params, const host::RpcReply& reply) {
        ++reads;
        reply(params);
    });
    dispatcher.add("act", RpcDispatcher::Access::Act, [](const QJsonObject&, const host::RpcReply&) {
        FUZZ_CLAIM(false && "a caller without the right to act acted");
    });
    int answers = 0;
    dispatcher.handle(input, {false}, [&](const QByteArray& line) {
        ++answers;
        FUZZ_CLAIM(!line.contains('\n'));
        const QJsonDocument document = QJsonDocument::fromJson(line);
        FUZZ_CLAIM(document.isObject());
        const QJsonObject response = document.object();
        FUZZ_CLAIM(response.value(u"jsonrpc").toString() == u"2.0" && response.contains(u"id"));
        FUZZ_CLAIM(response.contains(u"result") != response.contains(u"error"));
        if (response.contains(u"error"))
            FUZZ_CLAIM(!response.value(u"error").toObject().value(u"message").toString().isEmpty());
        else
            FUZZ_CLAIM(reads == 1);
    });
    FUZZ_CLAIM(answers <= 1 && reads <= 1);
    // Only a notification has no answer.
    FUZZ_CLAIM(answers == 1 || QJsonDocument::fromJson(input).isObject());
}

}  // namespace fos1::fuzz
