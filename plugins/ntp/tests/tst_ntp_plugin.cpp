// SPDX-License-Identifier: GPL-2.0-or-later
// The plugin as the host loads it, from its .so, with a real chronyd: reconcile, status, topic, metrics, events,
// conflicts, mistakes, switching off and the end.
#include <QPluginLoader>
#include <QTest>
#include <csignal>

#include "fos1/features/validator.h"
#include "fos1/iplugin.h"
#include "fos1/testing/plugin_harness.h"
#include "support/test_tree.h"
#include "support/upstream.h"
#include "time/sync_state.h"

using namespace fos1;
using namespace fos1::ntp::test;
using namespace std::chrono_literals;

namespace {

const QString kName = QStringLiteral("main");

QCborMap object(const QCborMap& spec, qint64 generation = 1, const QString& name = kName) {
    return {{QStringLiteral("apiVersion"), QStringLiteral("ntp.fos1.io/v1alpha1")},
            {QStringLiteral("kind"), QStringLiteral("NTPService")},
            {QStringLiteral("metadata"), QCborMap{{QStringLiteral("name"), name},
                                                  {QStringLiteral("namespace"), QStringLiteral("default")},
                                                  {QStringLiteral("generation"), generation}}},
            {QStringLiteral("spec"), spec}};
}

QCborMap server(const QString& address, quint16 port) {
    return {{QStringLiteral("address"), address},
            {QStringLiteral("port"), port},
            {QStringLiteral("iburst"), true},
            {QStringLiteral("minpoll"), -2},
            {QStringLiteral("maxpoll"), -2}};
}

QCborMap spec(const QCborArray& servers, QCborMap more = {}) {
    more.insert(QStringLiteral("sources"), QCborMap{{QStringLiteral("servers"), servers}});
    if (!more.contains(QStringLiteral("server")))
        more.insert(QStringLiteral("server"), QCborMap{{QStringLiteral("port"), 0}});
    return more;
}

testing::HarnessOptions options(const TestTree& tree) {
    testing::HarnessOptions options;
    options.configuration = {{QStringLiteral("clockControl"), false},
                             {QStringLiteral("chronyd"), QStringLiteral("/usr/sbin/chronyd")},
                             {QStringLiteral("user"), ntp::test::chronydUser()}};
    options.stateDirectory = tree.directory(QStringLiteral("state"));
    options.runtimeDirectory = tree.directory(QStringLiteral("run"));
    return options;
}

/// The plugin, started, in directories that chronyd's user can reach.
class Running {
   public:
    Running() : m_harness(QStringLiteral(NTP_PLUGIN), options(m_tree)), startError(m_harness.error()) {
        if (startError.isEmpty()) startError = m_harness.start();
    }

    [[nodiscard]] testing::FakeHost& host() { return m_harness.host(); }
    [[nodiscard]] testing::FakeStatus& status() { return m_harness.host().status; }
    [[nodiscard]] testing::FakeMetrics& metrics() { return m_harness.host().metrics; }
    [[nodiscard]] std::optional<time::SyncState> sync(const QString& key) {
        return host().bus.decoded<time::SyncState>(key);
    }
    /// Reconciles and waits for the outcome.
    testing::Completion reconciled(const QCborArray& objects) { return m_harness.reconcile(objects); }
    testing::Completion finish() { return m_harness.stop(); }

    [[nodiscard]] QList<int> processes() const { return processesWith(host_configFile()); }
    [[nodiscard]] QString host_configFile() const { return m_tree.path() + QStringLiteral("/run/chrony.conf"); }
    [[nodiscard]] const TestTree& tree() const { return m_tree; }

   private:
    TestTree m_tree;
    testing::PluginHarness m_harness;

   public:
    QString startError;
};

}  // namespace

class TestNtpPlugin : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void followsAServer() {
        Running r;
        QCOMPARE(r.startError, QString());
        Upstream upstream(r.tree());
        QVERIFY2(upstream.start(), upstream.log().constData());
        const auto done = r.reconciled({object(spec({server(QStringLiteral("127.0.0.1"), upstream.port())}), 7)});
        QVERIFY2(done.outcome == Outcome::Ok, qPrintable(done.message));
        QCOMPARE(done.times, 1);
        QCOMPARE(r.processes().size(), 1);
        QCOMPARE(r.status().condition(kName, QStringLiteral("Reconciled")), QStringLiteral("True/Applied"));

        QTRY_VERIFY(r.sync(kName) && r.sync(kName)->synchronised);
        const time::SyncState state = *r.sync(kName);
        QCOMPARE(r.host().bus.find(QString::fromLatin1(time::SyncState::kTopic), kName)->ttlMs, 10000);
        QCOMPARE(state.stratum, 2);
        QVERIFY(state.leap == time::LeapState::Normal);
        QCOMPARE(state.refid, QStringLiteral("7F000001"));
        QVERIFY((state.source == time::SelectedSource{QStringLiteral("127.0.0.1"), QStringLiteral("127.0.0.1"),
                                                      QStringLiteral("server")}));
        QVERIFY((state.sources == time::SourceCounts{1, 1, 1}));
        QVERIFY(state.fitToAdvertise);
        QVERIFY(std::chrono::abs(state.offset) < 100ms);
        QVERIFY(state.errorBound > 0ns);

        const auto& status = r.status();
        QTRY_COMPARE(status.condition(kName, QStringLiteral("Synchronized")), QStringLiteral("True/FollowingSource"));
        QCOMPARE(status.condition(kName, QStringLiteral("Ready")), QStringLiteral("True/Running"));
        QCOMPARE(status.condition(kName, QStringLiteral("EnoughSources")), QStringLiteral("True/EnoughReachable"));
        QCOMPARE(status.condition(kName, QStringLiteral("OffsetWithinLimits")), QStringLiteral("True/WithinLimits"));
        QCOMPARE(status.condition(kName, QStringLiteral("StratumAsExpected")), QStringLiteral("True/NoLimit"));
        QCOMPARE(status.condition(kName, QStringLiteral("FullyImplemented")), QStringLiteral("True/AllFieldsInForce"));
        QCOMPARE(status.field(kName, QStringLiteral("running")), QCborValue(true));
        QCOMPARE(status.field(kName, QStringLiteral("synchronized")), QCborValue(true));
        QCOMPARE(status.field(kName, QStringLiteral("sourceCount")), QCborValue(1));
        QCOMPARE(status.field(kName, QStringLiteral("observedGeneration")), QCborValue(7));

        const auto& metrics = r.metrics();
        const QString labels = QStringLiteral("127.0.0.1 127.0.0.1");
        QCOMPARE(metrics.value(QStringLiteral("ntp_sync")), std::optional<qint64>(1));
        QCOMPARE(metrics.value(QStringLiteral("ntp_stratum")), std::optional<qint64>(2));
        QCOMPARE(metrics.value(QStringLiteral("ntp_offset_milliseconds")), std::optional(state.offset.count()));
        QVERIFY(metrics.value(QStringLiteral("ntp_jitter_milliseconds")));
        QVERIFY(metrics.value(QStringLiteral("ntp_frequency_drift_ppm")));
        QVERIFY(metrics.value(QStringLiteral("ntp_source_offset_milliseconds"), labels));
        QVERIFY(metrics.value(QStringLiteral("ntp_source_jitter_milliseconds"), labels));
        QVERIFY(metrics.value(QStringLiteral("ntp_source_delay_milliseconds"), labels).value_or(0) > 0);
        QCOMPARE(metrics.value(QStringLiteral("ntp_source_stratum"), labels), std::optional<qint64>(1));
        QTRY_COMPARE(metrics.value(QStringLiteral("ntp_source_reachability"), labels), std::optional<qint64>(1000));
        QCOMPARE(metrics.value(QStringLiteral("ntp_chronyd_restarts_total")), std::optional<qint64>(0));

        QVERIFY(r.host().events.reasons().contains(QStringLiteral("ChronydStarted")));
        QVERIFY(r.host().events.reasons().contains(QStringLiteral("Synchronised")));

        QVERIFY(r.finish().outcome == Outcome::Ok);
        QCOMPARE(r.processes(), QList<int>());
        QVERIFY(!r.sync(kName));
    }

    void statusIsNotWrittenForNumbersAlone() {
        Running r;
        Upstream upstream(r.tree());
        QVERIFY(upstream.start());
        QVERIFY(r.reconciled({object(spec({server(QStringLiteral("127.0.0.1"), upstream.port())}))}).outcome ==
                Outcome::Ok);
        QTRY_VERIFY(r.sync(kName) && r.sync(kName)->synchronised);
        QTRY_COMPARE(r.status().field(kName, QStringLiteral("synchronized")), QCborValue(true));
        const int writes = r.status().fieldWrites();
        const qint64 offset = r.sync(kName)->offset.count();
        QTRY_VERIFY(r.sync(kName)->offset.count() != offset);  // another look has been published
        QCOMPARE(r.status().fieldWrites(), writes);
    }

    void changesAreTold() {
        Running r;
        QVERIFY(r.reconciled({object(spec({}))}).outcome == Outcome::Ok);
        const QList<int> before = r.processes();
        QVERIFY(r.reconciled({object(spec({}))}).outcome == Outcome::Ok);
        QCOMPARE(r.processes(), before);
        const QCborMap local{{QStringLiteral("port"), 0},
                             {QStringLiteral("local"), QCborMap{{QStringLiteral("enabled"), true}}},
                             {QStringLiteral("stratum"), 3}};
        const auto done = r.reconciled({object(spec({}, {{QStringLiteral("server"), local}}), 2)});
        QVERIFY2(done.outcome == Outcome::Ok, qPrintable(done.message));
        QCOMPARE(r.processes(), before);
        QVERIFY(r.host().events.messages().join(u'\n').contains(
            QStringLiteral("took a change without a restart: local added")));

        // chrony's own clock is served, but that is no synchronisation.
        QTRY_COMPARE(r.status().condition(kName, QStringLiteral("Synchronized")),
                     QStringLiteral("False/LocalReference"));
        QTRY_VERIFY(r.sync(kName) && r.sync(kName)->source);
        QCOMPARE(r.sync(kName)->source->kind, QStringLiteral("local"));
        QVERIFY(!r.sync(kName)->fitToAdvertise);
        QCOMPARE(r.sync(kName)->stratum, 3);

        // What chronyd takes up at a start only.
        const QCborMap limited{{QStringLiteral("ratelimit"), QCborMap{{QStringLiteral("enabled"), true}}}};
        const auto restarted = r.reconciled(
            {object(spec({}, {{QStringLiteral("server"), local}, {QStringLiteral("security"), limited}}), 3)});
        QVERIFY2(restarted.outcome == Outcome::Ok, qPrintable(restarted.message));
        QVERIFY(r.processes() != before);
        QVERIFY(r.host().events.messages().join(u'\n').contains(
            QStringLiteral("restarted for a new configuration: ratelimit added")));
    }

    void mistakesKeepWhatRuns() {
        Running r;
        QVERIFY(r.reconciled({object(spec({}))}).outcome == Outcome::Ok);
        const QList<int> before = r.processes();
        const QCborMap wrong = spec({server(QStringLiteral("10.0.0.300"), 123), server(QStringLiteral("b c"), 123)});
        const auto done = r.reconciled({object(wrong, 2)});
        QVERIFY(done.outcome == Outcome::Failed);
        QVERIFY2(done.message.contains(QStringLiteral("servers[0].address")) &&
                     done.message.contains(QStringLiteral("servers[1].address")),
                 qPrintable(done.message));
        QCOMPARE(r.processes(), before);
        QCOMPARE(r.status().condition(kName, QStringLiteral("Reconciled")), QStringLiteral("False/InvalidSpec"));
        QCOMPARE(r.status().condition(kName, QStringLiteral("Ready")), QStringLiteral("True/Running"));
    }

    void switchedOffAndDeleted() {
        Running r;
        QVERIFY(r.reconciled({object(spec({}))}).outcome == Outcome::Ok);
        QTRY_VERIFY(r.sync(kName));
        QVERIFY(r.reconciled({object(spec({}, {{QStringLiteral("enabled"), false}}), 2)}).outcome == Outcome::Ok);
        QCOMPARE(r.processes(), QList<int>());
        QVERIFY(!r.sync(kName));
        QCOMPARE(r.status().condition(kName, QStringLiteral("Ready")), QStringLiteral("False/Disabled"));
        QCOMPARE(r.status().field(kName, QStringLiteral("running")), QCborValue(false));

        QVERIFY(r.reconciled({object(spec({}), 3)}).outcome == Outcome::Ok);
        QCOMPARE(r.processes().size(), 1);
        QVERIFY(r.reconciled({}).outcome == Outcome::Ok);
        QCOMPARE(r.processes(), QList<int>());
        QVERIFY(!r.sync(kName));
        QCOMPARE(r.metrics().value(QStringLiteral("ntp_sync")), std::optional<qint64>(0));
    }

    void secondServiceIsInConflict() {
        Running r;
        const QString second = QStringLiteral("second");
        QVERIFY(r.reconciled({object(spec({}), 1, second), object(spec({}))}).outcome == Outcome::Ok);
        QCOMPARE(r.status().condition(second, QStringLiteral("Conflict")), QStringLiteral("True/AnotherServes"));
        QVERIFY(
            r.status().message(second, QStringLiteral("Conflict")).contains(QStringLiteral("NTPService default/main")));
        QCOMPARE(r.status().condition(kName, QStringLiteral("Conflict")), QString());
        QCOMPARE(r.processes().size(), 1);

        // It takes over when the first one goes.
        QVERIFY(r.reconciled({object(spec({}), 1, second)}).outcome == Outcome::Ok);
        QCOMPARE(r.status().condition(second, QStringLiteral("Conflict")), QString());
        QTRY_VERIFY(r.sync(second));
        QVERIFY(!r.sync(kName));
    }

    void killedChronydIsToldAndHealed() {
        Running r;
        QVERIFY(r.reconciled({object(spec({}))}).outcome == Outcome::Ok);
        const QList<int> before = r.processes();
        QCOMPARE(::kill(before.front(), SIGKILL), 0);
        QTRY_VERIFY(r.host().events.reasons().contains(QStringLiteral("ChronydDied")));
        QTRY_COMPARE(r.metrics().value(QStringLiteral("ntp_chronyd_restarts_total")), std::optional<qint64>(1));
        QTRY_VERIFY(r.processes().size() == 1 && r.processes() != before);
        QTRY_COMPARE(r.status().condition(kName, QStringLiteral("Ready")), QStringLiteral("True/Running"));
        QVERIFY(r.status().field(kName, QStringLiteral("lastError")).toString().contains(QStringLiteral("signal 9")));
    }

    void authenticatedSourceIsNotUsedWithoutAuthentication() {
        Running r;
        QCborMap source = server(QStringLiteral("127.0.0.1"), 123);
        source.insert(QStringLiteral("nts"), true);
        QVERIFY(r.reconciled({object(spec({source}))}).outcome == Outcome::Ok);
        QVERIFY(!readAll(r.host_configFile()).contains("127.0.0.1"));
        QCOMPARE(r.status().condition(kName, QStringLiteral("FullyImplemented")),
                 QStringLiteral("False/FieldsNotImplemented"));
        const QString message = r.status().message(kName, QStringLiteral("FullyImplemented"));
        QVERIFY2(message.contains(QStringLiteral("spec.sources.servers[0].nts")), qPrintable(message));
        QVERIFY2(message.contains(QStringLiteral("is not used without it")), qPrintable(message));
    }

    void validatesWithoutBeingStarted() {
        QPluginLoader loader(QStringLiteral(NTP_PLUGIN));
        auto* plugin = qobject_cast<IPlugin*>(loader.instance());
        QVERIFY2(plugin, qPrintable(loader.errorString()));
        auto* validator = static_cast<IValidator*>(plugin->query(QString::fromLatin1(IValidator::kIid)));
        QVERIFY(validator);
        QCOMPARE(validator->validate(object(spec({}))).value(QStringLiteral("errors")).toArray().size(), 0);
        const QCborArray errors = validator->validate(object(spec({server(QStringLiteral("10.0.0.300"), 123)})))
                                      .value(QStringLiteral("errors"))
                                      .toArray();
        QCOMPARE(errors.size(), 1);
        QCOMPARE(errors.at(0).toMap().value(QStringLiteral("path")).toString(),
                 QStringLiteral("spec.sources.servers[0].address"));
        QVERIFY(!plugin->query(QStringLiteral("io.fos1.Unknown/1")));
        delete loader.instance();
    }
};

QTEST_GUILESS_MAIN(TestNtpPlugin)
#include "tst_ntp_plugin.moc"
