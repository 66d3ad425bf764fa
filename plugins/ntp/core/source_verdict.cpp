// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/source_verdict.h"

#include <algorithm>
#include <bit>

#include "core/plain_text.h"
#include "core/selection_verdict.h"
#include "core/source_truth.h"

namespace fos1::ntp {

namespace {

constexpr int kAllCookies = 8;

SourceVerdict make(const char* reason, QString why) { return {QLatin1String(reason), std::move(why)}; }

const SourceStatistics* find(const std::vector<SourceStatistics>& statistics, const SourceReport& source) {
    for (const SourceStatistics& each : statistics)
        if (isAbout(each, source)) return &each;
    return nullptr;
}

/// A packet of stratum 0 carries a word instead of a time (RFC 5905, section 7.4; RFC 8915, section 5.7).
std::optional<SourceVerdict> kissOfDeath(const NtpData& ntp) {
    if (ntp.validReplies == 0 || ntp.stratum != 0 || ntp.refId == 0) return {};
    const QString code = refIdText(ntp.refId);
    if (code == u"RATE")
        return make("AskedTooOften", QStringLiteral("The server reports that it is polled too often (kiss code RATE); "
                                                    "use a longer polling interval (minpoll)."));
    if (code == u"DENY" || code == u"RSTR")
        return make("Denied", QStringLiteral("The server refuses to serve this machine (kiss code %1).").arg(code));
    // What ntpd says until its clock is set (RFC 5905, figure 13).
    if (code == u"INIT" || code == u"STEP")
        return make("Unsynchronised", QStringLiteral("The server is not synchronized yet (kiss code %1).").arg(code));
    return make("KissOfDeath",
                QStringLiteral("The server answered with the kiss code %1 instead of a time.").arg(code));
}

/// What keeps a source from being asked at all.
std::optional<SourceVerdict> cannotBeAsked(const Authentication& authentication, const QString& keyExchangeError) {
    if (authentication.mode == AuthenticationMode::SymmetricKey && authentication.keyBits == 0)
        return make("KeyMissing",
                    QStringLiteral("It is not polled: key %1, which authenticates its answers, does not exist.")
                        .arg(authentication.keyId));
    if (authentication.mode != AuthenticationMode::Nts || authentication.cookies > 0) return {};
    if (authentication.keyExchangeTries > 0)
        return make("KeyExchangeFails",
                    keyExchangeError.isEmpty()
                        ? QStringLiteral("It is not polled: the NTS key exchange failed %1 times. Its port for key "
                                         "exchange (usually tcp/4460) must be reachable and its certificate valid.")
                              .arg(authentication.keyExchangeTries)
                        : QStringLiteral("It is not polled: the NTS key exchange failed %1 times, most recently with: "
                                         "%2.")
                              .arg(authentication.keyExchangeTries)
                              .arg(keyExchangeError));
    if (!authentication.sinceKeyExchange)
        return make("KeyExchangePending", QStringLiteral("The NTS key exchange is pending."));
    return {};
}

/// Answers come, but none lately that the clock could be set by.
std::optional<SourceVerdict> uselessAnswers(const SourceReport& source) {
    const NtpData& ntp = *source.ntp;
    if (const auto kiss = kissOfDeath(ntp)) return kiss;
    if (source.authentication && source.authentication->naks > 0)
        return make("CookiesRejected",
                    QStringLiteral("The server no longer accepts our NTS cookies; a new key exchange is in progress."));
    if (ntp.received > 0 && ntp.validReplies == 0) {
        const bool hasKey = source.authentication && source.authentication->mode == AuthenticationMode::SymmetricKey;
        return make(
            "AnswersNotValid",
            QStringLiteral("It answers, but none of its %1 answers is genuine%2.")
                .arg(ntp.received)
                .arg(hasKey ? QStringLiteral(": it may not have the same key %1").arg(source.authentication->keyId)
                            : QString()));
    }
    if (ntp.validReplies == 0) return {};
    if (!ntp.passed(PacketTest::Synchronised))
        return make("Unsynchronised", QStringLiteral("Its last answer reports that its own clock is not synchronized "
                                                     "(test 6)."));
    if (!ntp.passed(PacketTest::RootDistance))
        return make("LargeDistance",
                    QStringLiteral("Its last answer reports that its time may be wrong by seconds (test 7)."));
    return {};
}

SourceVerdict noAnswer(const SourceReport& source) {
    QString why = QStringLiteral("Does not answer: none of the last 8 polls was answered.");
    if (source.ntp && source.ntp->validReplies == 0 && source.ntp->sent == 1)
        why = QStringLiteral("Does not answer: the only request so far was not answered.");
    else if (source.ntp && source.ntp->validReplies == 0 && source.ntp->sent < 8)
        why = QStringLiteral("Does not answer: none of %1 requests so far was answered.").arg(source.ntp->sent);
    if (source.authentication && source.authentication->mode == AuthenticationMode::SymmetricKey)
        why += QStringLiteral(" It may not have the same key %1.").arg(source.authentication->keyId);
    return make("NoAnswer", why);
}

SourceVerdict silent(const SourceReport& source) {
    if (source.mode == SourceMode::ReferenceClock)
        return make("NoSamples", QStringLiteral("The clock provides no time: none of the last 8 polls was usable."));
    if (source.authentication)
        if (const auto verdict = cannotBeAsked(*source.authentication, source.keyExchangeError)) return *verdict;
    if (!source.whyUnreachable.isEmpty())
        return make("CannotBeSent", QStringLiteral("Requests cannot be sent: there is no route to %1 (%2).")
                                        .arg(numericAddress(source), source.whyUnreachable));
    if (!source.ntp) return noAnswer(source);
    if (source.ntp->sent == 0) return make("NotAskedYet", QStringLiteral("It has not been polled yet."));
    if (const auto verdict = uselessAnswers(source)) return *verdict;
    return noAnswer(source);
}

/// The test of chronyd's that the last answer failed, for what could have been a measurement; empty: none.
QString failedTest(const NtpData& ntp) {
    if (!ntp.passed(PacketTest::LoopFree)) return QStringLiteral("test D");
    if (!ntp.passed(PacketTest::DelayAllowed)) return QStringLiteral("test A, maxdelay");
    if (!ntp.passed(PacketTest::UsualDelay)) return QStringLiteral("test B, maxdelayratio");
    if (!ntp.passed(PacketTest::SteadyDelay)) return QStringLiteral("test C, maxdelaydevratio");
    return {};
}

/// Why answers that come and are valid give no measurement.
std::optional<SourceVerdict> uselessMeasurements(const NtpData& ntp) {
    if (ntp.validReplies == 0) return {};
    const QString test = failedTest(ntp);
    if (!ntp.passed(PacketTest::LoopFree))
        return make("Loop",
                    QStringLiteral("It takes its time from this machine, so it cannot be followed (%1).").arg(test));
    if (!ntp.passed(PacketTest::DelayAllowed))
        return make("DelayTooLong",
                    QStringLiteral("The round trip of its last answer took %1, longer than allowed (%2).")
                        .arg(plainDuration(ntp.delay), test));
    if (!test.isEmpty())
        return make("DelayUnusual",
                    QStringLiteral("The round trip of its last answer took %1, unusually long for it, so the answer "
                                   "was not used (%2).")
                        .arg(plainDuration(ntp.delay), test));
    return {};
}

/// Without the selection's own words, the list's.
SourceVerdict listVerdict(const SourceReport& source) {
    switch (source.state) {
        case SourceState::Selected: return make("Selected", QStringLiteral("The clock follows it."));
        case SourceState::Combined:
            return make("Combined", QStringLiteral("It is used in addition to the selected source."));
        case SourceState::Selectable: return make("NotCombined", QStringLiteral("It is good, but not used."));
        case SourceState::Falseticker:
            return make("Falseticker", QStringLiteral("Its time disagrees with the majority (falseticker)."));
        case SourceState::Jittery: return make("Jittery", QStringLiteral("Its measurements scatter too much."));
        case SourceState::Unusable: return make("Unusable", QStringLiteral("It answers, but is not usable yet."));
        case SourceState::Unknown: break;
    }
    return make("Unknown", QStringLiteral("Its state is unknown."));
}

SourceVerdict answering(const SourceReport& source, const std::vector<SourceReport>& all,
                        const std::vector<SourceStatistics>& statistics) {
    if (!source.selection) return listVerdict(source);
    // chronyd calls a source without a measurement unsynchronised, too.
    const bool lacksMeasurements = source.selection->state == SelectionState::Unsynchronised ||
                                   source.selection->state == SelectionState::MissingSamples;
    if (lacksMeasurements && source.ntp)
        if (const auto verdict = uselessMeasurements(*source.ntp)) return *verdict;
    if (source.selection->state == SelectionState::Unsynchronised && source.ntp && source.ntp->validReplies > 0 &&
        source.ntp->passed(PacketTest::Synchronised))
        return make("TooFewMeasurements", QStringLiteral("There are too few measurements yet to judge it."));
    return selectionVerdict(source, all, find(statistics, source));
}

/// More than one answer gave no measurement.
bool isOverdue(const SourceReport& source) {
    constexpr int kLongestPoll = 24;
    return source.sinceSample && source.sinceSample->count() >> std::clamp(source.poll, 0, kLongestPoll) > 2;
}

/// What is not the cause but worth a word.
QString remarks(const SourceReport& source, const QString& verdict) {
    QString text;
    // The register fills from the right: what is left of its first bit was not polled yet.
    const int polls = std::bit_width(source.reachability);
    const int answered = std::popcount(source.reachability);
    if (answered < polls) text += QStringLiteral(" %1 of its last %2 polls were answered.").arg(answered).arg(polls);
    if (source.ntp && source.ntp->validReplies > 0 && source.ntp->stratum > 0 && isOverdue(source)) {
        const NtpData& ntp = *source.ntp;
        if (const QString test = failedTest(ntp); !test.isEmpty() && !verdict.contains(test))
            text += ntp.passed(PacketTest::LoopFree)
                        ? QStringLiteral(" Its last answer was not used (%1).").arg(test)
                        : QStringLiteral(
                              " It takes its time from this machine now, which is a timing loop, so its "
                              "answers are not used (%1).")
                              .arg(test);
    }
    if (source.ntp && source.ntp->validReplies > 0 && source.ntp->stratum > 0 && isFreeRunning(source.ntp->refId))
        text += QStringLiteral(" It has no source of its own: it serves its free-running local clock.");
    if (!source.authentication || source.authentication->mode != AuthenticationMode::Nts) return text;
    const Authentication& nts = *source.authentication;
    if (nts.keyExchangeTries > 1 && nts.cookies < kAllCookies)
        text += QStringLiteral(" Its NTS cookies are running out: %1 of %2 are left, and the key exchange failed.")
                    .arg(nts.cookies)
                    .arg(kAllCookies);
    return text;
}

}  // namespace

SourceVerdict verdictOn(const SourceReport& source, const std::vector<SourceReport>& all,
                        const std::vector<SourceStatistics>& statistics) {
    if (source.address.kind == SourceAddressKind::Unresolved)
        return make("NameNotResolved",
                    source.whyUnresolved.isEmpty()
                        ? QStringLiteral("No address is known for the name %1 (is a DNS server reachable?).")
                              .arg(displayName(source))
                        : source.whyUnresolved);
    if (source.reachability == 0) {
        SourceVerdict verdict = silent(source);
        if (source.state == SourceState::Selected)
            verdict.why += QStringLiteral(" This node still follows what it measured before.");
        return verdict;
    }
    SourceVerdict verdict = answering(source, all, statistics);
    verdict.why += remarks(source, verdict.why);
    return verdict;
}

QString authenticationText(AuthenticationMode mode) {
    switch (mode) {
        case AuthenticationMode::None: return QStringLiteral("none");
        case AuthenticationMode::SymmetricKey: return QStringLiteral("key");
        case AuthenticationMode::Nts: return QStringLiteral("nts");
        case AuthenticationMode::Unknown: break;
    }
    return {};
}

QString selectionText(SelectionState state) {
    switch (state) {
        case SelectionState::NoSelect: return QStringLiteral("noselect");
        case SelectionState::MissingSamples: return QStringLiteral("missing_samples");
        case SelectionState::Unsynchronised: return QStringLiteral("unsynchronised");
        case SelectionState::BadStratum: return QStringLiteral("bad_stratum");
        case SelectionState::LargeDistance: return QStringLiteral("large_distance");
        case SelectionState::Jittery: return QStringLiteral("jittery");
        case SelectionState::WaitsForSamples: return QStringLiteral("waits_for_samples");
        case SelectionState::Stale: return QStringLiteral("stale");
        case SelectionState::Orphan: return QStringLiteral("orphan");
        case SelectionState::Untrusted: return QStringLiteral("untrusted");
        case SelectionState::Falseticker: return QStringLiteral("falseticker");
        case SelectionState::WaitsForSources: return QStringLiteral("waits_for_sources");
        case SelectionState::NotPreferred: return QStringLiteral("not_preferred");
        case SelectionState::WaitsForUpdate: return QStringLiteral("waits_for_update");
        case SelectionState::Distant: return QStringLiteral("distant");
        case SelectionState::Outlier: return QStringLiteral("outlier");
        case SelectionState::Combined: return QStringLiteral("combined");
        case SelectionState::Selected: return QStringLiteral("selected");
        case SelectionState::Unknown: break;
    }
    return QStringLiteral("unknown");
}

}  // namespace fos1::ntp
