// SPDX-License-Identifier: GPL-2.0-or-later
#include "link/message.h"

#include <QCborMap>
#include <QtEndian>
#include <algorithm>
#include <optional>
#include <string_view>

namespace fos1::link {

namespace {

struct Shape {
    MessageType type;
    std::string_view arguments;
};

/// All messages and their argument types.
constexpr Shape kShapes[] = {{MessageType::Hello, "iii"},
                             {MessageType::Loaded, "saa"},
                             {MessageType::Started, "s"},
                             {MessageType::Returned, "i"},
                             {MessageType::Threw, "ss"},
                             {MessageType::Pong, "ii"},
                             {MessageType::Publish, "ssmi"},
                             {MessageType::SetMetric, "imi"},
                             {MessageType::RemoveMetric, "im"},
                             {MessageType::Complete, "iiis"},
                             {MessageType::Event, "m"},
                             {MessageType::LeftThreads, "a"},
                             {MessageType::Answer, "im"},
                             {MessageType::UselessGrants, "a"},
                             {MessageType::Retract, "isss"},
                             {MessageType::Subscribe, "iis"},
                             {MessageType::Unsubscribe, "ii"},
                             {MessageType::SetCondition, "imm"},
                             {MessageType::RemoveCondition, "ims"},
                             {MessageType::SetFields, "imm"},
                             {MessageType::DeclareMetric, "isissi"},
                             {MessageType::ApplySpecs, "im"},
                             {MessageType::SubscribeStatus, "ii"},
                             {MessageType::UnsubscribeStatus, "ii"},
                             {MessageType::AskKinds, "i"},
                             {MessageType::AskPending, "iss"},
                             {MessageType::SubscribeEvents, "ii"},
                             {MessageType::UnsubscribeEvents, "ii"},
                             {MessageType::Load, "m"},
                             {MessageType::Ping, "i"},
                             {MessageType::Reply, "iv"},
                             {MessageType::SnapshotPart, "a"},
                             {MessageType::Start, ""},
                             {MessageType::Reconcile, "i"},
                             {MessageType::Stop, "i"},
                             {MessageType::State, "issimm"},
                             {MessageType::ObjectStatus, "imm"},
                             {MessageType::WriteObject, "mi"},
                             {MessageType::EraseObject, "mi"},
                             {MessageType::Happened, "im"},
                             {MessageType::Validate, "im"},
                             {MessageType::Preview, "i"},
                             {MessageType::Page, "iss"},
                             {MessageType::MergeObject, "mi"}};

/// Nothing for an unknown type.
std::optional<std::string_view> signatureOf(MessageType type) {
    const auto* shape =
        std::find_if(std::begin(kShapes), std::end(kShapes), [type](const Shape& one) { return one.type == type; });
    return shape == std::end(kShapes) ? std::nullopt : std::optional(shape->arguments);
}

bool isOfKind(const QCborValue& value, char kind) {
    switch (kind) {
        case 'i': return value.isInteger();
        case 's': return value.isString();
        case 'm': return value.isMap();
        case 'a': return value.isArray();
        default: return true;
    }
}

tl::unexpected<Error> refuse(const QString& message) { return failure(ErrorCode::Protocol, message); }

}  // namespace

QByteArray encodeFrame(MessageType type, std::initializer_list<QCborValue> arguments) {
    QCborArray array;
    array.append(static_cast<int>(type));
    for (const QCborValue& argument : arguments) array.append(argument);
    const QByteArray payload = QCborValue(array).toCbor();
    if (payload.size() > kMaxFrameBytes) return {};
    QByteArray frame(kLengthBytes, Qt::Uninitialized);
    qToBigEndian(static_cast<quint32>(payload.size()), frame.data());
    return frame + payload;
}

Result<Message> decodeFrame(const QByteArray& payload) {
    QCborParserError parseError;
    const QCborValue value = QCborValue::fromCbor(payload, &parseError);
    if (parseError.error != QCborError{QCborError::NoError})
        return refuse(QStringLiteral("not CBOR: %1 at byte %2").arg(parseError.errorString()).arg(parseError.offset));
    if (parseError.offset != payload.size()) return refuse(QStringLiteral("more than one CBOR value"));
    QCborArray array = value.toArray();
    if (!value.isArray() || array.isEmpty() || !array.first().isInteger())
        return refuse(QStringLiteral("not an array that begins with a message type"));
    const qint64 number = array.takeFirst().toInteger();
    const bool isSmall = number > 0 && number < 256;
    const auto type = isSmall ? static_cast<MessageType>(number) : MessageType::Unknown;
    const auto signature = signatureOf(type);
    if (!signature) return refuse(QStringLiteral("unknown message type %1").arg(number));
    if (array.size() != static_cast<qsizetype>(signature->size()))
        return refuse(QStringLiteral("message type %1 with %2 arguments instead of %3")
                          .arg(number)
                          .arg(array.size())
                          .arg(signature->size()));
    for (qsizetype i = 0; i < array.size(); ++i)
        if (!isOfKind(array.at(i), (*signature)[static_cast<std::size_t>(i)]))
            return refuse(QStringLiteral("message type %1 with an invalid argument %2").arg(number).arg(i + 1));
    return Message{type, array};
}

}  // namespace fos1::link
