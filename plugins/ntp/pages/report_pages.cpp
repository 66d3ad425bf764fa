// SPDX-License-Identifier: GPL-2.0-or-later
#include "pages/report_pages.h"

#include <cmath>

#include "core/plain_text.h"
#include "core/source_verdict.h"
#include "pages/page_lookup.h"

namespace fos1::ntp {

namespace {

using page::Kind;

/// The page that stands for a report when there is none; nothing when `object` serves this node.
std::optional<QCborMap> instead(const PageFacts& facts, const QString& object) {
    if (facts.status && isCalled(facts.object, object)) return std::nullopt;
    for (const IdleService& idle : facts.idle)
        if (isCalled(idle.object, object))
            return page::error(QStringLiteral("%1 does not serve this node: %2").arg(idle.object, idle.why));
    return noService(facts, object);
}

QCborMap notReported(const PageFacts& facts, const QString& report) {
    const bool isRunning = facts.status->engine.phase == EnginePhase::Running;
    return page::error(isRunning ? QStringLiteral("chronyd has not sent its report \"%1\"").arg(report)
                                 : QStringLiteral("chronyd does not run"));
}

page::Fields trackingFields(const Tracking& tracking, const QString& title) {
    page::Fields fields(title);
    fields.add(QStringLiteral("Reference ID"), page::text(refIdWithText(tracking.refId, tracking.stratum)));
    fields.add(QStringLiteral("Stratum"), page::count(tracking.stratum));
    if (tracking.referenceTime.count() > 0)
        fields.add(QStringLiteral("Ref time"), timeOf(tracking.referenceTime),
                   utcText(tracking.referenceTime / std::chrono::milliseconds(1)));
    fields.add(QStringLiteral("System time"), offsetOf(tracking.clockOffset),
               QStringLiteral("the machine's clock relative to the time that is served"));
    fields.add(QStringLiteral("Last offset"), offsetOf(tracking.lastOffset),
               QStringLiteral("found by the last update of the clock"));
    fields.add(QStringLiteral("RMS offset"), durationOf(tracking.rmsOffset), QStringLiteral("its long-term average"));
    fields.add(QStringLiteral("Frequency"), page::frequency(std::abs(tracking.frequencyPpb)),
               QStringLiteral("uncorrected, the clock runs %1").arg(fastOrSlow(tracking.frequencyPpb)));
    fields.add(QStringLiteral("Residual freq"), page::frequency(tracking.residualFrequencyPpb),
               QStringLiteral("what the last measurements of the source differ from that by"));
    fields.add(QStringLiteral("Skew"), page::frequency(tracking.skewPpb),
               QStringLiteral("the error bound of the frequency"));
    fields.add(QStringLiteral("Root delay"), durationOf(tracking.rootDelay));
    fields.add(QStringLiteral("Root dispersion"), durationOf(tracking.rootDispersion));
    fields.add(QStringLiteral("Update interval"), durationOf(tracking.updateInterval));
    fields.add(QStringLiteral("Leap status"), page::text(toText(tracking.leap)));
    return fields;
}

page::Table statisticsTable(const StatusInput& in) {
    page::Table table({{QStringLiteral("Name")},
                       {QStringLiteral("Address")},
                       {QStringLiteral("Points"), Kind::Count},
                       {QStringLiteral("Span"), Kind::Age},
                       {QStringLiteral("Frequency"), Kind::Frequency},
                       {QStringLiteral("Freq skew"), Kind::Frequency},
                       {QStringLiteral("Offset"), Kind::Offset},
                       {QStringLiteral("Std dev"), Kind::Duration}});
    table.whenEmpty(QStringLiteral("No sources."));
    for (const SourceReport& source : in.sources) {
        std::vector<page::Cell> cells{page::text(displayName(source)), page::text(numericAddress(source))};
        const SourceStatistics* each = statisticsOf(source, in);
        if (each) cells.push_back(page::count(each->samples));
        if (each && each->samples > 0)
            cells.insert(cells.end(),
                         {page::age(each->span.count()), page::frequency(each->residualFrequencyPpb),
                          page::frequency(each->skewPpb), offsetOf(each->offset), durationOf(each->deviation)});
        table.add(cells);
    }
    return table;
}

page::Table selectionTable(const StatusInput& in) {
    page::Table table({{QStringLiteral("Name")},
                       {QStringLiteral("Address")},
                       {QStringLiteral("State")},
                       {QStringLiteral("Auth"), Kind::YesNo},
                       {QStringLiteral("Configured")},
                       {QStringLiteral("Effective")},
                       {QStringLiteral("Last"), Kind::Age},
                       {QStringLiteral("Score")},
                       {QStringLiteral("From"), Kind::Offset},
                       {QStringLiteral("To"), Kind::Offset},
                       {QStringLiteral("Leap")}});
    table.whenEmpty(QStringLiteral("No sources."));
    for (const SourceReport& source : in.sources) {
        std::vector<page::Cell> cells{page::text(displayName(source)), page::text(numericAddress(source))};
        if (const auto& each = source.selection)
            cells.insert(cells.end(), {page::text(selectionText(each->state)), page::yesNo(each->authenticated),
                                       page::text(optionsText(each->configuredOptions)),
                                       page::text(optionsText(each->effectiveOptions)), ageOf(each->sinceSample),
                                       page::text(QString::number(each->score, 'f', 1)), offsetOf(each->lowLimit),
                                       offsetOf(each->highLimit), page::text(toText(each->leap))});
        table.add(cells);
    }
    return table;
}

page::Table authenticationTable(const StatusInput& in) {
    page::Table table({{QStringLiteral("Name")},
                       {QStringLiteral("Address")},
                       {QStringLiteral("Mode")},
                       {QStringLiteral("Key ID"), Kind::Count},
                       {QStringLiteral("Type")},
                       {QStringLiteral("Key bits"), Kind::Count},
                       {QStringLiteral("Last"), Kind::Age},
                       {QStringLiteral("Attempts"), Kind::Count},
                       {QStringLiteral("NAK"), Kind::Count},
                       {QStringLiteral("Cookies"), Kind::Count},
                       {QStringLiteral("Cookie length"), Kind::Bytes}});
    table.whenEmpty(QStringLiteral("No sources with authentication data: reference clocks have none."));
    for (const SourceReport& source : in.sources) {
        if (!source.authentication) continue;
        const Authentication& each = *source.authentication;
        const bool isKeyed = each.mode != AuthenticationMode::None;
        const bool isNts = each.mode == AuthenticationMode::Nts;
        const auto number = [](bool applies, qint64 value) { return applies ? page::count(value) : page::none(); };
        table.add({page::text(displayName(source)), page::text(numericAddress(source)),
                   page::text(authenticationText(each.mode)), number(isKeyed, each.keyId),
                   page::text(algorithmText(each)), number(isKeyed, each.keyBits), ageOf(each.sinceKeyExchange),
                   number(isNts, each.keyExchangeTries), number(isNts, each.naks), number(isNts, each.cookies),
                   isNts ? page::bytes(each.cookieBytes) : page::none()},
                  isKeyed && each.keyBits == 0 ? page::Mark::Trouble : page::Mark::None);
    }
    return table;
}

page::Cell packetsOf(quint64 value) { return page::packets(static_cast<qint64>(value)); }

page::Fields serverFields(const ServerStatistics& server, const QString& title) {
    page::Fields fields(title);
    fields.add(QStringLiteral("NTP packets received"), packetsOf(server.ntpReceived),
               QStringLiteral("counts are since the start of chronyd"));
    fields.add(QStringLiteral("NTP packets dropped"), packetsOf(server.ntpDropped));
    fields.add(QStringLiteral("Command packets received"), packetsOf(server.commandsReceived));
    fields.add(QStringLiteral("Command packets dropped"), packetsOf(server.commandsDropped));
    fields.add(QStringLiteral("Client log records dropped"), packetsOf(server.clientRecordsDropped),
               server.clientRecordsDropped > 0 ? QStringLiteral("its memory was full (clientloglimit)") : QString());
    fields.add(QStringLiteral("NTS-KE connections accepted"), packetsOf(server.keyExchangesAccepted));
    fields.add(QStringLiteral("NTS-KE connections dropped"), packetsOf(server.keyExchangesDropped));
    fields.add(QStringLiteral("Authenticated NTP packets"), packetsOf(server.ntpAuthenticated));
    if (server.ntpInterleaved) fields.add(QStringLiteral("Interleaved NTP packets"), packetsOf(*server.ntpInterleaved));
    if (server.timestampsHeld) fields.add(QStringLiteral("NTP timestamps held"), packetsOf(*server.timestampsHeld));
    if (server.timestampSpan) fields.add(QStringLiteral("NTP timestamp span"), ageOf(server.timestampSpan));
    if (!server.timestamps) return fields;
    fields.add(QStringLiteral("NTP daemon RX timestamps"), packetsOf(server.timestamps->daemonRx));
    fields.add(QStringLiteral("NTP daemon TX timestamps"), packetsOf(server.timestamps->daemonTx));
    fields.add(QStringLiteral("NTP kernel RX timestamps"), packetsOf(server.timestamps->kernelRx));
    fields.add(QStringLiteral("NTP kernel TX timestamps"), packetsOf(server.timestamps->kernelTx));
    fields.add(QStringLiteral("NTP hardware RX timestamps"), packetsOf(server.timestamps->hardwareRx));
    fields.add(QStringLiteral("NTP hardware TX timestamps"), packetsOf(server.timestamps->hardwareTx));
    return fields;
}

}  // namespace

QCborMap trackingPage(const PageFacts& facts, const QString& object) {
    if (const auto other = instead(facts, object)) return *other;
    if (!facts.tracking) return notReported(facts, QStringLiteral("tracking"));
    return page::Document(QStringLiteral("Tracking")).add(trackingFields(*facts.tracking, facts.object)).toCbor();
}

QCborMap sourceStatisticsPage(const PageFacts& facts, const QString& object) {
    if (const auto other = instead(facts, object)) return *other;
    return page::Document(QStringLiteral("Statistics of the time sources"))
        .add(statisticsTable(*facts.status))
        .toCbor();
}

QCborMap selectionPage(const PageFacts& facts, const QString& object) {
    if (const auto other = instead(facts, object)) return *other;
    return page::Document(QStringLiteral("Selection of the time sources")).add(selectionTable(*facts.status)).toCbor();
}

QCborMap authenticationPage(const PageFacts& facts, const QString& object) {
    if (const auto other = instead(facts, object)) return *other;
    return page::Document(QStringLiteral("Authentication of the time sources"))
        .add(authenticationTable(*facts.status))
        .toCbor();
}

QCborMap serverStatisticsPage(const PageFacts& facts, const QString& object) {
    if (const auto other = instead(facts, object)) return *other;
    if (!facts.server) return notReported(facts, QStringLiteral("serverstats"));
    return page::Document(QStringLiteral("Requests that were served"))
        .add(serverFields(*facts.server, facts.object))
        .toCbor();
}

}  // namespace fos1::ntp
