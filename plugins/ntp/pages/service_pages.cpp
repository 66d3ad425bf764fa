// SPDX-License-Identifier: GPL-2.0-or-later
#include "pages/service_pages.h"

#include <QDateTime>
#include <algorithm>
#include <bit>

#include "core/service_conditions.h"
#include "core/source_verdict.h"
#include "fos1/page.h"
#include "pages/page_lookup.h"

namespace fos1::ntp {

namespace {

using page::Mark;

QString sourceText(const time::SelectedSource& source) {
    const bool hasOwnName = !source.address.isEmpty() && source.address != source.name;
    return source.name + (hasOwnName ? QStringLiteral(" (%1)").arg(source.address) : QString()) + QStringLiteral(", ") +
           source.kind;
}

void addClock(page::Fields& fields, const StatusInput& in) {
    const time::SyncState& sync = in.sync;
    if (!in.spec.enabled) {
        fields.add(QStringLiteral("Clock"), page::text(QStringLiteral("the service is disabled")),
                   QStringLiteral("spec.enabled is false"));
        return;
    }
    const bool hasClock = sync.synchronised || sync.holdover;
    fields.add(QStringLiteral("Clock"),
               page::text(sync.synchronised ? QStringLiteral("synchronized")
                          : sync.holdover   ? QStringLiteral("in holdover, without a source")
                                            : QStringLiteral("NOT synchronized")),
               {}, hasClock ? Mark::None : Mark::Trouble);
    if (sync.source) fields.add(QStringLiteral("Source"), page::text(sourceText(*sync.source)));
    if (hasClock) {
        fields.add(QStringLiteral("Stratum"), page::count(sync.stratum));
        fields.add(QStringLiteral("Error bound"), page::duration(sync.errorBound.count()),
                   QStringLiteral("of the time that clients get"));
        if (sync.synchronised)
            fields.add(QStringLiteral("Served offset"), page::offset(sync.servedOffset.count()),
                       QStringLiteral("the served time against its source, as last measured"));
        fields.add(
            QStringLiteral("Offset"), page::offset(sync.offset.count()),
            QStringLiteral("the machine's clock is %1%2")
                .arg(fastOrSlow(sync.offset.count()),
                     in.clockControl == ClockControl::Adjust
                         ? QString()
                         : QStringLiteral("; this service does not set it (%1)").arg(whyNotSet(in.clockControl))));
        fields.add(QStringLiteral("Jitter"), page::duration(sync.jitter.count()));
        fields.add(QStringLiteral("Frequency"), page::frequency(std::abs(sync.frequencyPpb)),
                   QStringLiteral("uncorrected, the clock runs %1").arg(fastOrSlow(sync.frequencyPpb)));
        fields.add(QStringLiteral("Leap second"), page::text(toText(sync.leap)));
    }
    fields.add(QStringLiteral("Sources"), page::text(QStringLiteral("%1 of %2 reachable, %3 selectable")
                                                         .arg(sync.sources.reachable)
                                                         .arg(sync.sources.total)
                                                         .arg(sync.sources.selectable)));
    fields.add(QStringLiteral("Advertised"), page::yesNo(sync.fitToAdvertise), sync.reason,
               sync.fitToAdvertise ? Mark::None : Mark::Trouble);
}

/// Adds Ready, and the conditions that indicate trouble.
void addConditions(page::Fields& fields, const StatusInput& in) {
    const std::vector<Condition> conditions = conditionsOf(in);
    QString label = QStringLiteral("Conditions");
    for (const Condition& condition : conditions) {
        if (isGood(condition) && condition.type != QLatin1String("Ready")) continue;
        fields.add(label, page::text(condition.type + QStringLiteral(" = ") + toText(condition.status)),
                   condition.message, isGood(condition) ? Mark::None : Mark::Trouble);
        label.clear();
    }
}

page::Cell jitterOf(const SourceReport& source, const StatusInput& in) {
    const SourceStatistics* statistics = statisticsOf(source, in);
    return statistics ? durationOf(statistics->deviation) : page::none();
}

Mark markOf(const SourceReport& source) {
    const bool isTrouble = source.state == SourceState::Falseticker || source.reachability == 0;
    return isTrouble ? Mark::Trouble : Mark::None;
}

/// The origin has a column where a source has one: most services have only sources of their spec.
page::Table sourceTable(const StatusInput& in) {
    using page::Kind;
    std::vector<page::Table::Column> columns{{QStringLiteral("Name")},
                                             {QStringLiteral("Address")},
                                             {QStringLiteral("Kind")},
                                             {QStringLiteral("State")},
                                             {QStringLiteral("Stratum"), Kind::Count},
                                             {QStringLiteral("Reach"), Kind::Octal},
                                             {QStringLiteral("Poll"), Kind::Duration},
                                             {QStringLiteral("LastRx"), Kind::Age},
                                             {QStringLiteral("Offset"), Kind::Offset},
                                             {QStringLiteral("Jitter"), Kind::Duration},
                                             {QStringLiteral("Delay"), Kind::Duration}};
    if (std::any_of(in.sources.begin(), in.sources.end(),
                    [&in](const SourceReport& each) { return !originOf(each, in).isEmpty(); }))
        columns.push_back({QStringLiteral("Origin")});
    page::Table table(std::move(columns));
    table.whenEmpty(QStringLiteral("No sources."));
    for (const SourceReport& source : in.sources) {
        const bool isMeasured = source.sinceSample.has_value();
        table.add(
            {page::text(displayName(source)), page::text(numericAddress(source)), page::text(kindText(source.mode)),
             page::text(stateText(source.state)), page::count(source.stratum), page::octal(source.reachability),
             powerOfTwo(source.poll), isMeasured ? page::age(source.sinceSample->count()) : page::none(),
             isMeasured ? page::offset(source.offset.count()) : page::none(),
             isMeasured ? jitterOf(source, in) : page::none(), isMeasured ? durationOf(source.delay) : page::none(),
             page::text(originOf(source, in))},
            markOf(source));
    }
    return table;
}

page::Table whyTable(const StatusInput& in) {
    page::Table table(
        {{QStringLiteral("Name")}, {QStringLiteral("Address")}, {QStringLiteral("State")}, {QStringLiteral("Why")}});
    table.whenEmpty(QStringLiteral("No sources."));
    for (const SourceReport& source : in.sources)
        table.add({page::text(displayName(source)), page::text(numericAddress(source)),
                   page::text(stateText(source.state)), page::text(verdictOn(source, in.sources, in.statistics).why)},
                  markOf(source));
    return table;
}

/// The register fills from the right: bits to the left of its first set bit were not polled yet.
page::Cell answersText(const SourceReport& source) {
    if (source.reachability == 0) return page::text(QStringLiteral("none of the recent polls"));
    return page::text(QStringLiteral("%1 of the last %2 polls")
                          .arg(std::popcount(source.reachability))
                          .arg(std::bit_width(source.reachability)));
}

QString authenticationText(const SourceReport& source) {
    if (!source.authentication) return {};
    switch (source.authentication->mode) {
        case AuthenticationMode::None: return QStringLiteral("no");
        case AuthenticationMode::SymmetricKey: return QStringLiteral("with key %1").arg(source.authentication->keyId);
        case AuthenticationMode::Nts:
            return QStringLiteral("with NTS, %1 cookies in store").arg(source.authentication->cookies);
        case AuthenticationMode::Unknown: break;
    }
    return {};
}

page::Fields everythingAbout(const SourceReport& source, const StatusInput& in) {
    page::Fields fields(titleOf(source));
    fields.add(QStringLiteral("Why"), page::text(verdictOn(source, in.sources, in.statistics).why), {}, markOf(source));
    fields.add(QStringLiteral("State"), page::text(stateText(source.state)));
    fields.add(QStringLiteral("Origin"), page::text(originOf(source, in)));
    fields.add(QStringLiteral("Answered"), answersText(source));
    fields.add(QStringLiteral("Polled every"), powerOfTwo(source.poll));
    if (source.stratum > 0) fields.add(QStringLiteral("Stratum"), page::count(source.stratum));
    if (source.sinceSample) {
        fields.add(QStringLiteral("Measured"), page::age(source.sinceSample->count()),
                   QStringLiteral("since the last sample"));
        fields.add(QStringLiteral("Offset"), page::offset(source.offset.count()),
                   QStringLiteral("the local clock relative to the source"));
        fields.add(QStringLiteral("Jitter"), jitterOf(source, in));
        fields.add(QStringLiteral("Delay"), durationOf(source.delay));
    }
    fields.add(QStringLiteral("Authentic"), page::text(authenticationText(source)));
    if (source.selection)
        fields.add(QStringLiteral("Options"), page::text(optionsText(source.selection->effectiveOptions)),
                   addedOptions(*source.selection));
    if (source.ntp)
        fields.add(QStringLiteral("Tests failed"), page::text(failedTests(*source.ntp).join(QStringLiteral(", "))), {},
                   Mark::Trouble);
    return fields;
}

}  // namespace

QCborMap statusPage(const PageFacts& facts, const QString& object) {
    page::Document document(QStringLiteral("Time service"));
    bool isFound = false;
    if (facts.status && isCalled(facts.object, object)) {
        const StatusInput& in = *facts.status;
        page::Fields fields(facts.object);
        addClock(fields, in);
        if (facts.tracking && facts.tracking->referenceTime.count() > 0 && in.sync.synchronised)
            fields.add(QStringLiteral("Last update"), timeOf(facts.tracking->referenceTime),
                       QStringLiteral("more: fos1ctl ntp tracking"));
        const bool isRunning = in.engine.phase == EnginePhase::Running;
        fields.add(QStringLiteral("chronyd"),
                   page::text(isRunning ? QStringLiteral("running") : QStringLiteral("not running")),
                   in.chronydVersion.isEmpty() ? QString() : QStringLiteral("version %1").arg(in.chronydVersion),
                   isRunning || !in.spec.enabled ? Mark::None : Mark::Trouble);
        if (!in.engine.lastError.isEmpty()) {
            fields.add(QStringLiteral("Last error"), page::text(in.engine.lastError));
            fields.add({}, page::time(QDateTime::fromMSecsSinceEpoch(in.engine.lastErrorUnixMs)));
        }
        addConditions(fields, in);
        document.add(fields);
        isFound = true;
    }
    for (const IdleService& idle : facts.idle) {
        if (!isCalled(idle.object, object)) continue;
        document.add(page::Fields(idle.object).add(QStringLiteral("Not serving"), page::text(idle.why)));
        isFound = true;
    }
    return isFound ? document.toCbor() : noService(facts, object);
}

QCborMap sourcesPage(const PageFacts& facts, const QString& object) {
    const bool isFound = facts.status && isCalled(facts.object, object);
    if (!isFound) {
        for (const IdleService& idle : facts.idle)
            if (isCalled(idle.object, object))
                return page::error(QStringLiteral("%1 does not serve this node: %2").arg(idle.object, idle.why));
        return noService(facts, object);
    }
    return page::Document(QStringLiteral("Time sources")).add(sourceTable(*facts.status)).toCbor();
}

QCborMap whyPage(const PageFacts& facts, const QString& source) {
    if (!facts.status) return noService(facts, {});
    page::Document document(QStringLiteral("Why each time source is used or not"));
    if (source.isEmpty()) return document.add(whyTable(*facts.status)).toCbor();
    for (const SourceReport& each : facts.status->sources)
        if (isMeant(each, source)) document.add(everythingAbout(each, *facts.status));
    return hasSource(*facts.status, source) ? document.toCbor() : noSource(*facts.status, source);
}

}  // namespace fos1::ntp
