// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/receiver_words.h"

#include "core/plain_text.h"

namespace fos1::ntp {

namespace {

using std::chrono::nanoseconds;

/// An instant now and then that cannot be used is no trouble.
constexpr qint64 kGoodFor = 3'500'000'000;
constexpr qint64 kPatience = 5 * kNsPerSecond;

QString satellites(const GnssFacts& gnss) {
    if (!gnss.used && !gnss.inView) return {};
    const auto number = [](const std::optional<int>& value) {
        return value ? QString::number(*value) : QStringLiteral("?");
    };
    return QStringLiteral(", %1 of %2 satellites in use").arg(number(gnss.used), number(gnss.inView));
}

QString antenna(const GnssFacts& gnss) {
    return gnss.antenna == u"open" || gnss.antenna == u"short"
               ? QStringLiteral(" The receiver reports its antenna as %1.").arg(gnss.antenna)
               : QString();
}

QString byHowMuch(qint64 ns) {
    const QString distance = plainDuration(nanoseconds(std::abs(ns)));
    const qint64 weeks = ns / kNsPerSecond / (kRolloverSeconds / 1024);
    const QString inWeeks = std::abs(weeks) >= 1 ? QStringLiteral(" (%1 weeks)").arg(std::abs(weeks)) : QString();
    return distance + inWeeks + (ns > 0 ? QStringLiteral(" ahead of") : QStringLiteral(" behind"));
}

ReceiverWords trouble(const char* reason, const QString& message) { return {false, QLatin1String(reason), message}; }

ReceiverWords noFix(const ReceiverView& receiver) {
    const qint64 since = receiver.state.noFixSinceUnixNs;
    return trouble("NoFix", QStringLiteral("The receiver has had no fix%1%2.%3 Its time is not used.")
                                .arg(since > 0 ? QStringLiteral(" since ") + utcText(since / 1'000'000) : QString(),
                                     satellites(receiver.gnss), antenna(receiver.gnss)));
}

ReceiverWords wordsOf(InstantVerdict verdict, const ReceiverView& receiver) {
    const ReceiverJudge& judge = receiver.judge;
    switch (verdict) {
        case InstantVerdict::NoFix: return noFix(receiver);
        case InstantVerdict::Jumped:
            return trouble("Jumped", QStringLiteral("The time of the receiver jumped: it is %1 its own past. It is not "
                                                    "used until it is back, or sources in the network agree with it.")
                                         .arg(byHowMuch(judge.jumpNs())));
        case InstantVerdict::LeapUnannounced:
            return trouble("LeapUnannounced",
                           QStringLiteral("The time of the receiver moved by one second, %1 its own past, and no leap "
                                          "second was due. It is not used until it is back, or sources in the network "
                                          "agree with it.")
                               .arg(byHowMuch(judge.jumpNs())));
        case InstantVerdict::NetworkDisagrees:
            return trouble("NetworkDisagrees",
                           QStringLiteral("The receiver is %1 the time that %2 sources in the network agree on, which "
                                          "is right to within %3: it may be jammed or spoofed, or its firmware may be "
                                          "wrong. It is not used until they agree again.")
                               .arg(byHowMuch(judge.deviation().value_or(0)))
                               .arg(judge.opinion() ? judge.opinion()->sources : 0)
                               .arg(plainDuration(nanoseconds(judge.opinion() ? judge.opinion()->boundNs : 0))));
        case InstantVerdict::Frozen:
            return trouble("Frozen", QStringLiteral("The receiver repeats the same second, %1; restart it.")
                                         .arg(utcText(receiver.state.reportedUnixNs / 1'000'000)));
        case InstantVerdict::Overrun:
            return trouble(
                "Overrun",
                QStringLiteral("The line carries sentences without a pause, so they come ever later and tell "
                               "no time; let the receiver send fewer or less often, or use a higher speed."));
        case InstantVerdict::FixUnknown:
            return trouble("FixUnknown", QStringLiteral("No sentence tells whether there is a fix; let the receiver "
                                                        "send RMC, GGA or GSA too."));
        case InstantVerdict::LeapDefault:
            return trouble("LeapSecondsUnknown",
                           QStringLiteral("The receiver does not know the number of leap seconds from the satellites "
                                          "yet, which takes up to 12.5 minutes after a cold start."));
        case InstantVerdict::Late:
            return trouble("Unsteady", QStringLiteral("Its sentences come up to 0.7 s away from where they used to; "
                                                      "these are not used."));
        case InstantVerdict::LeapSecond:
        case InstantVerdict::Settling:
        case InstantVerdict::NoDate:
        case InstantVerdict::BetweenSeconds:
        case InstantVerdict::Good:
        case InstantVerdict::Unknown: break;
    }
    return trouble("Settling", QStringLiteral("The receiver has a fix; its time is used after some more seconds."));
}

ReceiverWords good(const ReceiverView& receiver) {
    const QString& name = receiver.gnss.fix;
    const QString fix = name.isEmpty() ? QStringLiteral("a fix") : QStringLiteral("a fix (%1)").arg(name);
    if (receiver.state.rollovers > 0)
        return {true, QStringLiteral("WeekRollover"),
                QStringLiteral("The receiver has %1%2. It reports %3, %4 weeks early, which is corrected; its firmware "
                               "should be updated.")
                    .arg(fix, satellites(receiver.gnss), utcText(receiver.state.reportedUnixNs / 1'000'000))
                    .arg(1024 * receiver.state.rollovers)};
    return {true, QStringLiteral("Healthy"),
            QStringLiteral("The receiver has %1%2.%3").arg(fix, satellites(receiver.gnss), antenna(receiver.gnss))};
}

}  // namespace

QString toText(InstantVerdict verdict) {
    switch (verdict) {
        case InstantVerdict::Good: return QStringLiteral("used");
        case InstantVerdict::Settling: return QStringLiteral("settling");
        case InstantVerdict::LeapSecond: return QStringLiteral("leap_second");
        case InstantVerdict::Late: return QStringLiteral("late");
        case InstantVerdict::Frozen: return QStringLiteral("frozen");
        case InstantVerdict::Jumped: return QStringLiteral("jumped");
        case InstantVerdict::LeapUnannounced: return QStringLiteral("leap_unannounced");
        case InstantVerdict::NetworkDisagrees: return QStringLiteral("network_disagrees");
        case InstantVerdict::NoFix: return QStringLiteral("no_fix");
        case InstantVerdict::FixUnknown: return QStringLiteral("fix_unknown");
        case InstantVerdict::NoDate: return QStringLiteral("no_date");
        case InstantVerdict::LeapDefault: return QStringLiteral("leap_seconds_unknown");
        case InstantVerdict::Overrun: return QStringLiteral("overrun");
        case InstantVerdict::BetweenSeconds: return QStringLiteral("between_seconds");
        case InstantVerdict::Unknown: break;
    }
    return QStringLiteral("unknown");
}

ReceiverWords wordsFor(const ReceiverView& receiver, qint64 rawNs) {
    const ReceiverState& state = receiver.state;
    if (receiver.judge.isDistrusted() || state.last == InstantVerdict::NoFix) return wordsOf(state.last, receiver);
    if (state.lastGoodRawNs != 0 && rawNs - state.lastGoodRawNs < kGoodFor) return good(receiver);
    if (state.noFixSinceUnixNs != 0) return noFix(receiver);
    if (state.last == InstantVerdict::Frozen || state.last == InstantVerdict::Overrun ||
        state.last == InstantVerdict::FixUnknown)
        return wordsOf(state.last, receiver);
    if (state.lastInstantRawNs == 0 || rawNs - state.lastInstantRawNs > kPatience)
        return trouble("NoTime",
                       QStringLiteral("Sentences come, but none that tells the time; let the receiver send RMC "
                                      "or ZDA."));
    return wordsOf(state.last, receiver);
}

void addReceiver(const ReceiverView& receiver, qint64 rawNs, RefclockFacts& facts) {
    const auto& counts = receiver.state.counts;
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (const auto verdict = static_cast<InstantVerdict>(i); counts[i] > 0 && verdict != InstantVerdict::Good)
            facts.unused.emplace(toText(verdict), counts[i]);
    if (const auto deviation = receiver.judge.deviation()) facts.deviation = nanoseconds(*deviation);
    ReceiverWords words = wordsFor(receiver, rawNs);
    facts.isHealthy = words.isHealthy;
    facts.reason = std::move(words.reason);
    facts.message = std::move(words.message);
    facts.gnss = receiver.gnss;
}

}  // namespace fos1::ntp
