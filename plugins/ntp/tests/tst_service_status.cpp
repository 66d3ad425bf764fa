// SPDX-License-Identifier: GPL-2.0-or-later
// Status fields and conditions say what is the case, in words, and tell a new meaning from new numbers.
#include <QTest>

#include "core/plain_text.h"
#include "core/service_status.h"
#include "support/status_facts.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;
using namespace std::chrono_literals;

class TestServiceStatus : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void fields() {
        Facts in = healthy();
        QCOMPARE(field(in, "running"), QCborValue(true));
        QCOMPARE(field(in, "synchronized"), QCborValue(true));
        QCOMPARE(field(in, "stratum"), QCborValue(2));
        in.sync.stratum = 0;
        QVERIFY(field(in, "stratum").isUndefined());
        QCOMPARE(field(in, "offset"), QCborValue(-1.5));
        QCOMPARE(field(in, "jitter"), QCborValue(0.02));
        in.sync.errorBound = 150ms;
        QCOMPARE(field(in, "errorBound"), QCborValue(150.0));
        QCOMPARE(field(in, "sourceCount"), QCborValue(2));
        QCOMPARE(field(in, "sourcesReachable"), QCborValue(2));
        QCOMPARE(field(in, "observedGeneration"), QCborValue(4));
        QVERIFY(field(in, "lastError").isUndefined());
        in.engine.lastError = QStringLiteral("chronyd was killed by signal 9");
        in.engine.lastErrorUnixMs = 1'800'000'000'000;
        QCOMPARE(field(in, "lastError"), QCborValue(QStringLiteral("chronyd was killed by signal 9")));
        QCOMPARE(field(in, "lastErrorTime"), QCborValue(QStringLiteral("2027-01-15T08:00:00Z")));
    }

    void effectiveRateLimit() {
        Facts in = healthy();
        QVERIFY(!field(in, "effective").toMap().contains(QStringLiteral("ratelimit")));
        in.spec.rateLimit.enabled = true;
        in.spec.rateLimit.interval = 3s;
        const QCborMap limit = field(in, "effective").toMap().value(QStringLiteral("ratelimit")).toMap();
        QCOMPARE(limit.value(QStringLiteral("interval")), QCborValue(4.0));
        QCOMPARE(limit.value(QStringLiteral("burst")), QCborValue(8));
    }

    void chronydVersionAndSelectOptions() {
        Facts in = healthy();
        QVERIFY(!field(in, "effective").toMap().contains(QStringLiteral("chronydVersion")));
        in.chronydVersion = QStringLiteral("4.3");
        QCOMPARE(field(in, "effective").toMap().value(QStringLiteral("chronydVersion")),
                 QCborValue(QStringLiteral("4.3")));
        const auto options = [&in] {
            return field(in, "sources").toArray().at(0).toMap().value(QStringLiteral("options"));
        };
        Selection& selection = in.sources[0].selection.emplace();
        QVERIFY(options().isUndefined());
        selection.effectiveOptions = static_cast<quint16>(SelectOption::Prefer);
        QCOMPARE(options(), QCborValue(QStringLiteral("prefer")));
    }

    void sourceFields() {
        const QCborMap source = field(healthy(), "sources").toArray().at(0).toMap();
        const QCborMap expected{{QStringLiteral("name"), QStringLiteral("a.example")},
                                {QStringLiteral("address"), QStringLiteral("10.0.0.1")},
                                {QStringLiteral("kind"), QStringLiteral("server")},
                                {QStringLiteral("state"), QStringLiteral("selected")},
                                {QStringLiteral("stratum"), 1},
                                {QStringLiteral("reachable"), true},
                                {QStringLiteral("reason"), QStringLiteral("Selected")},
                                {QStringLiteral("why"), QStringLiteral("The clock follows it.")},
                                {QStringLiteral("reach"), QStringLiteral("177")},
                                {QStringLiteral("poll"), 0},
                                {QStringLiteral("lastRx"), 3},
                                {QStringLiteral("offset"), 0.25},
                                {QStringLiteral("delay"), 2.0},
                                {QStringLiteral("jitter"), 0.03}};
        QCOMPARE(QCborValue(source).toDiagnosticNotation(), QCborValue(expected).toDiagnosticNotation());
    }

    void sourceAuthentication() {
        Facts in = healthy();
        const auto source = [&in] { return field(in, "sources").toArray().at(0).toMap(); };
        QVERIFY(!source().contains(QStringLiteral("authentication")));
        in.sources.front().authentication = Authentication{AuthenticationMode::SymmetricKey, 3, 7, 256, 0, {}, 0, 0, 0};
        QCOMPARE(source().value(QStringLiteral("authentication")), QCborValue(QStringLiteral("key")));
        QCOMPARE(source().value(QStringLiteral("keyId")), QCborValue(7));
        in.sources.front().authentication = Authentication{AuthenticationMode::Nts, 15, 1, 256, 0, 4s, 6, 100, 0};
        QCOMPARE(source().value(QStringLiteral("authentication")), QCborValue(QStringLiteral("nts")));
        QCOMPARE(source().value(QStringLiteral("ntsCookies")), QCborValue(6));
        QVERIFY(!source().contains(QStringLiteral("keyId")));
    }

    void sourceWithoutASampleHasNoNumbers() {
        Facts in = healthy();
        in.sources.front().sinceSample.reset();
        const QCborMap source = field(in, "sources").toArray().at(0).toMap();
        QVERIFY(!source.contains(QStringLiteral("offset")));
        QVERIFY(!source.contains(QStringLiteral("delay")));
        QVERIFY(!source.contains(QStringLiteral("lastRx")));
    }

    void unmeasuredClockHasNoOffset() {
        Facts in = healthy();
        in.sync.synchronised = false;
        QVERIFY(field(in, "offset").isUndefined());
    }

    void ready() {
        Facts in = healthy();
        QCOMPARE(condition(in, "Ready"), QStringLiteral("True/Running"));
        in.engine.phase = EnginePhase::Starting;
        QCOMPARE(condition(in, "Ready"), QStringLiteral("False/Starting"));
        in.engine.phase = EnginePhase::Waiting;
        in.engine.lastError = QStringLiteral("It fell.");
        QCOMPARE(condition(in, "Ready"), QStringLiteral("False/DaemonEnded"));
        QVERIFY(message(in, "Ready").endsWith(QStringLiteral("It fell.")));
        in.engine.phase = EnginePhase::Stopped;
        QCOMPARE(condition(in, "Ready"), QStringLiteral("False/NotRunning"));
        in.spec.enabled = false;
        QCOMPARE(condition(in, "Ready"), QStringLiteral("False/Disabled"));
    }

    void synchronized() {
        Facts in = healthy();
        QCOMPARE(condition(in, "Synchronized"), QStringLiteral("True/FollowingSource"));
        in.sync.synchronised = false;
        QCOMPARE(condition(in, "Synchronized"),
                 QStringLiteral("False/NoTrueReference"));  // it is followed, and no truth
        in.sync.source.reset();
        QCOMPARE(condition(in, "Synchronized"), QStringLiteral("False/NoneSelected"));
        in.sync.sources.reachable = 0;
        QCOMPARE(condition(in, "Synchronized"), QStringLiteral("False/NoSource"));
        in.sync.source = time::SelectedSource{QStringLiteral("local clock"), {}, QStringLiteral("local")};
        QCOMPARE(condition(in, "Synchronized"), QStringLiteral("False/LocalReference"));
        in.sync.holdover = true;
        QCOMPARE(condition(in, "Synchronized"), QStringLiteral("False/Holdover"));
        in.sync = {};
        in.engine.phase = EnginePhase::Waiting;
        QCOMPARE(condition(in, "Synchronized"), QStringLiteral("False/NotRunning"));
    }

    void offsetLimits_data() {
        QTest::addColumn<qint64>("offsetNs");
        QTest::addColumn<QString>("expected");
        QTest::newRow("small") << qint64{99'999'999} << QStringLiteral("True/WithinLimits");
        QTest::newRow("at the warning") << qint64{100'000'000} << QStringLiteral("False/Warning");
        QTest::newRow("slow clock") << qint64{-100'000'000} << QStringLiteral("False/Warning");
        QTest::newRow("critical") << qint64{-1'000'000'000} << QStringLiteral("False/Critical");
    }
    void offsetLimits() {
        QFETCH(qint64, offsetNs);
        QFETCH(QString, expected);
        Facts in = healthy();
        in.sync.servedOffset = std::chrono::nanoseconds(offsetNs);
        QCOMPARE(condition(in, "OffsetWithinLimits"), expected);
        QCOMPARE(condition(in, "SystemClockWithinLimits"), QStringLiteral("True/WithinLimits"));
        in.sync.servedOffset = {};
        in.sync.offset = std::chrono::nanoseconds(offsetNs);
        QCOMPARE(condition(in, "OffsetWithinLimits"), QStringLiteral("True/WithinLimits"));
        QCOMPARE(condition(in, "SystemClockWithinLimits"), expected);
    }

    void offsetIsUnknownWithoutASource() {
        Facts in = healthy();
        QCOMPARE(message(in, "OffsetWithinLimits"),
                 QStringLiteral("The served time is 0 ns off its source, below the warning limit of 100 ms."));
        in.sync.synchronised = false;
        in.sync.holdover = true;
        in.sync.errorBound = 150ms;
        QCOMPARE(message(in, "OffsetWithinLimits"),
                 QStringLiteral("The served time may be up to 150 ms off, over the warning limit of 100 ms."));
        in.sync.holdover = false;
        QCOMPARE(condition(in, "OffsetWithinLimits"), QStringLiteral("Unknown/NotSynchronized"));
        in.spec.monitoring.enabled = false;
        QCOMPARE(condition(in, "OffsetWithinLimits"), QStringLiteral("Unknown/MonitoringDisabled"));
    }

    void enoughSources() {
        Facts in = healthy();
        in.spec.monitoring.sourcesMinimum = 2;
        QCOMPARE(condition(in, "EnoughSources"), QStringLiteral("True/EnoughReachable"));
        in.spec.monitoring.sourcesMinimum = 3;
        QCOMPARE(condition(in, "EnoughSources"), QStringLiteral("False/TooFewReachable"));
        QCOMPARE(message(in, "EnoughSources"), QStringLiteral("2 of 2 sources answer; at least 3 should."));
    }

    void stratum() {
        Facts in = healthy();
        QCOMPARE(condition(in, "StratumAsExpected"), QStringLiteral("True/WithinLimit"));
        in.sync.stratum = 4;
        QCOMPARE(condition(in, "StratumAsExpected"), QStringLiteral("False/TooHigh"));
        in.sync.synchronised = false;
        QCOMPARE(condition(in, "StratumAsExpected"), QStringLiteral("Unknown/NotSynchronized"));
        in.spec.server.stratum.reset();
        QCOMPARE(condition(in, "StratumAsExpected"), QStringLiteral("True/NoLimit"));
    }

    void fullyImplemented() {
        Facts in = healthy();
        QCOMPARE(condition(in, "FullyImplemented"), QStringLiteral("True/AllFieldsInForce"));
        in.leftOut.push_back(
            {QStringLiteral("spec.sources.servers[0]"), QStringLiteral("b"), QStringLiteral("asks for NTS")});
        QCOMPARE(condition(in, "FullyImplemented"), QStringLiteral("False/LeftOut"));
        QCOMPARE(message(in, "FullyImplemented"), QStringLiteral("spec.sources.servers[0] (b) asks for NTS."));
        QCOMPARE(field(in, "effective").toMap().value(QStringLiteral("leftOut")).toArray().size(), 1);
    }

    void aMissingInputIsNotReady() {
        Facts in = healthy();
        in.leftOut.push_back(
            {QStringLiteral("spec.sources.servers[1]"), QStringLiteral("c"), QStringLiteral("asks for NTS")});
        QCOMPARE(condition(in, "Ready"), QStringLiteral("True/Running"));
        in.leftOut.push_back({QStringLiteral("spec.sources.servers[0]"), QStringLiteral("b"),
                              QStringLiteral("requests key 1, which is unavailable"),
                              QStringLiteral("SecretNotFound")});
        QCOMPARE(condition(in, "Ready"), QStringLiteral("False/SecretNotFound"));
        QCOMPARE(message(in, "Ready"),
                 QStringLiteral("spec.sources.servers[0] (b) requests key 1, which is unavailable."));
    }

    void ntsIsJudged() {
        Facts in = healthy();
        QCOMPARE(condition(in, "NTSServing"), QString());
        in.spec.nts.enabled = true;
        QCOMPARE(condition(in, "NTSServing"), QStringLiteral("False/NoCertificate"));
        NtsFacts facts;
        facts.origin = CertificateOrigin::File;
        facts.problem = QStringLiteral("the certificate has expired");
        in.nts = facts;
        QCOMPARE(message(in, "NTSServing"), QStringLiteral("NTS cannot be served: the certificate has expired."));
        in.nts->problem.clear();
        in.nts->names = {QStringLiteral("DNS:ntp.example.org")};
        in.nowUnix = 1'800'000'000;
        in.nts->notAfterUnix = in.nowUnix + 15 * 86400;
        QCOMPARE(condition(in, "NTSServing"), QStringLiteral("Unknown/NotTried"));
        in.nts->probe = ProbeOutcome::Failed;
        in.nts->probeProblem = QStringLiteral("Connection refused");
        QCOMPARE(condition(in, "NTSServing"), QStringLiteral("False/NotAnswering"));
        in.nts->probe = ProbeOutcome::Served;
        QCOMPARE(condition(in, "NTSServing"), QStringLiteral("True/Served"));
        QCOMPARE(message(in, "NTSServing"), QStringLiteral("NTS is served with the certificate of DNS:ntp.example.org, "
                                                           "valid until 2027-01-30 08:00:00 UTC."));
        in.nowUnix += 2 * 86400;
        QCOMPARE(condition(in, "NTSServing"), QStringLiteral("True/ExpiresSoon"));
        in.nts->origin = CertificateOrigin::Own;
        QCOMPARE(condition(in, "NTSServing"), QStringLiteral("True/OwnCertificate"));
    }

    void aKeyInTheSpecIsTold() {
        Facts in = healthy();
        QCOMPARE(condition(in, "SecretsProtected"), QStringLiteral("True/NoneInSpec"));
        KeySpec key;
        key.path = QStringLiteral("spec.security.authentication.keys[0]");
        key.value = "geheim";
        in.spec.authentication.keys = {key};
        QCOMPARE(condition(in, "SecretsProtected"), QStringLiteral("False/KeyInSpec"));
        QVERIFY(message(in, "SecretsProtected").contains(key.path));
        QVERIFY(!message(in, "SecretsProtected").contains(QStringLiteral("geheim")));
    }

    void generationIsInEveryCondition() {
        for (const Condition& each : describe(healthy()).conditions) QCOMPARE(each.observedGeneration, 4);
        // A newer spec that is not in force is what Reconciled is about; all else describes what runs.
        Facts in = healthy();
        in.reconciled = Condition{QStringLiteral("Reconciled"), ConditionStatus::False,
                                  QStringLiteral("RefusedByChronyd"), QStringLiteral("No."), 5};
        QCOMPARE(condition(in, "Reconciled"), QStringLiteral("False/RefusedByChronyd"));
        for (const Condition& each : describe(in).conditions)
            QCOMPARE(each.observedGeneration, each.type == QStringLiteral("Reconciled") ? 5 : 4);
        QCOMPARE(field(in, "observedGeneration"), QCborValue(5));
        QVERIFY2(!message(in, "Ready").contains(QStringLiteral("wanted")), qPrintable(message(in, "Ready")));
    }

    void numbersAloneDoNotChangeTheMeaning() {
        const QByteArray meaning = describe(healthy()).meaning;
        Facts in = healthy();
        in.sync.offset = 3ms;
        in.sync.jitter = 1us;
        in.sources.front().offset = 9us;
        in.sources.front().sinceSample = 4s;
        in.sources.front().reachability = 0377;
        in.sources.front().delay = 1ms;
        in.statistics.front().deviation = 1us;
        in.sync.reason = QStringLiteral("Following a, a little better.");
        QCOMPARE(describe(in).meaning, meaning);
        in.sync.offset = 300ms;
        QVERIFY(describe(in).meaning != meaning);
        in = healthy();
        in.sources.front().state = SourceState::Falseticker;
        QVERIFY(describe(in).meaning != meaning);
        in = healthy();
        in.sources.front().reachability = 0177 & ~1;  // "6 of its last 7": a number in `why`
        QCOMPARE(describe(in).meaning, meaning);
        in.sources.front().selection.emplace().state = SelectionState::NotPreferred;
        QVERIFY(describe(in).meaning != meaning);
        in = healthy();
        in.generation = 5;
        QVERIFY(describe(in).meaning != meaning);
        in = healthy();
        in.vlansRevision = 1;
        QVERIFY(describe(in).meaning != meaning);
    }

    void durationsInWords_data() {
        QTest::addColumn<qint64>("nanoseconds");
        QTest::addColumn<QString>("expected");
        QTest::newRow("0") << qint64{0} << QStringLiteral("0 ns");
        QTest::newRow("ns") << qint64{812} << QStringLiteral("812 ns");
        QTest::newRow("µs") << qint64{-1'250} << QStringLiteral("-1.25 µs");
        QTest::newRow("ms") << qint64{123'456'789} << QStringLiteral("123 ms");
        QTest::newRow("s") << qint64{3'000'000'000} << QStringLiteral("3 s");
        QTest::newRow("many s") << qint64{12'345'000'000'000} << QStringLiteral("12345 s");
    }
    void durationsInWords() {
        QFETCH(qint64, nanoseconds);
        QFETCH(QString, expected);
        QCOMPARE(plainDuration(std::chrono::nanoseconds(nanoseconds)), expected);
    }

    void aRivalIsTold_data() {
        QTest::addColumn<int>("standing");
        QTest::addColumn<QString>("words");
        QTest::addColumn<QString>("condition");
        const auto row = [](RivalStanding standing, const char* words, const char* condition) {
            QTest::newRow(condition) << static_cast<int>(standing) << words << condition;
        };
        row(RivalStanding::NoTimedated, "", "True/NoTimedated");
        row(RivalStanding::NoneActive, "", "True/NoneActive");
        row(RivalStanding::TurnedOff, "", "True/TurnedOff");
        row(RivalStanding::NotTurnedOff, "Interactive authentication required", "False/NotTurnedOff");
        row(RivalStanding::NotTurnedOn, "Interactive authentication required", "Unknown/NotTurnedOn");
        row(RivalStanding::NotKnown, "Connection timed out", "Unknown/NotKnown");
        row(RivalStanding::NotLookedAt, "", "Unknown/NotLookedAt");
    }
    void aRivalIsTold() {
        QFETCH(int, standing);
        QFETCH(QString, words);
        Facts in = healthy();
        QCOMPARE(condition(in, "NoRivalTimeDaemon"), QString());
        in.rival = {static_cast<RivalStanding>(standing), words};
        QTEST(condition(in, "NoRivalTimeDaemon"), "condition");
        QVERIFY(message(in, "NoRivalTimeDaemon").contains(words));
    }

    void theKernelsOpinionIsAField() {
        Facts in = healthy();
        QVERIFY(field(in, "kernelSynchronized").isUndefined());
        in.kernelSynchronized = false;
        QCOMPARE(field(in, "kernelSynchronized"), QCborValue(false));
    }
};

QTEST_GUILESS_MAIN(TestServiceStatus)
#include "tst_service_status.moc"
