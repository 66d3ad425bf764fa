// SPDX-License-Identifier: GPL-2.0-or-later
// Each way in which a source is not used has a reason of its own and a sentence that a layman understands.
#include <QTest>
#include <QtEndian>
#include <functional>

#include "core/source_verdict.h"

using namespace fos1::ntp;
using namespace std::chrono_literals;

namespace {

/// A server that is well and selected.
SourceReport good(quint8 last = 1) {
    SourceReport source;
    source.address = {SourceAddressKind::Inet4, {10, 0, 0, last}};
    source.name = QStringLiteral("time.example");
    source.mode = SourceMode::Server;
    source.state = SourceState::Selected;
    source.stratum = 2;
    source.reachability = 0377;
    NtpData ntp;
    ntp.stratum = 2;
    ntp.passedTests = 0x3ff;
    ntp.delay = 20ms;
    ntp.rootDelay = 2s;
    ntp.rootDispersion = 3s;
    ntp.sent = ntp.received = ntp.validReplies = 40;
    source.ntp = ntp;
    source.authentication = Authentication{AuthenticationMode::None, 0, 0, 0, 0, {}, 0, 0, 0};
    Selection selection;
    selection.state = SelectionState::Selected;
    selection.lowLimit = -1ms;
    selection.highLimit = 1ms;
    source.selection = selection;
    return source;
}

SourceReport in(SelectionState state) {
    SourceReport source = good();
    source.state = SourceState::Unusable;
    source.selection->state = state;
    return source;
}

/// Was never heard of.
SourceReport silent(quint32 sent = 40) {
    SourceReport source = in(SelectionState::Unsynchronised);
    source.reachability = 0;
    source.ntp = NtpData{};
    source.ntp->sent = sent;
    return source;
}

SourceReport changed(SourceReport source, const std::function<void(SourceReport&)>& change) {
    change(source);
    return source;
}

/// Answers, but fails this test of the packet and was never measured.
SourceReport failing(PacketTest test) {
    SourceReport source = in(SelectionState::Unsynchronised);
    source.ntp->passedTests &= static_cast<quint16>(~static_cast<quint16>(test));
    source.ntp->goodReplies = 0;
    return source;
}

SourceReport withKey(SourceReport source, int bits) {
    source.authentication = Authentication{AuthenticationMode::SymmetricKey, 3, 9, bits, 0, {}, 0, 0, 0};
    return source;
}

SourceReport withNts(SourceReport source, int tries, std::optional<std::chrono::seconds> since, int cookies,
                     int naks = 0) {
    source.authentication = Authentication{AuthenticationMode::Nts, 15, 1, 256, tries, since, cookies, 100, naks};
    return source;
}

SourceReport kissing(const char* code) {
    SourceReport source = silent();
    source.ntp->received = source.ntp->validReplies = 1;
    source.ntp->refId = qFromBigEndian<quint32>(code);
    return source;
}

SourceReport clock() {
    SourceReport source = good();
    source.mode = SourceMode::ReferenceClock;
    source.ntp.reset();
    source.authentication.reset();
    return source;
}

SourceReport unresolved() {
    SourceReport source = silent(0);
    source.address = {SourceAddressKind::Unresolved, {0, 0, 0, 5}};
    return source;
}

struct Case {
    const char* name;
    SourceReport source;
    const char* reason;
    const char* why;
};

std::vector<Case> unheardOf() {
    return {
        {"unresolved", unresolved(), "NameNotResolved",
         "No address is known for the name time.example (is a DNS server reachable?)."},
        {"unresolved and why", changed(unresolved(), [](auto& s) { s.whyUnresolved = QStringLiteral("So."); }),
         "NameNotResolved", "So."},
        {"selected and silent", changed(good(), [](auto& s) { s.reachability = 0; }), "NoAnswer",
         "Does not answer: none of the last 8 polls was answered. This node still follows what it measured before."},
        {"not asked", silent(0), "NotAskedYet", "It has not been polled yet."},
        {"silent at once", silent(1), "NoAnswer", "Does not answer: the only request so far was not answered."},
        {"silent", silent(4), "NoAnswer", "Does not answer: none of 4 requests so far was answered."},
        {"silent for long", silent(), "NoAnswer", "Does not answer: none of the last 8 polls was answered."},
        {"silent again", changed(in(SelectionState::Combined), [](auto& s) { s.reachability = 0; }), "NoAnswer",
         "Does not answer: none of the last 8 polls was answered."},
        {"packets not known", changed(silent(), [](auto& s) { s.ntp.reset(); }), "NoAnswer",
         "Does not answer: none of the last 8 polls was answered."},
        {"clock without samples", changed(clock(), [](auto& s) { s.reachability = 0; }), "NoSamples",
         "The clock provides no time: none of the last 8 polls was usable. This node still follows what it measured "
         "before."},
        {"missing key", withKey(silent(0), 0), "KeyMissing",
         "It is not polled: key 9, which authenticates its answers, does not exist."},
        {"wrong key", withKey(changed(silent(), [](auto& s) { s.ntp->received = 12; }), 256), "AnswersNotValid",
         "It answers, but none of its 12 answers is genuine: it may not have the same key 9."},
        {"silent with a key", withKey(silent(), 256), "NoAnswer",
         "Does not answer: none of the last 8 polls was answered. It may not have the same key 9."},
        {"bogus answers", changed(silent(), [](auto& s) { s.ntp->received = 12; }), "AnswersNotValid",
         "It answers, but none of its 12 answers is genuine."},
        {"no key exchange yet", withNts(silent(0), 0, {}, 0), "KeyExchangePending", "The NTS key exchange is pending."},
        {"no key exchange", withNts(silent(0), 3, {}, 0), "KeyExchangeFails",
         "It is not polled: the NTS key exchange failed 3 times. Its port for key exchange (usually tcp/4460) must be "
         "reachable and its certificate valid."},
        {"no key exchange, and why",
         changed(withNts(silent(0), 3, {}, 0),
                 [](auto& s) { s.keyExchangeError = QStringLiteral("Connection refused"); }),
         "KeyExchangeFails",
         "It is not polled: the NTS key exchange failed 3 times, most recently with: Connection refused."},
        {"cookies rejected", withNts(silent(), 0, 60s, 7, 1), "CookiesRejected",
         "The server no longer accepts our NTS cookies; a new key exchange is in progress."},
        {"kiss RATE", kissing("RATE"), "AskedTooOften",
         "The server reports that it is polled too often (kiss code RATE); use a longer polling interval (minpoll)."},
        {"kiss DENY", kissing("DENY"), "Denied", "The server refuses to serve this machine (kiss code DENY)."},
        {"kiss RSTR", kissing("RSTR"), "Denied", "The server refuses to serve this machine (kiss code RSTR)."},
        {"kiss INIT", kissing("INIT"), "Unsynchronised", "The server is not synchronized yet (kiss code INIT)."},
        {"kiss STEP", kissing("STEP"), "Unsynchronised", "The server is not synchronized yet (kiss code STEP)."},
        {"another kiss", kissing("AUTO"), "KissOfDeath",
         "The server answered with the kiss code AUTO instead of a time."},
        {"itself without time", changed(failing(PacketTest::Synchronised), [](auto& s) { s.reachability = 0; }),
         "Unsynchronised", "Its last answer reports that its own clock is not synchronized (test 6)."},
        {"itself far from time", changed(failing(PacketTest::RootDistance), [](auto& s) { s.reachability = 0; }),
         "LargeDistance", "Its last answer reports that its time may be wrong by seconds (test 7)."},
    };
}

std::vector<Case> heardOf() {
    return {
        {"loop", failing(PacketTest::LoopFree), "Loop",
         "It takes its time from this machine, so it cannot be followed (test D)."},
        {"maxdelay", failing(PacketTest::DelayAllowed), "DelayTooLong",
         "The round trip of its last answer took 20 ms, longer than allowed (test A, maxdelay)."},
        {"maxdelayratio", failing(PacketTest::UsualDelay), "DelayUnusual",
         "The round trip of its last answer took 20 ms, unusually long for it, so the answer was not used (test B, "
         "maxdelayratio)."},
        {"maxdelaydevratio", failing(PacketTest::SteadyDelay), "DelayUnusual",
         "The round trip of its last answer took 20 ms, unusually long for it, so the answer was not used (test C, "
         "maxdelaydevratio)."},
        {"no measurement yet", in(SelectionState::Unsynchronised), "TooFewMeasurements",
         "There are too few measurements yet to judge it."},
        {"s", failing(PacketTest::Synchronised), "Unsynchronised", "Its own clock is not synchronized."},
        {"*", good(), "Selected", "The clock follows it: it is the best of the sources."},
        {"* of a clock", clock(), "Selected", "The clock follows it: it is the best of the sources."},
        {"+", in(SelectionState::Combined), "Combined",
         "It is used: its time is combined with that of the selected source."},
        {"N by configuration",
         changed(in(SelectionState::NoSelect), [](auto& s) { s.selection->configuredOptions = 1; }), "OnlyWatched",
         "It is only watched: it has the option noselect."},
        {"N by authentication", in(SelectionState::NoSelect), "NotAuthenticated",
         "It is only watched: it is not authenticated, and security.authselect allows only authenticated sources."},
        {"M", in(SelectionState::MissingSamples), "TooFewMeasurements",
         "There are too few measurements yet to judge it."},
        {"r", in(SelectionState::BadStratum), "BadStratum",
         "Its stratum, 2, is outside the allowed range (minstratum, maxstratum)."},
        {"d", in(SelectionState::LargeDistance), "LargeDistance",
         "Its time may be wrong by 4.01 s, which is more than is allowed (maxdistance)."},
        {"~", in(SelectionState::Jittery), "Jittery", "Its measurements scatter too much, by 1.5 s (maxjitter)."},
        {"w", in(SelectionState::WaitsForSamples), "WaitsForMeasurements",
         "It is good so far; the others have too few measurements yet to compare."},
        {"S", in(SelectionState::Stale), "Stale",
         "Its last measurement is older than those of the sources that answer."},
        {"O", in(SelectionState::Orphan), "Orphan", "Its stratum, 2, is no better than that of our own local clock."},
        {"T", in(SelectionState::Untrusted), "Untrusted",
         "Its time does not fully agree with that of the sources that are trusted more: ."},
        {"W", in(SelectionState::WaitsForSources), "WaitsForSources",
         "It is good, but fewer sources agree than are required (spec.sources.minsources)."},
        {"P", in(SelectionState::NotPreferred), "NotPreferred",
         "It is good, but another good source is preferred (prefer)."},
        {"U", in(SelectionState::WaitsForUpdate), "WaitsForUpdate",
         "It is good, but waits for its next measurement because another source was just selected."},
        {"D", in(SelectionState::Distant), "Distant",
         "It is good, but was much less certain than the selected source until recently, so it is not combined with it "
         "yet."},
        {"L", in(SelectionState::Outlier), "Outlier", "It is good, but an outlier among the good sources."},
        {"a later letter", in(SelectionState::Unknown), "Unknown",
         "chronyd gives a reason that this plugin does not know; chronyd may be newer."},
        {"selection not known", changed(good(), [](auto& s) { s.selection.reset(); }), "Selected",
         "The clock follows it."},
        {"lost polls", changed(good(), [](auto& s) { s.reachability = 0b1011'0101; }), "Selected",
         "The clock follows it: it is the best of the sources. 5 of its last 8 polls were answered."},
        {"first polls", changed(good(), [](auto& s) { s.reachability = 0b111; }), "Selected",
         "The clock follows it: it is the best of the sources."},
        {"cookies run out", withNts(good(), 4, 9000s, 2), "Selected",
         "The clock follows it: it is the best of the sources. Its NTS cookies are running out: 2 of 8 are left, and "
         "the key exchange failed."},
        {"NTS is well", withNts(good(), 0, 9000s, 8), "Selected",
         "The clock follows it: it is the best of the sources."},
    };
}

}  // namespace

class TestSourceVerdict : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void verdicts_data() {
        QTest::addColumn<std::size_t>("index");
        const std::size_t first = unheardOf().size();
        for (std::size_t i = 0; i < first; ++i) QTest::newRow(unheardOf()[i].name) << i;
        for (std::size_t i = 0; i < heardOf().size(); ++i) QTest::newRow(heardOf()[i].name) << first + i;
    }
    void verdicts() {
        QFETCH(std::size_t, index);
        const std::size_t first = unheardOf().size();
        const Case expected = index < first ? unheardOf()[index] : heardOf()[index - first];
        SourceStatistics statistics;
        statistics.address = expected.source.address;
        statistics.deviation = 1500ms;
        const SourceVerdict verdict = verdictOn(expected.source, {expected.source}, {statistics});
        QCOMPARE(verdict.why, QString::fromUtf8(expected.why));
        QCOMPARE(verdict.reason, QString::fromUtf8(expected.reason));
    }

    void falseticker_data() {
        QTest::addColumn<qint64>("lowMs");
        QTest::addColumn<qint64>("highMs");
        QTest::addColumn<QString>("why");
        const QString said = QStringLiteral("Its time disagrees with the majority (falseticker)");
        const QString away = said + QStringLiteral(": %1 away from the others' common interval.");
        QTest::newRow("above") << qint64{13} << qint64{15} << away.arg(QStringLiteral("12.5 ms"));
        QTest::newRow("below") << qint64{-9} << qint64{-7} << away.arg(QStringLiteral("6 ms"));
        QTest::newRow("touches") << qint64{0} << qint64{7} << said + u'.';
    }
    /// The others agree on -1 ms to 0.5 ms.
    void falseticker() {
        QFETCH(qint64, lowMs);
        QFETCH(qint64, highMs);
        QFETCH(QString, why);
        SourceReport other = good(2);
        other.selection->state = SelectionState::NotPreferred;
        other.selection->lowLimit = -4ms;
        other.selection->highLimit = 500us;
        SourceReport outside = good(3);  // has no say
        outside.selection->state = SelectionState::LargeDistance;
        outside.selection->highLimit = 1h;
        SourceReport wrong = in(SelectionState::Falseticker);
        wrong.selection->lowLimit = std::chrono::milliseconds(lowMs);
        wrong.selection->highLimit = std::chrono::milliseconds(highMs);
        const SourceVerdict verdict = verdictOn(wrong, {good(), other, outside, wrong}, {});
        QCOMPARE(verdict.why, why);
        QCOMPARE(verdict.reason, QStringLiteral("Falseticker"));
    }

    void noMajority() {
        const SourceReport wrong = in(SelectionState::Falseticker);
        const SourceVerdict verdict = verdictOn(wrong, {wrong, wrong}, {});
        QCOMPARE(verdict.reason, QStringLiteral("NoMajority"));
        QVERIFY(verdict.why.startsWith(QStringLiteral("The sources disagree and no majority of them agrees")));
    }

    void distantInNumbers() {
        SourceReport distant = in(SelectionState::Distant);
        distant.selection->lowLimit = -61ms;
        distant.selection->highLimit = 62ms;
        QVERIFY(verdictOn(distant, {good(2), distant}, {})
                    .why.contains(QStringLiteral("than the selected source (61.5 ms, against 1 ms), so it is not")));
    }

    void listAlone() {
        const std::vector<std::pair<SourceState, QString>> reasons{
            {SourceState::Selected, QStringLiteral("Selected")},
            {SourceState::Combined, QStringLiteral("Combined")},
            {SourceState::Selectable, QStringLiteral("NotCombined")},
            {SourceState::Unusable, QStringLiteral("Unusable")},
            {SourceState::Falseticker, QStringLiteral("Falseticker")},
            {SourceState::Jittery, QStringLiteral("Jittery")},
            {SourceState::Unknown, QStringLiteral("Unknown")}};
        for (const auto& [state, reason] : reasons) {
            SourceReport source = good();
            source.selection.reset();
            source.state = state;
            const SourceVerdict verdict = verdictOn(source, {source}, {});
            QCOMPARE(verdict.reason, reason);
            QVERIFY(verdict.why.endsWith(u'.'));
        }
    }

    void wordsOfTheSelection() {
        QSet<QString> words;
        for (int state = 0; state <= static_cast<int>(SelectionState::Selected); ++state)
            words.insert(selectionText(static_cast<SelectionState>(state)));
        QCOMPARE(words.size(), static_cast<int>(SelectionState::Selected) + 1);
    }

    /// chrony's default `mix` requires every authenticated source, which nobody wrote.
    void whoBlocksIsNamed() {
        SourceReport waiting = in(SelectionState::WaitsForSources);
        SourceReport nts = silent();
        nts.name = QStringLiteral("nts.example");
        nts.selection->effectiveOptions = static_cast<quint16>(SelectOption::Require);
        QCOMPARE(
            verdictOn(waiting, {waiting, nts}, {}).why,
            QStringLiteral("It is good, but nts.example is required (it is authenticated, and security.authselect is "
                           "mix) and not usable, so no source is followed."));
        nts.selection->configuredOptions = nts.selection->effectiveOptions;
        QCOMPARE(
            verdictOn(waiting, {waiting, nts}, {}).why,
            QStringLiteral("It is good, but nts.example is required (it has the option require) and not usable, so "
                           "no source is followed."));
        SourceReport outvoted = in(SelectionState::Untrusted);
        nts.selection->effectiveOptions = static_cast<quint16>(SelectOption::Trust);
        QCOMPARE(verdictOn(outvoted, {outvoted, nts}, {}).why,
                 QStringLiteral("Its time does not fully agree with that of the sources that are trusted more: "
                                "nts.example."));
    }

    void whatCannotBeSent() {
        SourceReport source = silent(0);
        source.address = {SourceAddressKind::Inet4, {203, 0, 113, 5}};
        source.whyUnreachable = QStringLiteral("Network is unreachable");
        const SourceVerdict verdict = verdictOn(source, {source}, {});
        QCOMPARE(verdict.reason, QStringLiteral("CannotBeSent"));
        QCOMPARE(verdict.why, QStringLiteral("Requests cannot be sent: there is no route to 203.0.113.5 (Network is "
                                             "unreachable)."));
    }

    void aFreeRunningClockIsNamed() {
        SourceReport source = good();
        source.ntp->refId = 0x7F7F0101;
        QVERIFY(
            verdictOn(source, {source}, {})
                .why.endsWith(QStringLiteral(" It has no source of its own: it serves its free-running local clock.")));
    }
};

QTEST_GUILESS_MAIN(TestSourceVerdict)
#include "tst_source_verdict.moc"
