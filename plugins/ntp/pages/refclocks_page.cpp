// SPDX-License-Identifier: GPL-2.0-or-later
#include "pages/refclocks_page.h"

#include <algorithm>

#include "core/plain_text.h"
#include "core/source_verdict.h"
#include "pages/page_lookup.h"

namespace fos1::ntp {

namespace {

using page::Kind;
using page::Mark;

page::Cell numberOf(const std::optional<int>& value) { return value ? page::count(*value) : page::none(); }

QString hdopText(const GnssFacts& gnss) {
    return gnss.hdopHundredths ? QString::number(*gnss.hdopHundredths / 100.0, 'f', 2) : QString();
}

const SourceReport* sourceOf(const RefclockFacts& clock, const StatusInput& in) {
    const auto found = std::find_if(in.sources.begin(), in.sources.end(), [&clock](const SourceReport& source) {
        return source.mode == SourceMode::ReferenceClock && displayName(source) == clock.name;
    });
    return found == in.sources.end() ? nullptr : &*found;
}

/// What chronyd makes of it, in the words of the page "why".
QString whyUsed(const RefclockFacts& clock, const StatusInput& in) {
    const SourceReport* const source = sourceOf(clock, in);
    return source ? verdictOn(*source, in.sources, in.statistics).why
                  : QStringLiteral("chronyd does not have it as a source.");
}

page::Table overview(const std::vector<const RefclockFacts*>& clocks, const StatusInput& in) {
    page::Table table({{QStringLiteral("Name")},
                       {QStringLiteral("Kind")},
                       {QStringLiteral("Device")},
                       {QStringLiteral("State")},
                       {QStringLiteral("Source")},
                       {QStringLiteral("Fix")},
                       {QStringLiteral("Used"), Kind::Count},
                       {QStringLiteral("View"), Kind::Count},
                       {QStringLiteral("HDOP")},
                       {QStringLiteral("Sample"), Kind::Age},
                       {QStringLiteral("Offset"), Kind::Offset},
                       {QStringLiteral("Jitter"), Kind::Duration}});
    for (const RefclockFacts* clock : clocks) {
        const SourceReport* const source = sourceOf(*clock, in);
        const SourceStatistics* const statistics = source ? statisticsOf(*source, in) : nullptr;
        const GnssFacts gnss = clock->gnss.value_or(GnssFacts());
        const bool isMeasured = source && source->sinceSample;
        page::Cell jitter = statistics && isMeasured ? durationOf(statistics->deviation) : page::none();
        if (clock->pulse && clock->pulse->jitter) jitter = durationOf(*clock->pulse->jitter);
        page::Cell age = ageOf(clock->sinceSample);
        if (age.value.isNull() && isMeasured) age = ageOf(source->sinceSample);
        table.add({page::text(clock->name), page::text(toText(clock->kind)), page::text(clock->device),
                   page::text(clock->reason), source ? page::text(stateText(source->state)) : page::none(),
                   page::text(gnss.fix), numberOf(gnss.used), numberOf(gnss.inView), page::text(hdopText(gnss)), age,
                   isMeasured ? page::offset(source->offset.count()) : page::none(), jitter},
                  clock->isHealthy ? Mark::None : Mark::Trouble);
    }
    return table;
}

QString countsText(const std::map<QString, quint64>& counts) {
    QStringList words;
    for (const auto& [reason, count] : counts) words.append(QStringLiteral("%1 %2").arg(count).arg(reason));
    return words.join(QStringLiteral(", "));
}

page::Fields details(const RefclockFacts& clock, const StatusInput& in) {
    page::Fields fields(clock.name);
    fields.add(QStringLiteral("State"), page::text(clock.reason), clock.message,
               clock.isHealthy ? Mark::None : Mark::Trouble);
    fields.add(QStringLiteral("Used"), page::text(whyUsed(clock, in)));
    if (clock.deviation)
        fields.add(QStringLiteral("Against the network"), page::offset(clock.deviation->count()),
                   QStringLiteral("the clock minus the time that the sources in the network agree on"));
    if (clock.delay)
        fields.add(
            QStringLiteral("Delay"), page::duration(clock.delay->mean.count()),
            QStringLiteral("later than %1, with a standard deviation of %2; fos1ctl ntp calibrate proposes an offset")
                .arg(clock.delay->against, plainDuration(clock.delay->deviation)));
    if (clock.samples > 0)
        fields.add(QStringLiteral("Samples"), page::count(static_cast<qint64>(clock.samples)),
                   QStringLiteral("given to chronyd"));
    fields.add(QStringLiteral("Not used"), page::text(countsText(clock.unused)));
    if (clock.pulse)
        fields.add(QStringLiteral("Pulses"), page::count(static_cast<qint64>(clock.pulse->seen)),
                   QStringLiteral("%1 missed, %2 too many").arg(clock.pulse->missed).arg(clock.pulse->extra));
    if (!clock.gnss) return fields;
    const GnssFacts& gnss = *clock.gnss;
    fields.add(QStringLiteral("Speed"),
               gnss.baud > 0 ? page::text(QStringLiteral("%1 baud").arg(gnss.baud)) : page::none());
    fields.add(QStringLiteral("Sentences"),
               gnss.sentences > 0 ? page::count(static_cast<qint64>(gnss.sentences)) : page::none(),
               gnss.rejected.empty() ? QString() : QStringLiteral("and rejected: ") + countsText(gnss.rejected));
    fields.add(QStringLiteral("Leap seconds"), numberOf(gnss.leapSeconds),
               gnss.leapChange ? QStringLiteral("GPS minus UTC; %1 is scheduled").arg(*gnss.leapChange)
                               : QStringLiteral("GPS minus UTC"));
    if (gnss.quantizationPs)
        fields.add(QStringLiteral("Next pulse"),
                   page::text(QStringLiteral("%1 ns").arg(*gnss.quantizationPs / 1000.0, 0, 'f', 3)),
                   QStringLiteral("off by so much, as the receiver reports it (quantization error)"));
    if (gnss.bestSignal)
        fields.add(QStringLiteral("Best signal"), page::text(QStringLiteral("%1 dBHz").arg(*gnss.bestSignal)));
    fields.add(QStringLiteral("Antenna"), page::text(gnss.antenna));
    fields.add(QStringLiteral("Receiver"), page::text(gnss.model), gnss.firmware);
    return fields;
}

}  // namespace

QCborMap refclocksPage(const PageFacts& facts, const QString& name) {
    if (!facts.status) return noService(facts, {});
    const StatusInput& in = *facts.status;
    std::vector<const RefclockFacts*> clocks;
    QStringList names;
    if (in.clocks)
        for (const RefclockFacts& clock : *in.clocks) {
            names.append(clock.name);
            if (name.isEmpty() || name.compare(clock.name, Qt::CaseInsensitive) == 0) clocks.push_back(&clock);
        }
    if (names.isEmpty())
        return page::error(
            QStringLiteral("no attached clock is declared for this node (spec.sources.hardware of an NTPService)"));
    if (clocks.empty())
        return page::error(
            QStringLiteral("there is no clock \"%1\"; there is %2").arg(name, names.join(QStringLiteral(", "))));
    page::Document document(QStringLiteral("Attached clocks"));
    document.add(overview(clocks, in));
    for (const RefclockFacts* clock : clocks) document.add(details(*clock, in));
    return document.toCbor();
}

}  // namespace fos1::ntp
