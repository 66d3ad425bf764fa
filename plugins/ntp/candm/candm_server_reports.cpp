// SPDX-License-Identifier: GPL-2.0-or-later
// The replies about served clients: SERVER_STATS in its three lengths and CLIENT_ACCESSES, as in candm.h.
#include "candm/candm_body.h"

namespace fos1::ntp::candm {

namespace {

/// The first eight counts have the same order in every version.
template <typename Count>
ServerStatistics commonCounts(Count count) {
    ServerStatistics statistics;
    statistics.ntpReceived = count();
    statistics.keyExchangesAccepted = count();
    statistics.commandsReceived = count();
    statistics.ntpDropped = count();
    statistics.keyExchangesDropped = count();
    statistics.commandsDropped = count();
    statistics.clientRecordsDropped = count();
    statistics.ntpAuthenticated = count();
    return statistics;
}

template <typename Count>
void addLaterCounts(ServerStatistics& statistics, Count count) {
    constexpr quint64 kLongest = 0xffffffff;
    statistics.ntpInterleaved = count();
    statistics.timestampsHeld = count();
    statistics.timestampSpan = std::chrono::seconds(static_cast<qint64>(std::min<quint64>(count(), kLongest)));
}

ServerTimestamps timestampCounts(WireReader& in) {
    ServerTimestamps counts;
    for (quint64* count : {&counts.daemonRx, &counts.daemonTx, &counts.kernelRx, &counts.kernelTx, &counts.hardwareRx,
                           &counts.hardwareTx})
        *count = in.u64();
    return counts;
}

/// clientlog.c of chrony, get_interval(): 127 when there is none yet.
std::optional<int> interval(WireReader& in) {
    constexpr int kNone = 127;
    const int log2Seconds = in.i8();
    return log2Seconds == kNone ? std::nullopt : std::optional(log2Seconds);
}

ClientRecord clientRecord(WireReader& in) {
    ClientRecord client;
    client.address = in.address();
    client.ntpRequests = in.u32();
    client.keyExchanges = in.u32();
    client.commands = in.u32();
    client.ntpDropped = in.u32();
    client.keyExchangesDropped = in.u32();
    client.commandsDropped = in.u32();
    client.ntpInterval = interval(in);
    client.keyExchangeInterval = interval(in);
    client.commandInterval = interval(in);
    client.ntpLimitedInterval = interval(in);
    client.sinceNtp = in.age();
    client.sinceKeyExchange = in.age();
    client.sinceCommand = in.age();
    return client;
}

}  // namespace

Result<ServerStatistics> serverStatistics(const Reply& reply) {
    WireReader in(reply.body);
    const auto narrow = [&in]() -> quint64 { return in.u32(); };
    const auto wide = [&in] { return in.u64(); };
    ServerStatistics statistics;
    switch (reply.code) {
        case ReplyCode::ServerStatistics2: return commonCounts(narrow);
        case ReplyCode::ServerStatistics3:
            statistics = commonCounts(narrow);
            addLaterCounts(statistics, narrow);
            return statistics;
        case ReplyCode::ServerStatistics4:
            statistics = commonCounts(wide);
            addLaterCounts(statistics, wide);
            statistics.timestamps = timestampCounts(in);
            return statistics;
        default: return bodyOf(reply, ReplyCode::ServerStatistics4).map([](WireReader) { return ServerStatistics(); });
    }
}

Result<ClientPage> clientPage(const Reply& reply) {
    if (reply.status == kInactive) return ClientPage{false, {}, {}};
    const Result<WireReader> body = bodyOf(reply, ReplyCode::ClientAccesses3);
    if (!body) return tl::unexpected(body.error());
    WireReader in = *body;
    const quint32 indices = in.u32();
    const quint32 next = in.u32();
    const quint32 count = in.u32();
    if (count > kClientsInPage)
        return failure(ErrorCode::Protocol,
                       QStringLiteral("a page of %1 clients, of %2 at most").arg(count).arg(kClientsInPage));
    ClientPage page;
    for (quint32 i = 0; i < count; ++i) {
        const ClientRecord client = clientRecord(in);
        // candm.h: the family is unspecified if the record was gone by the time it was read
        if (client.address.kind != SourceAddressKind::Unknown) page.clients.push_back(client);
    }
    // A next page that begins at 0 would be the first one again.
    if (next > 0 && next < indices && count == kClientsInPage) page.next = next;
    return page;
}

}  // namespace fos1::ntp::candm
