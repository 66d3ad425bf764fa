// SPDX-License-Identifier: GPL-2.0-or-later
// Requests and replies of chrony's command protocol, version 6 (candm.h, pktlength.c of chrony 4.3). Converts bytes to
// values. Has no sockets, no retries and no sequence numbers of its own.
#pragma once

#include "candm/candm_wire.h"
#include "fos1/result.h"

namespace fos1::ntp::candm {

enum class Command : quint16 {
    Null = 0,
    Online = 1,
    Offline = 2,
    Dump = 6,
    ModifyMaxUpdateSkew = 9,
    NSources = 14,
    SourceData = 15,
    Rekey = 16,
    Allow = 17,
    Deny = 19,
    DenyAll = 20,
    AccessCheck = 25,
    DeleteSource = 29,
    Tracking = 33,
    SourceStatistics = 34,
    CycleLogs = 37,
    Activity = 44,
    ReselectDistance = 49,
    ModifyMakestep = 50,
    Refresh = 53,
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

/// The content of a request, without the fields of a single attempt.
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
/// Requests one page of the client log, at most eight clients, starting at `first`: 0 or the `next` of a page.
[[nodiscard]] Request clientsRequest(quint32 first);
[[nodiscard]] Request accessCheckRequest(const SourceAddress& address);

// These requests change something; each is answered by a Null reply.
[[nodiscard]] Request allowRequest(const SourceAddress& network, int bits);
[[nodiscard]] Request denyRequest(const SourceAddress& network, int bits);
/// Also erases every rule within the network.
[[nodiscard]] Request denyAllRequest(const SourceAddress& network, int bits);
/// `limit` 0: never step; negative: always step.
[[nodiscard]] Request modifyMakestepRequest(qint32 limit, std::chrono::nanoseconds threshold);
/// The directive `maxupdateskew`.
[[nodiscard]] Request modifyMaxUpdateSkewRequest(double ppm);
/// The directive `reselectdist`.
[[nodiscard]] Request reselectDistanceRequest(std::chrono::nanoseconds distance);

/// The directive `local`. Local2 has no more than the first four values; chrony 4.6 ignores the last two.
struct LocalReference {
    bool isOn = false;
    int stratum = 0;
    std::chrono::nanoseconds distance{0};
    bool isOrphan = false;
    std::chrono::nanoseconds activate{0};
    std::chrono::nanoseconds waitSynced{0};
    std::chrono::nanoseconds waitUnsynced{0};
};
/// Use Local3, and Local2 if chronyd does not know it.
[[nodiscard]] Request localRequest(Command version, const LocalReference& local);
[[nodiscard]] Request deleteSourceRequest(const SourceAddress& address);
[[nodiscard]] Request reloadSourcesRequest();
/// Of one source, or of all when the address is of no kind. A source that goes online is polled at once, and names
/// without an address are looked up.
[[nodiscard]] Request onlineRequest(const SourceAddress& address = {});
[[nodiscard]] Request offlineRequest(const SourceAddress& address);
/// Looks up again the names of sources that do not answer.
[[nodiscard]] Request refreshRequest();
[[nodiscard]] Request rekeyRequest();
/// Closes the log files; what is logged next begins new ones.
[[nodiscard]] Request cycleLogsRequest();

/// The datagram of a request. `attempt` counts from 0.
[[nodiscard]] QByteArray encode(const Request& request, quint32 sequence, quint16 attempt);

/// A reply whose header matches the request and whose length matches its code.
struct Reply {
    Command command = Command::Null;
    ReplyCode code = ReplyCode::None;
    quint16 status = 0;
    QByteArray body;
};

/// The sequence number of a datagram that may be a reply, to find its request. Nothing when it cannot be a reply.
[[nodiscard]] std::optional<quint32> peekSequence(QByteArrayView datagram);

/// Checks version, packet type, command, sequence number and length. Protocol: the datagram does not answer this
/// request. A status that refuses the request is an error with chronyd's reason as text: NotFound for a command or
/// source that this chronyd does not know, otherwise Refused. An answer of a newer chronyd in an unknown format is an
/// error too. Statuses 8 and 9 answer an access check, and 15 a request for clients: they are not errors.
[[nodiscard]] Result<Reply> decode(QByteArrayView datagram, Command command, quint32 sequence);

struct Activity {
    qint64 online = 0;
    qint64 offline = 0;
    qint64 burstOnline = 0;
    qint64 burstOffline = 0;
    qint64 unresolved = 0;
    bool operator==(const Activity&) const = default;
};

/// A source as seen by the selection. `address` is Unknown for a reference clock, which `refId` identifies.
struct SelectData {
    SourceAddress address;
    quint32 refId = 0;
    Selection selection;
};

struct ClientPage {
    bool isLogged = true;  ///< false: chronyd keeps no client records (`noclientlog`)
    std::vector<ClientRecord> clients;
    std::optional<quint32> next;  ///< the start of the next page; nothing after the last page
};

// Each function reads the body of one kind of reply. Any other reply is ErrorCode::Protocol.
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
