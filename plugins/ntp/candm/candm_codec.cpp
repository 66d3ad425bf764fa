// SPDX-License-Identifier: GPL-2.0-or-later
// Framing: headers, lengths and status codes. The bodies are in candm_reports.cpp.
#include "candm/candm_body.h"

namespace fos1::ntp::candm {

namespace {

constexpr quint8 kVersion = 6;
constexpr quint8 kRequestPacket = 1;
constexpr quint8 kReplyPacket = 2;
constexpr qsizetype kRequestHeader = 20;
constexpr qsizetype kReplyHeader = 28;
constexpr qsizetype kSequenceAt = 16;

constexpr quint16 kSuccess = 0;
constexpr quint16 kInvalid = 3;
constexpr quint16 kNoSuchSource = 4;
constexpr quint16 kAccessAllowed = 8;
constexpr quint16 kAccessDenied = 9;

/// A request is padded to the length of its longest reply in any chrony 4.x (pktlength.c); chronyd refuses a shorter
/// one.
qsizetype requestLength(Command command) {
    switch (command) {
        case Command::Online:
        case Command::Offline: return 60;
        case Command::NSources: return 32;
        case Command::SourceData: return 76;
        case Command::DeleteSource:
        case Command::AccessCheck: return 40;
        case Command::Tracking: return 104;
        case Command::SourceStatistics: return 84;
        case Command::Activity: return 48;
        case Command::NtpData: return 172;
        case Command::SourceName: return 284;
        case Command::AuthData: return 52;
        case Command::ClientAccesses3: return 520;
        case Command::SelectData: return 76;
        case Command::ServerStatistics: return 196;
        case Command::Allow:
        case Command::Deny:
        case Command::DenyAll: return 44;
        case Command::Local2: return 36;
        case Command::Local3: return 48;
        case Command::ModifyMakestep:
        case Command::ModifyMaxUpdateSkew:
        case Command::ReselectDistance:
        case Command::Refresh:
        case Command::ReloadSources:
        case Command::Rekey:
        case Command::CycleLogs:
        case Command::Dump:
        case Command::Null: break;
    }
    return kReplyHeader;
}

/// Nothing for an unknown code.
std::optional<qsizetype> replyLength(ReplyCode code) {
    switch (code) {
        case ReplyCode::Null: return kReplyHeader;
        case ReplyCode::NSources: return 32;
        case ReplyCode::SourceData: return 76;
        case ReplyCode::Tracking: return 104;
        case ReplyCode::SourceStatistics: return 84;
        case ReplyCode::Activity: return 48;
        case ReplyCode::NtpData: return 152;
        case ReplyCode::NtpData2: return 172;
        case ReplyCode::SourceName: return 284;
        case ReplyCode::AuthData: return 52;
        case ReplyCode::ClientAccesses3: return 520;
        case ReplyCode::ServerStatistics2: return 60;
        case ReplyCode::ServerStatistics3: return 72;
        case ReplyCode::ServerStatistics4: return 196;
        case ReplyCode::SelectData: return 76;
        case ReplyCode::None: break;
    }
    return std::nullopt;
}

QString statusText(quint16 status) {
    switch (status) {
        case 1: return QStringLiteral("chronyd could not execute the command");
        case 2: return QStringLiteral("chronyd does not allow it");
        case 3: return QStringLiteral("chronyd does not know the command");
        case 4: return QStringLiteral("chronyd has no such source");
        case 6: return QStringLiteral("the facility is not enabled in chronyd");
        case 7: return QStringLiteral("bad subnet");
        case 11: return QStringLiteral("chronyd has this source already");
        case 12: return QStringLiteral("chronyd has too many sources");
        case 13: return QStringLiteral("there is no real-time clock");
        case 15: return QStringLiteral("the facility is inactive in chronyd");
        case 17: return QStringLiteral("wrong address family");
        case 18: return QStringLiteral("chronyd uses another version of the command protocol");
        case 19: return QStringLiteral("chronyd expects a request of another length");
        case 21: return QStringLiteral("bad name");
        default: return QStringLiteral("chronyd answered with status %1").arg(status);
    }
}

tl::unexpected<Error> malformed(QString message) { return failure(ErrorCode::Protocol, std::move(message)); }

}  // namespace

QByteArray encode(const Request& request, quint32 sequence, quint16 attempt) {
    QByteArray out;
    const qsizetype length = std::max(kRequestHeader + request.body.size(), requestLength(request.command));
    out.reserve(length);
    out.append(static_cast<char>(kVersion));
    out.append(static_cast<char>(kRequestPacket));
    appendU16(out, 0);
    appendU16(out, static_cast<quint16>(request.command));
    appendU16(out, attempt);
    appendU32(out, sequence);
    appendU32(out, 0);
    appendU32(out, 0);
    out.append(request.body);
    out.append(length - out.size(), '\0');
    return out;
}

std::optional<quint32> peekSequence(QByteArrayView datagram) {
    if (datagram.size() < kReplyHeader) return std::nullopt;
    return qFromBigEndian<quint32>(datagram.data() + kSequenceAt);
}

Result<Reply> decode(QByteArrayView datagram, Command command, quint32 sequence) {
    if (datagram.size() < kReplyHeader)
        return malformed(QStringLiteral("reply of %1 bytes is shorter than its header").arg(datagram.size()));
    WireReader reader(datagram);
    const quint8 version = reader.u8();
    const quint8 packet = reader.u8();
    reader.skip(2);
    const quint16 echoed = reader.u16();
    const quint16 code = reader.u16();
    const quint16 status = reader.u16();
    reader.skip(6);
    const quint32 echoedSequence = reader.u32();

    if (version != kVersion) return malformed(QStringLiteral("reply of protocol version %1, not 6").arg(version));
    if (packet != kReplyPacket) return malformed(QStringLiteral("packet type %1 is not a reply").arg(packet));
    if (echoed != static_cast<quint16>(command))
        return malformed(QStringLiteral("reply to command %1, not %2").arg(echoed).arg(static_cast<int>(command)));
    if (echoedSequence != sequence) return malformed(QStringLiteral("reply to another request (sequence number)"));

    const std::optional<qsizetype> length = replyLength(static_cast<ReplyCode>(code));
    if (length && datagram.size() != *length)
        return malformed(
            QStringLiteral("reply %1 has %2 bytes instead of %3").arg(code).arg(datagram.size()).arg(*length));
    const bool verdict = (command == Command::AccessCheck && (status == kAccessAllowed || status == kAccessDenied)) ||
                         (command == Command::ClientAccesses3 && status == kInactive);
    const bool isUnknown = status == kInvalid || status == kNoSuchSource;
    if (status != kSuccess && !verdict)
        return failure(isUnknown ? ErrorCode::NotFound : ErrorCode::Refused, statusText(status));
    if (!length)
        return failure(ErrorCode::Refused, QStringLiteral("the format of the reply from chronyd is unknown (reply code "
                                                          "%1); chronyd may be newer than this plugin")
                                               .arg(code));
    return Reply{command, static_cast<ReplyCode>(code), status, datagram.sliced(kReplyHeader).toByteArray()};
}

Result<bool> accessAllowed(const Reply& reply) {
    if (reply.status == kAccessAllowed) return true;
    if (reply.status == kAccessDenied) return false;
    return malformed(QStringLiteral("no answer to an access check"));
}

}  // namespace fos1::ntp::candm
