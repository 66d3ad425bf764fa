// SPDX-License-Identifier: GPL-2.0-or-later
// From a cluster's objects to transactions of desired state: when they are submitted, what they contain, and that "not
// known" is never mistaken for "deleted".
#include <QFile>
#include <QSignalSpy>

#include "kube_rig.h"

using namespace fos1;
using namespace fos1::crd;

namespace {

const QString kRbac = QStringLiteral("rbac.authorization.k8s.io/v1");

/// Allows the user to list and watch these resources of t.io.
void mayRead(const KubeRig& rig, const QString& user, const QStringList& plurals) {
    const QJsonObject rule{{"apiGroups", QJsonArray{"t.io"}},
                           {"resources", QJsonArray::fromStringList(plurals)},
                           {"verbs", QJsonArray{"get", "list", "watch"}}};
    rig.server.install(
        {QJsonObject{{"apiVersion", kRbac},
                     {"kind", "ClusterRole"},
                     {"metadata", QJsonObject{{"name", "r"}}},
                     {"rules", QJsonArray{rule}}},
         QJsonObject{{"apiVersion", kRbac},
                     {"kind", "ClusterRoleBinding"},
                     {"metadata", QJsonObject{{"name", "r"}}},
                     {"roleRef",
                      QJsonObject{{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "ClusterRole"}, {"name", "r"}}},
                     {"subjects", QJsonArray{QJsonObject{
                                      {"kind", "User"}, {"apiGroup", "rbac.authorization.k8s.io"}, {"name", user}}}}}});
}

const QJsonObject kKeyFromSecret{{"secretKeyRef", QJsonObject{{"name", "keys"}, {"key", "k"}}}};

KubeSource::Options withPatience(int ms) {
    KubeSource::Options options;
    options.patience = std::chrono::milliseconds(ms);
    return options;
}

}  // namespace

class TestKubeSource : public QObject {
    Q_OBJECT

    std::unique_ptr<KubeRig> m_rig;

    void startRig(const fakes::KubeOptions& options, const std::vector<kube::ResourceType>& kinds) {
        m_rig.reset();
        m_rig = std::make_unique<KubeRig>(options, kinds);
    }
    /// The number of requests with this verb so far, by default for things.
    [[nodiscard]] qsizetype asked(const QString& verb, const QString& plural = kThing.plural) const {
        return m_rig->server.requests(verb, plural).size();
    }

   private Q_SLOTS:
    void init() { m_rig = std::make_unique<KubeRig>(); }
    void cleanup() { m_rig.reset(); }

    void theFirstWordIsTheWholeState() {
        m_rig->put("a", 1);
        m_rig->put("b", 2);
        m_rig->put("x", 3, {}, {}, kOther);
        // One kind is late: nothing is submitted before it is listed, and then everything at once.
        m_rig->server.fault({{"verb", "list"}, {"path", "others"}, {"delayMs", 3000}, {"count", 1}});
        FollowedCluster cluster(*m_rig);
        QTRY_VERIFY(asked("watch") > 0);
        QTest::qWait(200);
        QCOMPARE(cluster.count(), 0U);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.isWell(), 20'000);
        QCOMPARE(cluster.count(), 1U);
        const QJsonObject first = cluster.sink.transactions[0];
        QVERIFY(first[u"whole"].toBool() && first[u"synced"].toBool());
        QCOMPARE(first[u"replace"].toObject().size(), 3);
        QVERIFY(first[u"replace"].toObject().contains(originOf(KubeRig::key("a"))));
        QCOMPARE(cluster.sink.inForce(), QStringLiteral("Other/x=3 Thing/a=1 Thing/b=2"));
        m_rig->put("c", 3);
        QTRY_COMPARE(cluster.count(), 2U);
        QVERIFY(!cluster.sink.transactions[1][u"whole"].toBool());
        QVERIFY(cluster.sink.transactions[1][u"synced"].toBool());
    }

    void anEmptyClusterIsAWordToo() {
        FollowedCluster cluster(*m_rig);
        QTRY_COMPARE(cluster.count(), 1U);
        QVERIFY(cluster.sink.transactions[0][u"whole"].toBool());
        QVERIFY(cluster.sink.inForce().isEmpty());
    }

    void severalEventsOfATurnAreOneTransaction() {
        FollowedCluster cluster(*m_rig);
        QTRY_VERIFY(cluster.isWell());
        // All of them arrive in one piece of the stream.
        m_rig->server.control(
            "bulk", {{"count", 20},
                     {"template", QJsonObject{{"apiVersion", kThing.apiVersion},
                                              {"kind", kThing.kind},
                                              {"metadata", QJsonObject{{"name", "t-{i}"}, {"namespace", kNs}}},
                                              {"spec", QJsonObject{{"value", "{#i}"}}}}}});
        QTRY_COMPARE(cluster.source.objects().size(), 20U);
        QTest::qWait(100);
        // TCP may split them, but not into many segments.
        QVERIFY2(cluster.count() <= 4, qPrintable(QString::number(cluster.count())));
        QCOMPARE(cluster.sink.inForce().split(u' ').size(), 20);
    }

    void whatIsNotOfItsSpecSubmitsNothing() {
        m_rig->put("a", 1);
        FollowedCluster cluster(*m_rig);
        QTRY_VERIFY(cluster.isWell());
        QSignalSpy changed(&cluster.source, &KubeSource::objectChanged);
        m_rig->server.control("storm", {{"apiVersion", kThing.apiVersion},
                                        {"kind", kThing.kind},
                                        {"perSecond", 100},
                                        {"seconds", 0.05},
                                        {"change", QJsonObject{{"status", QJsonObject{{"stratum", "{#i}"}}}}},
                                        {"wait", true}});
        QTRY_VERIFY(!changed.isEmpty());
        QTRY_VERIFY(!cluster.source.find(KubeRig::key("a"))->status.isEmpty());
        m_rig->put("a", 1, {{"finalizers", QJsonArray{"t.io/f"}}});
        QTRY_COMPARE(cluster.source.find(KubeRig::key("a"))->finalizers, QStringList{"t.io/f"});
        QTest::qWait(50);
        QCOMPARE(cluster.count(), 1U);
        m_rig->put("a", 2);
        QTRY_COMPARE(cluster.sink.inForce(), QStringLiteral("Thing/a=2"));
        QCOMPARE(cluster.count(), 2U);
    }

    void deletionAndItsAnnouncement() {
        m_rig->put("a", 1);
        m_rig->put("held", 2, {{"finalizers", QJsonArray{"t.io/f"}}});
        FollowedCluster cluster(*m_rig);
        QTRY_VERIFY(cluster.isWell());
        m_rig->remove("a");
        QTRY_COMPARE(cluster.sink.inForce(), QStringLiteral("Thing/held=2"));
        QVERIFY(!cluster.source.find(KubeRig::key("a")));
        // A finalizer keeps the object in the cluster; for the host it is removed.
        m_rig->remove("held");
        QTRY_VERIFY(cluster.sink.inForce().isEmpty());
        QVERIFY(cluster.source.find(KubeRig::key("held")) && cluster.source.find(KubeRig::key("held"))->isDeleting);
        QVERIFY(!m_rig->get("held").isEmpty());
        // A source that starts later does not bring it into force either.
        FollowedCluster late(*m_rig, {}, "admin", m_rig->server.path("late"));
        QTRY_VERIFY(late.isWell());
        QVERIFY(late.sink.inForce().isEmpty());
    }

    void aKindThatTheClusterDoesNotHaveHoldsUpOnlySoLong() {
        startRig({}, {kThing});
        m_rig->put("a", 1);
        FollowedCluster cluster(*m_rig, withPatience(4000));
        QTRY_VERIFY(asked("watch") > 0 && cluster.source.problems().size() == 1);
        QVERIFY2(cluster.source.problems()[0].contains("others"), qPrintable(cluster.source.problems()[0]));
        QCOMPARE(cluster.count(), 0U);
        QTRY_COMPARE_WITH_TIMEOUT(cluster.count(), 1U, 20'000);
        QVERIFY(cluster.sink.transactions[0][u"whole"].toBool());
        QCOMPARE(cluster.sink.inForce(), QStringLiteral("Thing/a=1"));
        // Its arrival is noticed and does not start the source again.
        m_rig->server.install({crdOf(kOther)});
        m_rig->put("x", 3, {}, {}, kOther);
        QTRY_COMPARE_WITH_TIMEOUT(cluster.sink.inForce(), QStringLiteral("Other/x=3 Thing/a=1"), 30'000);
        QVERIFY(!cluster.sink.transactions.back()[u"whole"].toBool());
        QTRY_VERIFY(cluster.isWell());
    }

    void aKindThatWeMayNotSeeHoldsUpOnlySoLong() {
        fakes::KubeOptions options;
        options.checksAccess = true;
        startRig(options, {kThing, kOther});
        m_rig->server.setToken("router", "secret");
        mayRead(*m_rig, "router", {"things"});
        m_rig->put("a", 1);
        m_rig->put("x", 3, {}, {}, kOther);
        FollowedCluster cluster(*m_rig, withPatience(4000), "router");
        QTRY_VERIFY(asked("watch") > 0 && cluster.source.problems().size() == 1);
        QVERIFY2(cluster.source.problems()[0].contains("forbidden"), qPrintable(cluster.source.problems()[0]));
        QCOMPARE(cluster.count(), 0U);
        QTRY_COMPARE_WITH_TIMEOUT(cluster.sink.inForce(), QStringLiteral("Thing/a=1"), 20'000);
        mayRead(*m_rig, "router", {"things", "others"});
        QTRY_COMPARE_WITH_TIMEOUT(cluster.sink.inForce(), QStringLiteral("Other/x=3 Thing/a=1"), 30'000);
    }

    void aClusterThatShowsNothingAtAllIsNotEmpty() {
        fakes::KubeOptions options;
        options.checksAccess = true;
        startRig(options, {kThing, kOther});
        m_rig->server.setToken("router", "secret");
        m_rig->put("a", 1);
        FollowedCluster cluster(*m_rig, withPatience(300), "router");
        QTRY_COMPARE(cluster.source.problems().size(), 2);
        QTest::qWait(700);
        QCOMPARE(cluster.count(), 0U);
        mayRead(*m_rig, "router", {"things"});
        QTRY_COMPARE_WITH_TIMEOUT(cluster.sink.inForce(), QStringLiteral("Thing/a=1"), 20'000);
    }

    void refusalsAreKnownUntilTheyAreCured() {
        m_rig->put("good", 1);
        m_rig->put("bad", -1);
        FollowedCluster cluster(*m_rig);
        QTRY_VERIFY(cluster.isWell());
        const auto& refusals = cluster.source.refusals();
        QCOMPARE(refusals.size(), 1U);
        QCOMPARE(refusals.at(KubeRig::key("bad")), QStringLiteral("spec.value: must not be negative"));
        // A change of another object does not affect it.
        m_rig->put("good", 2);
        QTRY_COMPARE(cluster.count(), 2U);
        QCOMPARE(refusals.size(), 1U);
        m_rig->put("bad", 7);
        QTRY_VERIFY(refusals.empty());
        m_rig->put("bad", -1);
        QTRY_COMPARE(refusals.size(), 1U);
        m_rig->remove("bad");
        QTRY_VERIFY(refusals.empty());
    }

    void secretsAreFollowedByNameAndOnlyWhileTheyAreNamed() {
        m_rig->putSecret("keys");
        m_rig->putSecret("unrelated");
        m_rig->put("a", 1, {}, kKeyFromSecret);
        m_rig->put("b", 1, {}, kKeyFromSecret);
        FollowedCluster cluster(*m_rig);
        QTRY_COMPARE(cluster.sink.inForce(), QStringLiteral("Secret/keys Thing/a=1 Thing/b=1"));
        // Already in the first transaction: the state of an earlier run keeps its keys.
        QCOMPARE(cluster.count(), 1U);
        QTRY_VERIFY(cluster.isWell());
        QCOMPARE(asked("list", "secrets"), 1);
        for (const auto& request : m_rig->server.requests())
            if (request.resource == QStringLiteral("secrets"))
                QVERIFY2(request.url.contains("metadata.name%3Dkeys"), qPrintable(request.url));
        // An object that no longer names it leaves it to the other object.
        m_rig->put("a", 2);
        QTRY_COMPARE(cluster.sink.inForce(), QStringLiteral("Secret/keys Thing/a=2 Thing/b=1"));
        m_rig->remove("b");
        QTRY_COMPARE(cluster.sink.inForce(), QStringLiteral("Thing/a=2"));
        // A Secret that does not exist yet is awaited.
        m_rig->put("a", 3, {}, {{"secretName", "later"}});
        QTRY_COMPARE(cluster.sink.inForce(), QStringLiteral("Thing/a=3"));
        m_rig->putSecret("later");
        QTRY_COMPARE(cluster.sink.inForce(), QStringLiteral("Secret/later Thing/a=3"));
        // Two kinds and this Secret: the watch of the other one has ended.
        QTRY_COMPARE(m_rig->server.control("watches")[u"watches"].toArray().size(), 3);
    }

    void aListThatIsEmptyAllAtOnceIsHeldAndThenBelieved() {
        m_rig->put("a", 1);
        m_rig->put("x", 3, {}, {}, kOther);
        KubeSource::Options options;
        options.emptyGrace = std::chrono::milliseconds(2000);
        FollowedCluster cluster(*m_rig, options);
        QTRY_VERIFY(cluster.isWell());
        // While the watch is down, all objects of one kind are deleted.
        m_rig->server.fault({{"verb", "watch"}, {"path", "things"}, {"status", 503}, {"count", 1}});
        m_rig->server.control("end-watches");
        m_rig->remove("a");
        m_rig->server.control("compact");
        QTRY_VERIFY_WITH_TIMEOUT(cluster.source.problems().join(u' ').contains("is suddenly empty"), 20'000);
        QCOMPARE(cluster.sink.inForce(), QStringLiteral("Other/x=3 Thing/a=1"));
        QTRY_COMPARE_WITH_TIMEOUT(cluster.sink.inForce(), QStringLiteral("Other/x=3"), 20'000);
        QVERIFY(cluster.source.problems().isEmpty());
    }

    void objectsThatComeBackInTimeWereNeverGone() {
        m_rig->put("a", 1);
        KubeSource::Options options;
        options.emptyGrace = std::chrono::milliseconds(1500);
        FollowedCluster cluster(*m_rig, options);
        QTRY_VERIFY(cluster.isWell());
        m_rig->server.fault({{"verb", "watch"}, {"path", "things"}, {"status", 503}, {"count", 1}});
        m_rig->server.control("end-watches");
        m_rig->remove("a");
        m_rig->server.control("compact");
        QTRY_VERIFY_WITH_TIMEOUT(cluster.source.problems().join(u' ').contains("is suddenly empty"), 20'000);
        m_rig->put("a", 1);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.source.problems().isEmpty(), 20'000);
        QCOMPARE(cluster.sink.inForce(), QStringLiteral("Thing/a=1"));
        for (const QJsonObject& transaction : cluster.sink.transactions)
            QVERIFY(transaction[u"remove"].toArray().isEmpty());
    }

    void whatWasDeletedMeanwhileIsGoneAfterANewList() {
        m_rig->put("a", 1);
        m_rig->put("b", 2);
        FollowedCluster cluster(*m_rig);
        QTRY_VERIFY(cluster.isWell());
        m_rig->server.fault({{"verb", "watch"}, {"status", 503}, {"count", 2}});
        m_rig->server.control("drop");
        m_rig->remove("a");
        m_rig->put("c", 3);
        m_rig->server.control("compact");
        QTRY_COMPARE_WITH_TIMEOUT(cluster.sink.inForce(), QStringLiteral("Thing/b=2 Thing/c=3"), 20'000);
        // Unchanged objects were not submitted again.
        const QJsonObject last = cluster.sink.transactions.back();
        QVERIFY(!last[u"replace"].toObject().contains(originOf(KubeRig::key("b"))));
    }

    void aServerThatIsAwayTakesNothing() {
        m_rig->put("a", 1);
        FollowedCluster cluster(*m_rig);
        QTRY_VERIFY(cluster.isWell());
        m_rig->server.kill();
        QTRY_COMPARE_WITH_TIMEOUT(cluster.source.problems().size(), 2, 10'000);
        QCOMPARE(cluster.sink.inForce(), QStringLiteral("Thing/a=1"));
        QVERIFY(m_rig->server.start());
        m_rig->put("b", 2);
        QTRY_COMPARE_WITH_TIMEOUT(cluster.sink.inForce(), QStringLiteral("Thing/a=1 Thing/b=2"), 40'000);
        QTRY_VERIFY_WITH_TIMEOUT(cluster.isWell(), 20'000);
    }

    void theSnapshotSpeaksFirstAndTheClusterCorrectsIt() {
        m_rig->putSecret("keys");
        m_rig->put("a", 1, {}, kKeyFromSecret);
        m_rig->put("b", 2);
        {
            FollowedCluster cluster(*m_rig);
            QTRY_VERIFY(cluster.sink.inForce().contains("Secret"));
            cluster.source.stop();
        }
        QFile file(m_rig->snapshot());
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto kept = decodeSnapshot(file.readAll());
        QVERIFY(kept);
        QCOMPARE(kept->objects.at("t.io/v1/Thing").size(), 2U);
        for (const auto& [kind, objects] : kept->objects) QVERIFY2(!kind.contains("Secret"), qPrintable(kind));

        m_rig->server.kill();
        FollowedCluster cluster(*m_rig);
        // The named Secret might still arrive: wait for a moment.
        QCOMPARE(cluster.count(), 0U);
        QTRY_COMPARE(cluster.count(), 1U);
        QVERIFY(cluster.sink.transactions[0][u"whole"].toBool());
        QCOMPARE(cluster.sink.inForce(), QStringLiteral("Thing/a=1 Thing/b=2"));
        QVERIFY(cluster.source.isFromSnapshot());
        QTRY_VERIFY(!cluster.source.problems().isEmpty());
        QVERIFY(m_rig->server.start());
        m_rig->remove("b");
        m_rig->put("c", 3);
        QTRY_COMPARE_WITH_TIMEOUT(cluster.sink.inForce(), QStringLiteral("Secret/keys Thing/a=1 Thing/c=3"), 40'000);
        QTRY_VERIFY(!cluster.source.isFromSnapshot());
        for (std::size_t i = 1; i < cluster.count(); ++i) QVERIFY(!cluster.sink.transactions[i][u"whole"].toBool());
    }

    void aSnapshotWithoutSecretsSpeaksWithinStart() {
        m_rig->put("a", 1);
        {
            FollowedCluster cluster(*m_rig);
            QTRY_COMPARE(cluster.sink.inForce(), QStringLiteral("Thing/a=1"));
            cluster.source.stop();
        }
        m_rig->server.kill();
        const FollowedCluster cluster(*m_rig);
        QCOMPARE(cluster.count(), 1U);
        QCOMPARE(cluster.sink.inForce(), QStringLiteral("Thing/a=1"));
    }

    void aSnapshotThatIsDamagedIsReportedAndReplaced() {
        QFile file(m_rig->snapshot());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("fos1-snapshot 1 rubbish");
        file.close();
        m_rig->put("a", 1);
        FollowedCluster cluster(*m_rig);
        QCOMPARE(cluster.count(), 0U);
        QVERIFY(!cluster.source.snapshotProblem().isEmpty());
        QTRY_VERIFY(cluster.isWell());
        // The next successful write ends the problem.
        QTRY_VERIFY_WITH_TIMEOUT(cluster.source.snapshotProblem().isEmpty(), 15'000);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(decodeSnapshot(file.readAll()));
    }
};

QTEST_GUILESS_MAIN(TestKubeSource)
#include "tst_kube_source.moc"
