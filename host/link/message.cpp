// SPDX-License-Identifier: GPL-2.0-or-later
#include "link/message.h"

#include <QCborMap>
#include <QtEndian>
#include <string_view>

namespace fos1::link {

namespace {

/// The arguments of a message; nothing for a type that there is not.
std::optional<std::string_view> signatureOf(MessageType type) {
    switch (type) {
        case MessageType::Hello: return "iii";
        case MessageType::Loaded: return "saa";
        case MessageType::Started: return "s";
        case MessageType::Returned: return "i";
        case MessageType::Threw: return "ss";
        case MessageType::Pong: return "ii";
        case MessageType::Publish: return "ssmi";
        case MessageType::SetMetric: return "imi";
        case MessageType::RemoveMetric: return "im";
        case MessageType::Complete: return "iiis";
        case MessageType::Event: return "m";
        case MessageType::LeftThreads: return "a";
        case MessageType::Retract: return "isss";
        case MessageType::Subscribe: return "iis";
        case MessageType::Unsubscribe: return "ii";
        case MessageType::SetCondition: return "imm";
        case MessageType::RemoveCondition: return "ims";
        case MessageType::SetFields: return "imm";
        case MessageType::DeclareMetric: return "isissi";
        case MessageType::ApplySpecs: return "im";
        case MessageType::SubscribeStatus: return "ii";
        case MessageType::UnsubscribeStatus: return "ii";
        case MessageType::Load: return "m";
        case MessageType::Ping: return "i";
        case MessageType::Reply: return "iv";
        case MessageType::SnapshotPart: return "a";
        case MessageType::Start: return "";
        case MessageType::Reconcile: return "i";
        case MessageType::Stop: return "i";
        case MessageType::State: return "issimm";
        case MessageType::ObjectStatus: return "imm";
        case MessageType::WriteObject: return "mi";
        case MessageType::EraseObject: return "mi";
        case MessageType::Unknown: break;
    }
    return std::nullopt;
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
        return refuse(QStringLiteral("no CBOR: %1 at byte %2").arg(parseError.errorString()).arg(parseError.offset));
    if (parseError.offset != payload.size()) return refuse(QStringLiteral("more than one CBOR value"));
    QCborArray array = value.toArray();
    if (!value.isArray() || array.isEmpty() || !array.first().isInteger())
        return refuse(QStringLiteral("no array that begins with a message type"));
    const qint64 number = array.takeFirst().toInteger();
    const bool isSmall = number > 0 && number < 256;
    const auto type = isSmall ? static_cast<MessageType>(number) : MessageType::Unknown;
    const auto signature = signatureOf(type);
    if (!signature) return refuse(QStringLiteral("message type %1, which there is not").arg(number));
    if (array.size() != static_cast<qsizetype>(signature->size()))
        return refuse(QStringLiteral("message type %1 with %2 arguments instead of %3")
                          .arg(number)
                          .arg(array.size())
                          .arg(signature->size()));
    for (qsizetype i = 0; i < array.size(); ++i)
        if (!isOfKind(array.at(i), (*signature)[static_cast<std::size_t>(i)]))
            return refuse(QStringLiteral("message type %1 with a wrong argument %2").arg(number).arg(i + 1));
    return Message{type, array};
}

}  // namespace fos1::link
