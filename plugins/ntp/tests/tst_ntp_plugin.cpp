// SPDX-License-Identifier: GPL-2.0-or-later
// The plugin as the host loads it, from its .so, with a real chronyd: reconcile, status, topic, metrics, events,
// conflicts, mistakes, switching off and the end.
#include <QPluginLoader>
#include <QTest>
#include <csignal>

#include "fos1/features/validator.h"
#include "fos1/iplugin.h"
#include "network/vlan.h"
#include "support/running_plugin.h"
#include "support/upstream.h"
#include "time/client_state.h"
#include "time/service_state.h"
#include "time/sources_state.h"
#include "time/sync_state.h"
#include "tree.h"

using namespace fos1;
using namespace fos1::ntp::test;
using namespace std::chrono_literals;

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

        // On a busy machine the first measurements may be too poor for clients.
        QTRY_VERIFY_WITH_TIMEOUT(r.sync(kName) && r.sync(kName)->synchronised && r.sync(kName)->fitToAdvertise, 20'000);
        QTRY_COMPARE(r.status().condition(kName, QStringLiteral("Synchronized")),
                     QStringLiteral("True/FollowingSource"));
        QTRY_COMPARE_WITH_TIMEOUT(
            r.metrics().value(QStringLiteral("ntp_source_reachability"), QStringLiteral("127.0.0.1 127.0.0.1")),
            std::optional<qint64>(1000), 20'000);
        // From here on in one turn of the loop, so that all of it is from one look.
        const time::SyncState state = *r.sync(kName);
        QCOMPARE(r.host().bus.find(QString::fromLatin1(time::SyncState::kTopic), kName)->ttlMs, 10000);
        QCOMPARE(state.stratum, 2);
        QVERIFY(state.leap == time::LeapState::Normal);
        QCOMPARE(state.refid, QStringLiteral("7F000001"));
        QVERIFY((state.source == time::SelectedSource{QStringLiteral("127.0.0.1"), QStringLiteral("127.0.0.1"),
                                                      QStringLiteral("server")}));
        QVERIFY((state.sources == time::SourceCounts{1, 1, 1}));
        QVERIFY(std::chrono::abs(state.offset) < 100ms);
        QVERIFY(state.errorBound > 0ns);

        const auto& status = r.status();
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
        QCOMPARE(metrics.value(QStringLiteral("ntp_chronyd_restarts_total")), std::optional<qint64>(0));
        QCOMPARE(metrics.value(QStringLiteral("ntp_reconciles_total"), QStringLiteral("ok")), std::optional<qint64>(1));
        QCOMPARE(metrics.value(QStringLiteral("ntp_sources_minimum")), std::optional<qint64>(1));
        QVERIFY(metrics.value(QStringLiteral("ntp_error_bound_milliseconds")).value_or(0) > 0);
        QVERIFY(metrics.value(QStringLiteral("ntp_command_packets_total")).value_or(0) > 0);
        QCOMPARE(metrics.find(QStringLiteral("ntp_collector_success"))->series.size(), 9u);
        for (const auto& [collector, ok] : metrics.find(QStringLiteral("ntp_collector_success"))->series)
            QVERIFY2(ok == 1, qPrintable(collector));
        const QCborMap source = status.field(kName, QStringLiteral("sources")).toArray().at(0).toMap();
        QCOMPARE(source.value(QStringLiteral("reason")), QCborValue(QStringLiteral("Selected")));
        QCOMPARE(source.value(QStringLiteral("authentication")), QCborValue(QStringLiteral("none")));

        QVERIFY(r.host().events.reasons().contains(QStringLiteral("ChronydStarted")));
        QVERIFY(r.host().events.reasons().contains(QStringLiteral("Synchronised")));

        QVERIFY(r.finish().outcome == Outcome::Ok);
        QCOMPARE(r.processes(), QList<int>());
        QCOMPARE(status.condition(kName, QStringLiteral("Ready")), QStringLiteral("False/NotRunning"));
        QCOMPARE(status.condition(kName, QStringLiteral("Reconciled")), QStringLiteral("Unknown/PluginStopped"));
        QCOMPARE(status.field(kName, QStringLiteral("running")), QCborValue(false));
        QVERIFY(!r.sync(kName));
    }

    /// The addresses of the sources: before any of them answers, after each change, and not beyond the service.
    void theAddressesOfTheSourcesArePublished() {
        Running r;
        const auto sources = [&r] {
            const auto state = r.host().bus.decoded<time::SourcesState>(kName);
            return state ? state->addresses.join(u' ') : QStringLiteral("none");
        };
        const QCborMap first = server(QStringLiteral("127.0.0.9"), 1);
        const QCborMap second = server(QStringLiteral("127.0.0.10"), 1);
        QVERIFY(r.reconciled({object(spec({second, first}))}).outcome == Outcome::Ok);
        QTRY_COMPARE(sources(), QStringLiteral("127.0.0.9 127.0.0.10"));
        QVERIFY(r.reconciled({object(spec({server(QStringLiteral("::1"), 1), first}), 2)}).outcome == Outcome::Ok);
        QTRY_COMPARE(sources(), QStringLiteral("127.0.0.9 ::1"));
        // A name has the address that chronyd found for it.
        QVERIFY(r.reconciled({object(spec({server(QStringLiteral("localhost"), 1)}), 3)}).outcome == Outcome::Ok);
        QTRY_VERIFY(sources() == u"127.0.0.1" || sources() == u"::1");
        QVERIFY(r.reconciled({object(spec({server(QStringLiteral("::1"), 1), first}), 4)}).outcome == Outcome::Ok);
        QTRY_COMPARE(sources(), QStringLiteral("127.0.0.9 ::1"));
        // chronyd is gone for a moment.
        QCOMPARE(::kill(r.processes().front(), SIGKILL), 0);
        QTRY_VERIFY(r.host().events.reasons().contains(QStringLiteral("ChronydDied")));
        QCOMPARE(sources(), QStringLiteral("127.0.0.9 ::1"));
        QVERIFY(r.reconciled({object(spec({}, {{QStringLiteral("enabled"), false}}), 5)}).outcome == Outcome::Ok);
        QTRY_COMPARE(sources(), QStringLiteral("none"));
        QVERIFY(r.reconciled({object(spec({first}), 6)}).outcome == Outcome::Ok);
        QTRY_COMPARE(sources(), QStringLiteral("127.0.0.9"));
        // A plugin that stops does not retract them: what is redirected stays redirected.
        QVERIFY(r.finish().outcome == Outcome::Ok);
        QTest::qWait(50);
        QCOMPARE(sources(), QStringLiteral("127.0.0.9"));
    }

    void statusIsNotWrittenForNumbersAlone() {
        Running r;
        Upstream upstream(r.tree());
        QVERIFY(upstream.start());
        QVERIFY(r.reconciled({object(spec({server(QStringLiteral("127.0.0.1"), upstream.port())}))}).outcome ==
                Outcome::Ok);
        QTRY_VERIFY_WITH_TIMEOUT(r.sync(kName) && r.sync(kName)->synchronised, 20'000);
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
        const QCborMap local{{QStringLiteral("port"), servicePort()},
                             {QStringLiteral("local"), QCborMap{{QStringLiteral("enabled"), true}}},
                             {QStringLiteral("stratum"), 3}};
        const auto done = r.reconciled({object(spec({}, {{QStringLiteral("server"), local}}), 2)});
        QVERIFY2(done.outcome == Outcome::Ok, qPrintable(done.message));
        QCOMPARE(r.processes(), before);
        QVERIFY(r.host().events.messages().join(u'\n').contains(
            QStringLiteral("applied a change without a restart: local added")));

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
        QCOMPARE(r.status().condition(kName, QStringLiteral("Ready")), QStringLiteral("False/PreviousConfiguration"));
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
        const auto commands = [&r] {
            return r.metrics().value(QStringLiteral("ntp_command_packets_total")).value_or(0);
        };
        QTRY_VERIFY(commands() > 0);
        const qint64 commandsBefore = commands();
        QCOMPARE(::kill(before.front(), SIGKILL), 0);
        QTRY_VERIFY(r.host().events.reasons().contains(QStringLiteral("ChronydDied")));
        QTRY_COMPARE(r.metrics().value(QStringLiteral("ntp_chronyd_restarts_total")), std::optional<qint64>(1));
        QTRY_VERIFY(r.processes().size() == 1 && r.processes() != before);
        QTRY_COMPARE(r.status().condition(kName, QStringLiteral("Ready")), QStringLiteral("True/Running"));
        QVERIFY(r.status().field(kName, QStringLiteral("lastError")).toString().contains(QStringLiteral("signal 9")));
        QTRY_VERIFY(commands() > commandsBefore);  // though the new chronyd counts from 0
    }

    /// The key is in a Secret that comes later; until then the source is left out, with the reason.
    void aKeyComesFromASecret() {
        Running r;
        QCborMap source = server(QStringLiteral("127.0.0.1"), 123);
        source.insert(QStringLiteral("keyId"), 7);
        QCborMap service = object(spec({source}));
        QCborMap wanted = service.value(QStringLiteral("spec")).toMap();
        const QCborMap reference{
            {QStringLiteral("secretKeyRef"),
             QCborMap{{QStringLiteral("name"), QStringLiteral("s")}, {QStringLiteral("key"), QStringLiteral("k")}}}};
        const QCborMap key{{QStringLiteral("id"), 7},
                           {QStringLiteral("type"), QStringLiteral("SHA256")},
                           {QStringLiteral("valueFrom"), reference}};
        QCborMap security = wanted.value(QStringLiteral("security")).toMap();
        security.insert(QStringLiteral("authentication"), QCborMap{{QStringLiteral("keys"), QCborArray{key}}});
        wanted.insert(QStringLiteral("security"), security);
        service.insert(QStringLiteral("spec"), wanted);
        QVERIFY(r.reconciled({service}).outcome == Outcome::Ok);
        QCOMPARE(r.status().condition(kName, QStringLiteral("FullyImplemented")), QStringLiteral("False/LeftOut"));
        const QString message = r.status().message(kName, QStringLiteral("FullyImplemented"));
        QVERIFY2(
            message.contains(QStringLiteral("key 7, which is unavailable: the Secret default/s does not exist, and is "
                                            "not used without it")),
            qPrintable(message));
        const QString sources =
            r.host_configFile().replace(QStringLiteral("chrony.conf"), QStringLiteral("sources/fos1.sources"));
        QCOMPARE(readAll(sources), QByteArray());

        const QCborMap secret{
            {QStringLiteral("apiVersion"), QStringLiteral("v1")},
            {QStringLiteral("kind"), QStringLiteral("Secret")},
            {QStringLiteral("metadata"), QCborMap{{QStringLiteral("namespace"), QStringLiteral("default")},
                                                  {QStringLiteral("name"), QStringLiteral("s")}}},
            {QStringLiteral("stringData"), QCborMap{{QStringLiteral("k"), QStringLiteral("geheim\n")}}}};
        const QList<int> before = r.processes();
        QVERIFY(r.reconciled({service, secret}).outcome == Outcome::Ok);
        QCOMPARE(r.status().condition(kName, QStringLiteral("FullyImplemented")),
                 QStringLiteral("True/AllFieldsInForce"));
        QCOMPARE(r.status().condition(kName, QStringLiteral("SecretsProtected")), QStringLiteral("True/NoneInSpec"));
        QVERIFY2(readAll(sources).contains(" key 7"), readAll(sources).constData());
        QCOMPARE(readAll(r.host_configFile().replace(QStringLiteral("chrony.conf"), QStringLiteral("chrony.keys"))),
                 QByteArray("7 SHA256 HEX:67656865696D\n"));
        QCOMPARE(r.processes(), before);
    }

    /// A VLAN that becomes known while chronyd is being started is served as soon as it is up.
    void aVlanThatComesDuringTheStart() {
        Running r;
        QCborMap wanted = spec({});
        wanted.insert(QStringLiteral("server"), QCborMap{{QStringLiteral("port"), ntp::test::freeUdpPort()}});
        wanted.insert(QStringLiteral("vlanDefaults"), QCborMap{{QStringLiteral("enabled"), true}});
        const network::VlanState vlan{10, QStringLiteral("lan.10"), 3, true, {{QStringLiteral("10.9.0.1"), 24, {}}}, {},
                                      {}};
        // Between the request and its outcome.
        QTimer::singleShot(0, this, [&] {
            r.host().bus.set(QLatin1String(network::VlanState::kTopic), QStringLiteral("a"), vlan.encode());
        });
        QVERIFY(r.reconciled({object(wanted)}).outcome == Outcome::Ok);
        QTRY_VERIFY(readAll(r.host_configFile()).contains("allow 10.9.0.0/24"));
        QTRY_VERIFY(r.host().bus.value(QLatin1String(time::ServiceState::kTopic), QStringLiteral("a")));
    }

    void changesOfSomeObjectsAreTakenAlone() {
        Running r;
        const auto client = [](const QString& name, const QString& network, const char* uid, bool isAllowed = true) {
            QCborMap object = ntp::test::object({}, 1, name);
            object.insert(QStringLiteral("kind"), QStringLiteral("NTPClient"));
            QCborMap metadata = object.value(QStringLiteral("metadata")).toMap();
            metadata.insert(QStringLiteral("uid"), QLatin1String(uid));
            object.insert(QStringLiteral("metadata"), metadata);
            object.insert(
                QStringLiteral("spec"),
                QCborMap{{QStringLiteral("selector"), QCborMap{{QStringLiteral("networks"), QCborArray{network}}}},
                         {QStringLiteral("policy"),
                          QCborMap{{QStringLiteral("permission"), isAllowed ? "allow" : "deny"}}}});
            return object;
        };
        const auto key = [](const QString& name) {
            return ObjectKey{"ntp.fos1.io/v1alpha1", "NTPClient", "default", name};
        };
        const auto network = [&r](const QString& name) {
            const auto state = r.host().bus.decoded<time::ClientState>(name);
            return state ? state->networks.join(u' ') : QString();
        };
        const auto isReady = [&r](const QString& name) { return r.status().condition(name, QStringLiteral("Ready")); };
        QCborMap wanted = spec({});
        wanted.insert(QStringLiteral("server"), QCborMap{{QStringLiteral("port"), ntp::test::freeUdpPort()}});
        QVERIFY(r.changed({object(wanted), client("a", "10.1.0.0/24", "1"), client("b", "10.2.0.0/24", "2")}).outcome ==
                Outcome::Ok);
        QTRY_COMPARE(network("b"), QStringLiteral("10.2.0.0/24"));
        const QList<int> before = r.processes();

        QVERIFY(r.changed({client("b", "10.3.0.0/24", "2")}).outcome == Outcome::Ok);
        QTRY_COMPARE(network("b"), QStringLiteral("10.3.0.0/24"));
        QCOMPARE(network("a"), QStringLiteral("10.1.0.0/24"));
        QVERIFY(r.changed({}, {key("a")}).outcome == Outcome::Ok);
        QTRY_COMPARE(network("a"), QString());
        QVERIFY(isReady("a").isEmpty());
        // Made again between two calls, it has said nothing of itself yet.
        r.status().changeObjects({}, {key("b")});
        QVERIFY(r.changed({client("b", "10.3.0.0/24", "3")}).outcome == Outcome::Ok);
        QTRY_COMPARE(isReady("b"), QStringLiteral("True/InForce"));
        // Nothing new is no change, and the service itself may be what changes.
        QVERIFY(r.changed({}).outcome == Outcome::Ok);
        QCOMPARE(network("b"), QStringLiteral("10.3.0.0/24"));
        QCOMPARE(r.processes(), before);
        QVERIFY(r.changed({}, {{"ntp.fos1.io/v1alpha1", "NTPService", "default", kName}}).outcome == Outcome::Ok);
        QTRY_VERIFY(r.processes().isEmpty());
        QTRY_COMPARE(isReady("b"), QStringLiteral("False/NoService"));
        QVERIFY(r.changed({object(wanted)}).outcome == Outcome::Ok);
        QTRY_COMPARE(isReady("b"), QStringLiteral("True/InForce"));
    }

    void validatesWithoutBeingStarted() {
        QPluginLoader loader(tree::builtPlugin(QStringLiteral("ntp")));
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
