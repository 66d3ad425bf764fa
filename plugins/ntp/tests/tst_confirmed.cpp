// SPDX-License-Identifier: GPL-2.0-or-later
// What the plugin publishes describes what chronyd confirmed: not what was asked of it, and not what it refused.
#include <QTest>
#include <csignal>

#include "network/vlan.h"
#include "support/running_plugin.h"
#include "time/client_state.h"
#include "time/service_state.h"

using namespace fos1;
using namespace fos1::ntp::test;

namespace {

const QString kClientKind = QStringLiteral("NTPClient");

QCborMap vlan(const QString& interface, const QString& address) {
    network::VlanState state;
    state.interface = interface;
    state.up = true;
    state.addresses = {{address, 24, {}}};
    return state.encode();
}

QCborMap entry(const QString& name, bool isEnabled) {
    return {{QStringLiteral("vlanRef"), name}, {QStringLiteral("enabled"), isEnabled}};
}

/// A service for two VLANs, of which the second is served when `both`.
QCborMap service(quint16 port, bool both, qint64 generation, QCborMap more = {}) {
    more.insert(QStringLiteral("server"), QCborMap{{QStringLiteral("port"), port}});
    more.insert(QStringLiteral("vlanConfig"),
                QCborArray{entry(QStringLiteral("a"), true), entry(QStringLiteral("b"), both)});
    return object(spec({}, more), generation);
}

QCborMap client(const QString& network) {
    QCborMap client =
        object({{QStringLiteral("selector"), QCborMap{{QStringLiteral("networks"), QCborArray{network}}}},
                {QStringLiteral("policy"), QCborMap{{QStringLiteral("permission"), QStringLiteral("allow")}}}},
               1, QStringLiteral("group"));
    client.insert(QStringLiteral("kind"), kClientKind);
    return client;
}

struct Fixture : Running {
    const quint16 port = ntp::test::freeUdpPort();

    explicit Fixture(const QString& chronyd = {}) : Running(chronyd) {
        host().bus.set(QLatin1String(network::VlanState::kTopic), QStringLiteral("a"),
                       vlan(QStringLiteral("lan.a"), QStringLiteral("10.10.0.1")));
        host().bus.set(QLatin1String(network::VlanState::kTopic), QStringLiteral("b"),
                       vlan(QStringLiteral("lan.b"), QStringLiteral("10.20.0.1")));
        fos1::testing::PluginHarness::settle();
    }
    [[nodiscard]] bool isAccepting(const char* name) {
        const auto state = host().bus.decoded<time::ServiceState>(QLatin1String(name));
        return state && state->accepting;
    }
    [[nodiscard]] QString groupReady() { return status().condition(QStringLiteral("group"), QStringLiteral("Ready")); }
    [[nodiscard]] QString isInForce() { return status().condition(kName, QStringLiteral("Reconciled")); }
};

/// The real chronyd, but for the check of a configuration with `word` in it.
QString refusing(const TestTree& tree, const char* word) {
    const QString script = tree.write(QStringLiteral("chronyd"),
                                      QByteArray("#!/bin/sh\nif [ \"$1\" = -p ] && grep -q ") + word +
                                          " \"$3\"; then echo 'Fatal error : Not today' >&2; exit 1; fi\nexec " +
                                          chronydPath().toUtf8() + " \"$@\"\n");
    QFile::setPermissions(script, QFile::ReadOwner | QFile::ExeOwner);
    return script;
}

}  // namespace

class TestConfirmed : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    /// chronyd is held while it is told, so that whatever is published meanwhile was published too early.
    void nothingIsPublishedBeforeChronydHasIt() {
        Fixture r;
        QVERIFY(r.reconciled({service(r.port, false, 1)}).outcome == Outcome::Ok);
        QTRY_VERIFY(r.isAccepting("a"));
        QVERIFY(!r.isAccepting("b"));
        const auto pid = static_cast<pid_t>(r.processes().front());
        QCOMPARE(::kill(pid, SIGSTOP), 0);
        const quint64 ticket = r.begin({service(r.port, true, 2), client(QStringLiteral("10.30.0.0/24"))});
        // The change has reached its first command when a second has passed without an answer.
        QTest::qWait(1000);
        QVERIFY(!r.host().isCompleted(ticket));
        QVERIFY(r.isAccepting("a"));
        QVERIFY(!r.isAccepting("b"));
        QCOMPARE(r.groupReady(), QString());
        QVERIFY(!r.host().bus.decoded<time::ClientState>(QStringLiteral("group")));
        QCOMPARE(::kill(pid, SIGCONT), 0);
        QVERIFY(r.wait(ticket).outcome == Outcome::Ok);
        QTRY_VERIFY(r.isAccepting("b"));
        QTRY_COMPARE(r.groupReady(), QStringLiteral("True/InForce"));
        QVERIFY(r.host().bus.decoded<time::ClientState>(QStringLiteral("group")));
    }

    /// A chronyd of an earlier host may run and serve: that it does not must be known before it is published.
    void beforeTheFirstOutcomeNothingIsPublished() {
        Fixture r;
        const quint64 ticket = r.begin({service(r.port, false, 1)});
        const auto isPublished = [&r] {
            const auto& all = r.host().bus.utterances();
            return std::any_of(all.begin(), all.end(), [](const auto& each) {
                return each.topic == QLatin1String(time::ServiceState::kTopic);
            });
        };
        while (!r.host().isCompleted(ticket)) {
            QVERIFY(!isPublished());
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 100);
            // Also when the VLANs change meanwhile.
            r.host().bus.set(QLatin1String(network::VlanState::kTopic), QStringLiteral("b"),
                             vlan(QStringLiteral("lan.b"), QStringLiteral("10.20.0.2")));
        }
        QTRY_VERIFY(r.isAccepting("a"));
    }

    /// Where chronyd cannot be started, bridges learn that nobody is served.
    void aFirstChangeThatFailsIsPublished() {
        const TestTree tree;
        Fixture r(refusing(tree, "driftfile"));
        QVERIFY(r.reconciled({service(r.port, false, 1)}).outcome == Outcome::Failed);
        QTRY_VERIFY(r.host().bus.decoded<time::ServiceState>(QStringLiteral("a")));
        QVERIFY(!r.isAccepting("a"));
        QCOMPARE(r.isInForce(), QStringLiteral("False/RefusedByChronyd"));
    }

    void afterARefusalEverythingDescribesWhatRuns() {
        const TestTree tree;
        Fixture r(refusing(tree, "ratelimit"));
        QVERIFY(r.reconciled({service(r.port, false, 1)}).outcome == Outcome::Ok);
        QTRY_VERIFY(r.isAccepting("a"));
        const QCborMap limited{{QStringLiteral("security"),
                                QCborMap{{QStringLiteral("ratelimit"), QCborMap{{QStringLiteral("enabled"), true}}}}}};
        const QCborMap group = client(QStringLiteral("10.30.0.0/24"));
        const auto refused = r.reconciled({service(r.port, true, 2, limited), group});
        QVERIFY(refused.outcome == Outcome::Failed);
        QVERIFY2(refused.message.contains(QStringLiteral("Not today")), qPrintable(refused.message));
        QCOMPARE(r.isInForce(), QStringLiteral("False/RefusedByChronyd"));
        QCOMPARE(r.status().condition(kName, QStringLiteral("Ready")), QStringLiteral("False/PreviousConfiguration"));
        QVERIFY(r.isAccepting("a"));
        QVERIFY(!r.isAccepting("b"));
        QCOMPARE(r.groupReady(), QStringLiteral("False/NotInForce"));
        QVERIFY(!r.host().bus.decoded<time::ClientState>(QStringLiteral("group")));

        QVERIFY(r.reconciled({service(r.port, true, 3), group}).outcome == Outcome::Ok);
        QTRY_VERIFY(r.isAccepting("b"));
        QCOMPARE(r.isInForce(), QStringLiteral("True/Applied"));
        QCOMPARE(r.groupReady(), QStringLiteral("True/InForce"));
    }

    /// An NTPService takes the place of another: its clients go on being served.
    void aSuccessorCostsNobodyASecond() {
        Fixture r;
        QVERIFY(r.reconciled({service(r.port, false, 1)}).outcome == Outcome::Ok);
        QTRY_VERIFY(r.isAccepting("a"));
        const auto said = r.host().bus.utterances().size();
        QCborMap successor = service(r.port, true, 1);
        successor.insert(QStringLiteral("metadata"), QCborMap{{QStringLiteral("name"), QStringLiteral("successor")},
                                                              {QStringLiteral("namespace"), QStringLiteral("default")},
                                                              {QStringLiteral("generation"), 1}});
        QVERIFY(r.reconciled({successor}).outcome == Outcome::Ok);
        QTRY_VERIFY(r.isAccepting("b"));
        const auto& all = r.host().bus.utterances();
        for (auto i = said; i < all.size(); ++i) {
            if (all[i].topic != QLatin1String(time::ServiceState::kTopic) || all[i].key != QStringLiteral("a"))
                continue;
            QVERIFY(all[i].presence == Presence::Value);
            QVERIFY(time::ServiceState::decode(all[i].value).value_or(time::ServiceState()).accepting);
        }
        QCOMPARE(r.status().condition(QStringLiteral("successor"), QStringLiteral("Reconciled")),
                 QStringLiteral("True/Applied"));
        QVERIFY(r.reconciled({}).outcome == Outcome::Ok);
        QVERIFY(!r.isAccepting("a") && !r.isAccepting("b"));
    }
};

QTEST_GUILESS_MAIN(TestConfirmed)
#include "tst_confirmed.moc"
