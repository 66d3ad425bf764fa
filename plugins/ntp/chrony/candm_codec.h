// SPDX-License-Identifier: GPL-2.0-or-later
// Requests and replies of chrony's command protocol, version 6 (candm.h, pktlength.c of chrony 4.3).
// Bytes in, values out: no sockets, no retries, no sequence numbers of its own.
#pragma once

#include "chrony/candm_wire.h"
#include "fos1/result.h"

namespace fos1::ntp::candm {

enum class Command : quint16 {
    Null = 0,
    Dump = 6,
    NSources = 14,
    SourceData = 15,
    Rekey = 16,
    Allow = 17,
    Deny = 19,
    AccessCheck = 25,
    Tracking = 33,
    SourceStatistics = 34,
    Activity = 44,
    ModifyMakestep = 50,
    Local2 = 56,  ///< up to chrony 4.5
    NtpData = 57,
    SourceName = 65,
    ReloadSources = 70,
    Local3 = 74,  ///< since chrony 4.6
};

enum class ReplyCode : quint16 {
    None = 0,
    Null = 1,
    NSources = 2,
    SourceData = 3,
    Tracking = 5,
    SourceStatistics = 6,
    Activity = 12,
    NtpData = 16,
    SourceName = 19,
    NtpData2 = 26,  ///< since chrony 4.6
};

/// What is asked, without the fields that belong to one attempt.
struct Request {
    Command command = Command::Null;
    QByteArray body;
};

[[nodiscard]] Request activityRequest();
[[nodiscard]] Request dumpRequest();
[[nodiscard]] Request trackingRequest();
[[nodiscard]] Request sourceCountRequest();
[[nodiscard]] Request sourceDataRequest(quint32 index);
[[nodiscard]] Request sourceStatisticsRequest(quint32 index);
[[nodiscard]] Request sourceNameRequest(const SourceAddress& address);
[[nodiscard]] Request ntpDataRequest(const SourceAddress& address);
[[nodiscard]] Request accessCheckRequest(const SourceAddress& address);

// These change something; each is answered by a Null reply.
[[nodiscard]] Request allowRequest(const SourceAddress& network, int bits);
[[nodiscard]] Request denyRequest(const SourceAddress& network, int bits);
/// `limit` 0: never step; negative: always.
[[nodiscard]] Request modifyMakestepRequest(qint32 limit, std::chrono::nanoseconds threshold);
/// The `local` directive; Local3 first, and Local2 where chronyd does not know it.
[[nodiscard]] Request localRequest(Command version, bool isOn, int stratum, std::chrono::nanoseconds distance,
                                   bool orphan);
[[nodiscard]] Request reloadSourcesRequest();
[[nodiscard]] Request rekeyRequest();

/// The datagram of a request. `attempt` counts from 0.
[[nodiscard]] QByteArray encode(const Request& request, quint32 sequence, quint16 attempt);

/// A reply whose header is what was asked for and whose length is that of its code.
struct Reply {
    Command command = Command::Null;
    ReplyCode code = ReplyCode::None;
    quint16 status = 0;
    QByteArray body;
};

/// The sequence number of a datagram that may be a reply, to find its request; nothing when it cannot be one.
[[nodiscard]] std::optional<quint32> peekSequence(QByteArrayView datagram);

/// Checks version, packet type, command, sequence and length. A status that refuses the request is an error with
/// chronyd's reason in words: NotFound for a command or source that this chronyd does not know, else Refused. Statuses
/// 8 and 9 answer an access check and are no errors.
[[nodiscard]] Result<Reply> decode(QByteArrayView datagram, Command command, quint32 sequence);

struct Activity {
    qint64 online = 0;
    qint64 offline = 0;
    qint64 burstOnline = 0;
    qint64 burstOffline = 0;
    qint64 unresolved = 0;
    bool operator==(const Activity&) const = default;
};

/// The last valid measurement of one NTP source; only what is used.
struct NtpData {
    SourceAddress address;
    std::chrono::nanoseconds delay{0};
    quint32 validReplies = 0;
};

// Each reads the body of one kind of reply; any other reply is ErrorCode::Protocol.
[[nodiscard]] Result<Activity> activity(const Reply& reply);
[[nodiscard]] Result<Tracking> tracking(const Reply& reply);
[[nodiscard]] Result<quint32> sourceCount(const Reply& reply);
[[nodiscard]] Result<SourceReport> sourceData(const Reply& reply);
[[nodiscard]] Result<SourceStatistics> sourceStatistics(const Reply& reply);
[[nodiscard]] Result<QString> sourceName(const Reply& reply);
[[nodiscard]] Result<NtpData> ntpData(const Reply& reply);
[[nodiscard]] Result<bool> accessAllowed(const Reply& reply);

}  // namespace fos1::ntp::candm
