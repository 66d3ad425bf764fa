// SPDX-License-Identifier: GPL-2.0-or-later
#include "pages/source_page.h"

#include <cmath>

#include "core/plain_text.h"
#include "core/source_verdict.h"
#include "pages/page_lookup.h"

namespace fos1::ntp {

namespace {

using page::Mark;

QString mechanismText(AuthenticationMode mode) {
    switch (mode) {
        case AuthenticationMode::None: return QStringLiteral("none");
        case AuthenticationMode::SymmetricKey: return QStringLiteral("symmetric key");
        case AuthenticationMode::Nts: return QStringLiteral("NTS");
        case AuthenticationMode::Unknown: break;
    }
    return {};
}

page::Fields stateOf(const SourceReport& source, const StatusInput& in) {
    page::Fields fields(titleOf(source));
    const bool isTrouble = source.state == SourceState::Falseticker || source.reachability == 0;
    fields.add(QStringLiteral("State"), page::text(stateText(source.state)), {},
               isTrouble ? Mark::Trouble : Mark::None);
    fields.add(QStringLiteral("Why"), page::text(verdictOn(source, in.sources, in.statistics).why));
    fields.add(QStringLiteral("Origin"), page::text(originOf(source, in)));
    fields.add(QStringLiteral("Reach"), page::octal(source.reachability), QStringLiteral("the last eight polls"));
    fields.add(QStringLiteral("Poll interval"), powerOfTwo(source.poll));
    if (!source.sinceSample) return fields;
    fields.add(QStringLiteral("Stratum"), page::count(source.stratum));
    fields.add(QStringLiteral("LastRx"), ageOf(source.sinceSample), QStringLiteral("since the last sample"));
    fields.add(QStringLiteral("Last sample"), offsetOf(source.offset),
               QStringLiteral("the local clock relative to the source, less the corrections since then"));
    fields.add(QStringLiteral("Margin of error"), durationOf(source.offsetError));
    return fields;
}

page::Fields statisticsFields(const SourceStatistics& statistics) {
    page::Fields fields(QStringLiteral("Statistics (sourcestats)"));
    fields.add(QStringLiteral("Sample points"), page::count(statistics.samples));
    if (statistics.samples == 0) return fields;
    fields.add(QStringLiteral("Span"), page::age(statistics.span.count()),
               QStringLiteral("from the oldest to the newest sample"));
    fields.add(QStringLiteral("Frequency"), page::frequency(statistics.residualFrequencyPpb),
               QStringLiteral("residual, of the local clock relative to the source"));
    fields.add(QStringLiteral("Freq skew"), page::frequency(statistics.skewPpb),
               QStringLiteral("the error bound of the frequency"));
    fields.add(QStringLiteral("Offset"), offsetOf(statistics.offset), QStringLiteral("estimated"));
    fields.add(QStringLiteral("Std dev"), durationOf(statistics.deviation), QStringLiteral("of the samples"));
    return fields;
}

void addCounters(page::Fields& fields, const NtpData& ntp) {
    fields.add(QStringLiteral("Total TX"), page::packets(ntp.sent), QStringLiteral("sent"));
    fields.add(QStringLiteral("Total RX"), page::packets(ntp.received), QStringLiteral("received"));
    fields.add(QStringLiteral("Total valid RX"), page::packets(ntp.validReplies),
               QStringLiteral("passed tests 1 to 3 and 5"));
    if (ntp.goodReplies)
        fields.add(QStringLiteral("Total good RX"), page::packets(*ntp.goodReplies),
                   QStringLiteral("passed all tests"));
    if (!ntp.timestamps) return;
    fields.add(QStringLiteral("Total kernel TX"), page::packets(ntp.timestamps->kernelTx));
    fields.add(QStringLiteral("Total kernel RX"), page::packets(ntp.timestamps->kernelRx));
    fields.add(QStringLiteral("Total HW TX"), page::packets(ntp.timestamps->hardwareTx));
    fields.add(QStringLiteral("Total HW RX"), page::packets(ntp.timestamps->hardwareRx));
}

page::Fields packetFields(const NtpData& ntp) {
    page::Fields fields(QStringLiteral("Last valid packet (ntpdata)"));
    if (ntp.validReplies > 0) {
        if (const auto local = ntp.localAddress.ip())
            fields.add(QStringLiteral("Local address"), page::text(local->text()));
        fields.add(QStringLiteral("Remote port"), page::count(ntp.port));
        fields.add(QStringLiteral("Leap status"), page::text(toText(ntp.leap)));
        fields.add(QStringLiteral("Version"), page::count(ntp.version));
        fields.add(QStringLiteral("Stratum"), page::count(ntp.stratum));
        fields.add(QStringLiteral("Poll interval"), powerOfTwo(ntp.poll));
        fields.add(QStringLiteral("Precision"), powerOfTwo(ntp.precision));
        fields.add(QStringLiteral("Root delay"), durationOf(ntp.rootDelay));
        fields.add(QStringLiteral("Root dispersion"), durationOf(ntp.rootDispersion));
        fields.add(QStringLiteral("Reference ID"), page::text(refIdWithText(ntp.refId, ntp.stratum)));
        if (ntp.referenceTime.count() > 0)
            fields.add(QStringLiteral("Reference time"), timeOf(ntp.referenceTime),
                       utcText(ntp.referenceTime / std::chrono::milliseconds(1)));
        fields.add(QStringLiteral("Peer delay"), durationOf(ntp.delay));
        fields.add(QStringLiteral("Peer dispersion"), durationOf(ntp.dispersion));
        fields.add(QStringLiteral("Response time"), durationOf(ntp.responseTime));
        fields.add(QStringLiteral("Jitter asymmetry"), page::text(QString::number(ntp.jitterAsymmetry, 'f', 2)),
                   QStringLiteral("-0.5 to 0.5; 0 is symmetric"));
        const QStringList failed = failedTests(ntp);
        fields.add(QStringLiteral("NTP tests"),
                   page::text(failed.isEmpty() ? QStringLiteral("all passed")
                                               : QStringLiteral("failed: %1").arg(failed.join(QStringLiteral(", ")))),
                   {}, failed.isEmpty() ? Mark::None : Mark::Trouble);
        fields.add(QStringLiteral("Interleaved"), page::yesNo(ntp.interleaved));
        fields.add(QStringLiteral("Authenticated"), page::yesNo(ntp.authenticated));
        fields.add(QStringLiteral("TX timestamping"), page::text(toText(ntp.tx)));
        fields.add(QStringLiteral("RX timestamping"), page::text(toText(ntp.rx)));
    }
    addCounters(fields, ntp);
    return fields;
}

page::Fields selectionFields(const Selection& selection) {
    page::Fields fields(QStringLiteral("Selection (selectdata)"));
    fields.add(QStringLiteral("State"), page::text(selectionText(selection.state)));
    fields.add(QStringLiteral("Authenticated"), page::yesNo(selection.authenticated));
    const auto options = [](quint16 set) { return page::text(set == 0 ? QStringLiteral("none") : optionsText(set)); };
    fields.add(QStringLiteral("Configured options"), options(selection.configuredOptions));
    fields.add(QStringLiteral("Effective options"), options(selection.effectiveOptions), addedOptions(selection));
    fields.add(QStringLiteral("Last"), ageOf(selection.sinceSample), QStringLiteral("since the last sample"));
    fields.add(QStringLiteral("Score"), page::text(QString::number(selection.score, 'f', 1)),
               QStringLiteral("above 1: better than the selected source lately; at 10 the best one is selected"));
    fields.add(QStringLiteral("Interval from"), offsetOf(selection.lowLimit));
    fields.add(QStringLiteral("Interval to"), offsetOf(selection.highLimit),
               QStringLiteral("between these the true offset is expected"));
    return fields;
}

page::Fields authenticationFields(const Authentication& authentication) {
    page::Fields fields(QStringLiteral("Authentication (authdata)"));
    fields.add(QStringLiteral("Mode"), page::text(mechanismText(authentication.mode)));
    if (authentication.mode == AuthenticationMode::None) return fields;
    fields.add(QStringLiteral("Key ID"), page::count(authentication.keyId));
    fields.add(QStringLiteral("Type"), page::text(algorithmText(authentication)));
    const bool hasKey = authentication.keyBits > 0;
    fields.add(
        QStringLiteral("Key length"),
        page::text(hasKey ? QStringLiteral("%1 bits").arg(authentication.keyBits) : QStringLiteral("there is no key")),
        {}, hasKey ? Mark::None : Mark::Trouble);
    if (authentication.mode != AuthenticationMode::Nts) return fields;
    fields.add(QStringLiteral("Last key exchange"), ageOf(authentication.sinceKeyExchange),
               QStringLiteral("since the last that succeeded"));
    fields.add(QStringLiteral("Attempts"), page::count(authentication.keyExchangeTries),
               QStringLiteral("at a key exchange since then"),
               authentication.keyExchangeTries > 1 ? Mark::Trouble : Mark::None);
    fields.add(QStringLiteral("NAK"), page::count(authentication.naks),
               QStringLiteral("whether the server rejected our cookie since the last request"));
    fields.add(QStringLiteral("Cookies"), page::count(authentication.cookies));
    fields.add(QStringLiteral("Cookie length"), page::bytes(authentication.cookieBytes));
    return fields;
}

}  // namespace

QCborMap sourcePage(const PageFacts& facts, const QString& source) {
    if (!facts.status) return noService(facts, {});
    const StatusInput& in = *facts.status;
    if (!hasSource(in, source)) return noSource(in, source);
    page::Document document(QStringLiteral("Time source"));
    for (const SourceReport& each : in.sources) {
        if (!isMeant(each, source)) continue;
        document.add(stateOf(each, in));
        if (const SourceStatistics* statistics = statisticsOf(each, in)) document.add(statisticsFields(*statistics));
        if (each.ntp) document.add(packetFields(*each.ntp));
        if (each.selection) document.add(selectionFields(*each.selection));
        if (each.authentication) document.add(authenticationFields(*each.authentication));
    }
    return document.toCbor();
}

}  // namespace fos1::ntp
