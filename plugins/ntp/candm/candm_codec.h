// SPDX-License-Identifier: GPL-2.0-or-later
// Requests and replies of chrony's command protocol, version 6 (candm.h, pktlength.c of chrony 4.3).
// Bytes in, values out: no sockets, no retries, no sequence numbers of its own.
#pragma once

#include "candm/candm_wire.h"
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
    DeleteSource = 29,
    Tracking = 33,
    SourceStatistics = 34,
    Activity = 44,
    ModifyMakestep = 50,
    ServerStatistics = 54,
    Local2 = 56,  ///< up to chrony 4.5
    NtpData = 57,
    SourceName = 65,
    AuthData = 67,
    ClientAccesses3 = 68,
    SelectData = 69,
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
    AuthData = 20,
    ClientAccesses3 = 21,
    ServerStatistics2 = 22,  ///< chrony 4.0 and 4.1
    SelectData = 23,
    ServerStatistics3 = 24,  ///< chrony 4.2 and 4.3
    ServerStatistics4 = 25,  ///< since chrony 4.4
    NtpData2 = 26,           ///< since chrony 4.6
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
[[nodiscard]] Request authDataRequest(const SourceAddress& address);
[[nodiscard]] Request selectDataRequest(quint32 index);
[[nodiscard]] Request serverStatisticsRequest();
/// One page of the client log, at most eight clients: from `first`, which is 0 or a page's `next`.
[[nodiscard]] Request clientsRequest(quint32 first);
[[nodiscard]] Request accessCheckRequest(const SourceAddress& address);

// These change something; each is answered by a Null reply.
[[nodiscard]] Request allowRequest(const SourceAddress& network, int bits);
[[nodiscard]] Request denyRequest(const SourceAddress& network, int bits);
/// `limit` 0: never step; negative: always.
[[nodiscard]] Request modifyMakestepRequest(qint32 limit, std::chrono::nanoseconds threshold);
/// The `local` directive; Local3 first, and Local2 where chronyd does not know it.
[[nodiscard]] Request localRequest(Command version, bool isOn, int stratum, std::chrono::nanoseconds distance,
                                   bool orphan);
[[nodiscard]] Request deleteSourceRequest(const SourceAddress& address);
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

/// Checks version, packet type, command, sequence and length. Protocol: the datagram answers nothing that was asked.
/// A status that refuses the request is an error with chronyd's reason in words: NotFound for a command or source that
/// this chronyd does not know, else Refused; so is the answer of a later chronyd in a form that is not known here.
/// Statuses 8 and 9 answer an access check, and 15 a question for clients: they are no errors.
[[nodiscard]] Result<Reply> decode(QByteArrayView datagram, Command command, quint32 sequence);

struct Activity {
    qint64 online = 0;
    qint64 offline = 0;
    qint64 burstOnline = 0;
    qint64 burstOffline = 0;
    qint64 unresolved = 0;
    bool operator==(const Activity&) const = default;
};

/// The selection's view of a source. `address` is Unknown for a reference clock, which `refId` tells.
struct SelectData {
    SourceAddress address;
    quint32 refId = 0;
    Selection selection;
};

struct ClientPage {
    bool isLogged = true;  ///< false: chronyd keeps no records of clients (`noclientlog`)
    std::vector<ClientRecord> clients;
    std::optional<quint32> next;  ///< where the next page begins; nothing behind the last
};

// Each reads the body of one kind of reply; any other reply is ErrorCode::Protocol.
[[nodiscard]] Result<Activity> activity(const Reply& reply);
[[nodiscard]] Result<Tracking> tracking(const Reply& reply);
[[nodiscard]] Result<quint32> sourceCount(const Reply& reply);
[[nodiscard]] Result<SourceReport> sourceData(const Reply& reply);
[[nodiscard]] Result<SourceStatistics> sourceStatistics(const Reply& reply);
[[nodiscard]] Result<QString> sourceName(const Reply& reply);
[[nodiscard]] Result<NtpData> ntpData(const Reply& reply);
[[nodiscard]] Result<Authentication> authData(const Reply& reply);
[[nodiscard]] Result<SelectData> selectData(const Reply& reply);
[[nodiscard]] Result<ServerStatistics> serverStatistics(const Reply& reply);
[[nodiscard]] Result<ClientPage> clientPage(const Reply& reply);
[[nodiscard]] Result<bool> accessAllowed(const Reply& reply);

}  // namespace fos1::ntp::candm
