// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/selection_verdict.h"

#include <algorithm>

#include "core/plain_text.h"

namespace fos1::ntp {

using std::chrono::nanoseconds;

namespace {

SourceVerdict make(const char* reason, QString why) { return {QLatin1String(reason), std::move(why)}; }

/// Agrees with the majority, whether it is used or not.
bool isTruechimer(SelectionState state) {
    switch (state) {
        case SelectionState::Selected:
        case SelectionState::Combined:
        case SelectionState::WaitsForSources:
        case SelectionState::NotPreferred:
        case SelectionState::WaitsForUpdate:
        case SelectionState::Distant:
        case SelectionState::Outlier: return true;
        default: return false;
    }
}

/// What the sources that agree have in common; nothing when none do.
struct Interval {
    nanoseconds low{0};
    nanoseconds high{0};
};
std::optional<Interval> commonInterval(const std::vector<SourceReport>& all) {
    std::optional<Interval> common;
    for (const SourceReport& other : all) {
        if (!other.selection || !isTruechimer(other.selection->state)) continue;
        const Interval its{other.selection->lowLimit, other.selection->highLimit};
        if (!common) common = its;
        common->low = std::max(common->low, its.low);
        common->high = std::min(common->high, its.high);
    }
    // The selections were not all made at one moment, so they may miss each other by a little.
    if (common && common->low > common->high) std::swap(common->low, common->high);
    return common;
}

SourceVerdict falseticker(const Selection& selection, const std::vector<SourceReport>& all) {
    const auto common = commonInterval(all);
    if (!common)
        return make(
            "NoMajority",
            QStringLiteral("The sources disagree and no majority of them agrees on a time, so none is used. More "
                           "sources would show which ones are right."));
    const nanoseconds distance = std::max(selection.lowLimit - common->high, common->low - selection.highLimit);
    QString why = QStringLiteral("Its time disagrees with the majority (falseticker)");
    if (distance > nanoseconds(0))
        why += QStringLiteral(": %1 away from the others' common interval").arg(plainDuration(distance));
    return make("Falseticker", why + u'.');
}

SourceVerdict noSelect(const Selection& selection) {
    const bool isConfigured = (selection.configuredOptions & static_cast<quint16>(SelectOption::NoSelect)) != 0;
    if (isConfigured) return make("OnlyWatched", QStringLiteral("It is only watched: it has the option noselect."));
    return make("NotAuthenticated",
                QStringLiteral("It is only watched: it is not authenticated, and security.authselect allows only "
                               "authenticated sources."));
}

bool isRequired(const Selection& selection) { return selection.has(SelectOption::Require); }

/// By the option of its own, or because authentication is weighed so.
QString whyRequired(const SourceReport& source) {
    const bool isConfigured = (source.selection->configuredOptions & static_cast<quint16>(SelectOption::Require)) != 0;
    return isConfigured ? QStringLiteral("it has the option require")
                        : QStringLiteral("it is authenticated, and security.authselect is mix");
}

/// Sources with `trust` outvote all others.
SourceVerdict untrusted(const std::vector<SourceReport>& all) {
    QStringList trusted;
    for (const SourceReport& other : all)
        if (other.selection && other.selection->has(SelectOption::Trust)) trusted.append(displayName(other));
    return make("Untrusted",
                QStringLiteral("Its time does not fully agree with that of the sources that are trusted more: "
                               "%1.")
                    .arg(trusted.join(QStringLiteral(", "))));
}

SourceVerdict waitsForSources(const std::vector<SourceReport>& all) {
    QStringList blockers;
    for (const SourceReport& other : all)
        if (other.selection && isRequired(*other.selection) && !isTruechimer(other.selection->state))
            blockers.append(
                QStringLiteral("%1 is required (%2) and not usable").arg(displayName(other), whyRequired(other)));
    if (!blockers.isEmpty())
        return make(
            "WaitsForSources",
            QStringLiteral("It is good, but %1, so no source is followed.").arg(blockers.join(QStringLiteral("; "))));
    return make("WaitsForSources",
                QStringLiteral("It is good, but fewer sources agree than are required (spec.sources.minsources)."));
}

/// How far its time may be off at most, as the last answer has it (RFC 5905, section 11.1).
QString rootDistance(const SourceReport& source) {
    if (!source.ntp) return {};
    const nanoseconds distance = source.ntp->rootDispersion + source.ntp->rootDelay / 2 + source.ntp->delay / 2;
    return QStringLiteral(" by %1").arg(plainDuration(distance));
}

/// chronyd keeps a source out for a few updates after it was too uncertain, so the numbers of now may not tell.
SourceVerdict distant(const Selection& selection, const std::vector<SourceReport>& all) {
    const auto halfWidth = [](const Selection& of) { return (of.highLimit - of.lowLimit) / 2; };
    for (const SourceReport& other : all) {
        if (!other.selection || other.selection->state != SelectionState::Selected) continue;
        if (halfWidth(selection) <= halfWidth(*other.selection)) continue;
        return make("Distant",
                    QStringLiteral("It is good, but much less certain than the selected source (%1, against "
                                   "%2), so it is not combined with it.")
                        .arg(plainDuration(halfWidth(selection)), plainDuration(halfWidth(*other.selection))));
    }
    return make("Distant",
                QStringLiteral("It is good, but was much less certain than the selected source until recently, "
                               "so it is not combined with it yet."));
}

}  // namespace

SourceVerdict selectionVerdict(const SourceReport& source, const std::vector<SourceReport>& all,
                               const SourceStatistics* statistics) {
    const Selection& selection = *source.selection;
    switch (selection.state) {
        case SelectionState::Selected:
            return make("Selected", QStringLiteral("The clock follows it: it is the best of the sources."));
        case SelectionState::Combined:
            return make("Combined",
                        QStringLiteral("It is used: its time is combined with that of the selected source."));
        case SelectionState::NoSelect: return noSelect(selection);
        case SelectionState::MissingSamples:
            return make("TooFewMeasurements", QStringLiteral("There are too few measurements yet to judge it."));
        case SelectionState::Unsynchronised:
            return make("Unsynchronised", QStringLiteral("Its own clock is not synchronized."));
        case SelectionState::BadStratum:
            return make("BadStratum", QStringLiteral("Its stratum, %1, is outside the allowed range (minstratum, "
                                                     "maxstratum).")
                                          .arg(source.stratum));
        case SelectionState::LargeDistance:
            return make("LargeDistance",
                        QStringLiteral("Its time may be wrong%1, which is more than is allowed (maxdistance).")
                            .arg(rootDistance(source)));
        case SelectionState::Jittery:
            return make(
                "Jittery",
                QStringLiteral("Its measurements scatter too much%1 (maxjitter).")
                    .arg(statistics ? QStringLiteral(", by %1").arg(plainDuration(statistics->deviation)) : QString()));
        case SelectionState::WaitsForSamples:
            return make("WaitsForMeasurements",
                        QStringLiteral("It is good so far; the others have too few measurements yet to compare."));
        case SelectionState::Stale:
            return make("Stale",
                        QStringLiteral("Its last measurement is older than those of the sources that answer."));
        case SelectionState::Orphan:
            return make(
                "Orphan",
                QStringLiteral("Its stratum, %1, is no better than that of our own local clock.").arg(source.stratum));
        case SelectionState::Untrusted: return untrusted(all);
        case SelectionState::Falseticker: return falseticker(selection, all);
        case SelectionState::WaitsForSources: return waitsForSources(all);
        case SelectionState::NotPreferred:
            return make("NotPreferred", QStringLiteral("It is good, but another good source is preferred (prefer)."));
        case SelectionState::WaitsForUpdate:
            return make(
                "WaitsForUpdate",
                QStringLiteral(
                    "It is good, but waits for its next measurement because another source was just selected."));
        case SelectionState::Distant: return distant(selection, all);
        case SelectionState::Outlier:
            return make("Outlier", QStringLiteral("It is good, but an outlier among the good sources."));
        case SelectionState::Unknown: break;
    }
    return make("Unknown",
                QStringLiteral("chronyd gives a reason that this plugin does not know; chronyd may be newer."));
}

}  // namespace fos1::ntp
