// SPDX-License-Identifier: GPL-2.0-or-later
#include "kea/kea_reply.h"

namespace fos1::dhcp {

namespace {

QString meaning(int result) {
    switch (static_cast<KeaResult>(result)) {
        case KeaResult::Error: return QStringLiteral("it failed");
        case KeaResult::Unsupported: return QStringLiteral("the command is not supported");
        case KeaResult::Empty: return QStringLiteral("it found nothing");
        default: return QStringLiteral("result %1").arg(result);
    }
}

}  // namespace

Result<KeaReply> readReply(const QByteArray& raw) {
    if (raw.trimmed().isEmpty())
        return failure(ErrorCode::Protocol, QStringLiteral("the server closed the connection without an answer"));
    auto whole = parseJson(raw);
    if (!whole)
        return tl::unexpected(Error{whole.error().code, QStringLiteral("in the answer, ") + whole.error().message, {}});
    JsonSpan object = *whole;
    // The control agent returns a list with the answer of each server.
    if (const auto items = object.items(); items.size() == 1) object = items.front();
    const JsonSpan result = object.member("result");
    const QJsonValue number = result.value();
    if (!number.isDouble() || static_cast<double>(number.toInteger(-1)) != number.toDouble())
        return failure(ErrorCode::Protocol, QStringLiteral("the answer has no whole number as \"result\""));
    const JsonSpan text = object.member("text");
    if (!text.isMissing() && !text.isString())
        return failure(ErrorCode::Protocol, QStringLiteral("\"text\" of the answer is not text"));
    return KeaReply{static_cast<int>(number.toInteger()), text.string(), object.member("arguments")};
}

Result<KeaReply> readSuccess(const QByteArray& raw, const QString& command) {
    auto reply = readReply(raw);
    if (!reply || reply->result == static_cast<int>(KeaResult::Success)) return reply;
    const QString words = reply->text.isEmpty() ? meaning(reply->result) : reply->text;
    // A control agent answers for a server that it cannot reach.
    if (words.startsWith(QStringLiteral("unable to forward command")) ||
        words.startsWith(QStringLiteral("forwarding socket is not configured")))
        return failure(ErrorCode::Io, QStringLiteral("%1: %2").arg(command, words));
    return failure(ErrorCode::Refused, QStringLiteral("%1: %2").arg(command, words));
}

}  // namespace fos1::dhcp
