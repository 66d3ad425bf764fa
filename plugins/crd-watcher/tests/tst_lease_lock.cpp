// SPDX-License-Identifier: GPL-2.0-or-later
// Which node may write the aggregate for all nodes: one at a time, without relying on a wall clock.
#include "kube/lease_lock.h"
#include "kube_rig.h"

using namespace fos1;
using namespace fos1::crd;

namespace {

struct Contender {
    std::unique_ptr<kube::ApiClient> client;
    LeaseLock lock;
    std::optional<bool> answer;

    Contender(const KubeRig& rig, const QString& name)
        : client(rig.client()), lock(*client, {kNs, QStringLiteral("lock")}, name) {}
    void ask() {
        answer.reset();
        lock.acquire([this](bool isOurs) { answer = isOurs; });
    }
    bool gets() {
        ask();
        return QTest::qWaitFor([this] { return answer.has_value(); }, 20'000) && *answer;
    }
};

}  // namespace

class TestLeaseLock : public QObject {
    Q_OBJECT

    std::unique_ptr<KubeRig> m_rig;

    [[nodiscard]] QJsonObject lease() const {
        return m_rig->server.object("coordination.k8s.io/v1", "Lease", kNs, "lock");
    }
    [[nodiscard]] qsizetype asked() const {
        qsizetype count = 0;
        for (const auto& request : m_rig->server.requests()) count += request.resource == QStringLiteral("leases");
        return count;
    }
    void putLease(const QString& holder, const char* renewed) const {
        m_rig->server.install({QJsonObject{
            {"apiVersion", "coordination.k8s.io/v1"},
            {"kind", "Lease"},
            {"metadata", QJsonObject{{"name", "lock"}, {"namespace", kNs}}},
            {"spec", QJsonObject{{"holderIdentity", holder}, {"renewTime", renewed}, {"leaseTransitions", 4}}}}});
    }

   private Q_SLOTS:
    void init() { m_rig = std::make_unique<KubeRig>(fakes::KubeOptions(), std::vector<kube::ResourceType>()); }
    void cleanup() { m_rig.reset(); }

    void theFirstMakesItAndKeepsItForAWhile() {
        Contender one(*m_rig, "n1");
        QVERIFY(one.gets());
        QCOMPARE(lease()[u"spec"][u"holderIdentity"].toString(), QStringLiteral("n1"));
        QCOMPARE(lease()[u"spec"][u"leaseDurationSeconds"].toInt(), 15);
        const qsizetype before = asked();
        QVERIFY(one.gets());
        QCOMPARE(asked(), before);
        Contender two(*m_rig, "n2");
        QVERIFY(!two.gets());
        QVERIFY(two.lock.problem().isEmpty());
        // The same node need not wait for itself after a restart.
        Contender again(*m_rig, "n1");
        QVERIFY(again.gets());
        QCOMPARE(lease()[u"spec"][u"leaseTransitions"].toInt(), 0);
    }

    void ofTwoAtOnceOneGetsIt_data() {
        QTest::addColumn<bool>("isThere");
        QTest::newRow("made") << false;
        QTest::newRow("taken over") << true;
    }
    void ofTwoAtOnceOneGetsIt() {
        QFETCH(const bool, isThere);
        if (isThere) putLease("", "2026-01-01T00:00:00.000000Z");
        Contender one(*m_rig, "n1");
        Contender two(*m_rig, "n2");
        // Both have seen that it is free before either writes.
        m_rig->server.fault({{"path", "leases"}, {"method", isThere ? "PUT" : "POST"}, {"delayMs", 300}});
        one.ask();
        two.ask();
        QTRY_VERIFY(one.answer && two.answer);
        QVERIFY(*one.answer != *two.answer);
        QCOMPARE(lease()[u"spec"][u"holderIdentity"].toString(), *one.answer ? "n1" : "n2");
        // Losing the race is not an error.
        QVERIFY(one.lock.problem().isEmpty() && two.lock.problem().isEmpty());
    }

    void anothersIsRespectedUntilItWasSeenUnchangedForItsDuration() {
        // The holder's clock is wrong by years, which has no effect.
        putLease("n2", "2001-01-01T00:00:00.000000Z");
        Contender one(*m_rig, "n1");
        QVERIFY(!one.gets());
        QTest::qWait(8000);
        putLease("n2", "2001-01-01T00:00:08.000000Z");
        QElapsedTimer unchanged;
        unchanged.start();
        QVERIFY(!one.gets());
        QTest::qWait(9000);
        // More than 15 s after it was first seen, but it has been renewed since.
        QVERIFY(!one.gets());
        while (!one.gets() && unchanged.elapsed() < 30'000) QTest::qWait(200);
        QVERIFY2(unchanged.elapsed() >= 14'900, qPrintable(QString::number(unchanged.elapsed())));
        QCOMPARE(lease()[u"spec"][u"holderIdentity"].toString(), QStringLiteral("n1"));
        QCOMPARE(lease()[u"spec"][u"leaseTransitions"].toInt(), 5);
    }

    void ourTimeRunsFromWhenWeAskedForIt() {
        Contender one(*m_rig, "n1");
        m_rig->server.fault({{"path", "leases"}, {"method", "POST"}, {"delayMs", 6000}});
        QVERIFY(one.gets());
        const qsizetype before = asked();
        QTest::qWait(5000);
        QVERIFY(one.gets());
        QVERIFY(asked() > before);
    }

    void whyItCouldNotBeAsked() {
        Contender one(*m_rig, "n1");
        m_rig->server.fault({{"path", "leases"}, {"status", 403}, {"message", "leases are not for you"}});
        QVERIFY(!one.gets());
        QVERIFY2(one.lock.problem().contains("not for you"), qPrintable(one.lock.problem()));
        m_rig->server.clearFaults();
        m_rig->server.kill();
        QVERIFY(!one.gets());
        QVERIFY(!one.lock.problem().isEmpty());
        QVERIFY(m_rig->server.start());
        QVERIFY(one.gets());
        QVERIFY(one.lock.problem().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestLeaseLock)
#include "tst_lease_lock.moc"
