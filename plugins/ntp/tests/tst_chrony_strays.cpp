// SPDX-License-Identifier: GPL-2.0-or-later
// What somebody sets in the running chronyd with the real chronyc, and chronyd does not report, holds again as
// declared.
#include <QSignalSpy>
#include <QTest>

#include "isolation.h"
#include "ntp_responder.h"
#include "probe.h"
#include "support/lab_scene.h"

using namespace fos1;
using namespace fos1::ntp::test;
using namespace std::chrono_literals;
using fos1::lab::NtpClaim;
using fos1::lab::NtpResponder;

namespace {

constexpr int kPatience = 20'000;
constexpr const char* kSource = "sources: {servers: [{address: 10.1.0.1, iburst: true, minpoll: -4, maxpoll: -4}]}";
const QByteArray kStep = "Could not step system clock";  // with -x

}  // namespace

class TestChronyStrays : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;

    /// 4.3 logs none of these commands; later ones are told by their log.
    static bool isLogged(const Scene& scene) { return scene.plan().online.settingsAreLogged; }
    static QByteArray tell(const Scene& scene, const QStringList& command) { return scene.chronyc(command).trimmed(); }
    [[nodiscard]] bool isAnswered(const Scene& scene, const char* own) const {
        bool isAnswered = false;
        m_lab->inside("rt", [&] {
            QUdpSocket socket;
            if (!socket.bind(QHostAddress(QLatin1String(own)), 0)) return;
            socket.writeDatagram(lab::ntpPacket(3), QHostAddress::LocalHost, scene.spec.server.port);
            isAnswered = socket.waitForReadyRead(1000);
        });
        return isAnswered;
    }
    /// A look at everything, as each minute.
    static void heal(Scene& scene) { scene.engine.heal(); }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        QVERIFY(startChronydIn(*m_lab, "rt"));
    }

    void local() {
        Scene scene;
        QCOMPARE(scene.declare("{server: {local: {enabled: true, stratum: 7}}}"), QString());
        const qint64 pid = scene.engine.state().pid;
        const auto stratum = [&scene] { return scene.field("tracking", 2); };
        QTRY_COMPARE(stratum(), QByteArray("7"));
        QCOMPARE(tell(scene, {"local", "stratum", "3"}), QByteArray("200 OK"));
        QTRY_COMPARE(stratum(), QByteArray("3"));
        heal(scene);
        QTRY_COMPARE(stratum(), QByteArray("7"));
        QCOMPARE(tell(scene, {"local", "off"}), QByteArray("200 OK"));
        QTRY_COMPARE(stratum(), QByteArray("0"));
        // Until the look before it has ended, another one does nothing.
        const auto isHealed = [&] {
            heal(scene);
            return stratum() == QByteArray("7");
        };
        QVERIFY(QTest::qWaitFor(isHealed, kPatience));
        QCOMPARE(scene.engine.state().pid, pid);
    }

    void localThatWasNotDeclared() {
        Scene scene;
        QCOMPARE(scene.declare("{server: {interleaved: true}}"), QString());
        QCOMPARE(tell(scene, {"local", "stratum", "3"}), QByteArray("200 OK"));
        QTRY_COMPARE(scene.field("tracking", 2), QByteArray("3"));
        heal(scene);
        QTRY_COMPARE(scene.field("tracking", 2), QByteArray("0"));
    }

    void maxupdateskew() {
        NtpClaim claim;
        claim.ppm = 200;
        const NtpResponder source(*m_lab, QStringLiteral("up"), claim);
        Scene scene;
        QCOMPARE(scene.declare("{server: {interleaved: true}}"), QString());
        QCOMPARE(tell(scene, {"maxupdateskew", "0.000001"}), QByteArray("200 OK"));
        QCOMPARE(scene.declare(QByteArray("{") + kSource + "}"), QString());
        // chronyd does not learn the frequency of its clock before the limit is again what it was.
        const auto frequency = [&scene] { return std::abs(scene.field("tracking", 7).toDouble()); };
        QVERIFY(QTest::qWaitFor([&] { return scene.answers() > 60; }, kPatience));
        QVERIFY2(frequency() < 10, qPrintable(QString::number(frequency())));
        heal(scene);
        QVERIFY(QTest::qWaitFor([&] { return frequency() > 100; }, kPatience));
    }

    void makestep() {
        NtpResponder source(*m_lab, QStringLiteral("up"), NtpClaim());
        Scene scene;
        QCOMPARE(scene.declare(QByteArray("{") + kSource + "}"), QString());
        QTRY_COMPARE_WITH_TIMEOUT(scene.field("sources", 1), QByteArray("*"), kPatience);
        QCOMPARE(tell(scene, {"makestep", "0.1", "-1"}), QByteArray("200 OK"));
        source.claim(NtpClaim{500ms});
        QTRY_VERIFY_WITH_TIMEOUT(scene.hasLogged(kStep), kPatience);
        // It would go on trying, at each measurement.
        const auto triesDuring = [&scene](int answers) {
            scene.logged.clear();
            const int before = scene.answers();
            const bool isMeasured = QTest::qWaitFor([&] { return scene.answers() > before + answers; }, kPatience);
            return !isMeasured || scene.hasLogged(kStep);
        };
        QVERIFY(triesDuring(10));
        heal(scene);
        QVERIFY(QTest::qWaitFor([&] { return !triesDuring(10); }, kPatience));
        source.claim(NtpClaim{-500ms});
        QVERIFY(!triesDuring(40));
    }

    /// This one is logged by every chronyd, and put right within seconds.
    void reselectDistance() {
        Scene scene;
        QCOMPARE(scene.declare("{server: {interleaved: true}}"), QString());
        QSignalSpy healed(&scene.engine, &ntp::ChronyEngine::healed);
        QCOMPARE(tell(scene, {"reselectdist", "10"}), QByteArray("200 OK"));
        QTRY_COMPARE(healed.size(), 1);
        QTRY_VERIFY(scene.hasLogged("New reselect distance 0.000100"));
        QTest::qWait(1500);  // longer than what is collected before the next look
        QCOMPARE(healed.size(), 1);
    }

    /// Nothing lists the rules that chronyd has. Who is answered because of one has a record.
    void aNetworkThatNoRuleNames() {
        Scene scene;
        QCOMPARE(scene.declare("{server: {local: {enabled: true}}, security: {access: [{network: 127.0.1.0/24, "
                               "permission: allow}, {network: 127.0.2.0/24, permission: deny}]}}"),
                 QString());
        const qint64 pid = scene.engine.state().pid;
        QSignalSpy healed(&scene.engine, &ntp::ChronyEngine::healed);
        QVERIFY(isAnswered(scene, "127.0.1.1"));
        for (const char* network : {"127.9.0.0/16", "127.64.0.0/10", "fd00::/8"})
            QCOMPARE(tell(scene, {"allow", network}), QByteArray("200 OK"));
        QVERIFY(isAnswered(scene, "127.9.1.1"));
        QVERIFY(isAnswered(scene, "127.64.0.1"));
        heal(scene);
        QTRY_COMPARE(healed.size(), 1);
        for (const char* stranger : {"127.9.1.1", "127.9.200.1", "127.64.0.1", "127.127.255.1", "127.0.2.1"})
            QVERIFY2(!scene.isAnswered(stranger), stranger);
        QVERIFY(scene.isAnswered("127.0.1.1") && isAnswered(scene, "127.0.1.1"));
        // Nobody has asked over IPv6.
        QVERIFY(scene.isAnswered("fd00::1"));
        heal(scene);
        QTRY_VERIFY(!scene.engine.isApplying());
        QTest::qWait(200);
        QCOMPARE(healed.size(), 1);
        // What was cleared can be allowed afterwards.
        QCOMPARE(scene.declare("{server: {local: {enabled: true}}, security: {access: [{network: 127.0.0.0/8, "
                               "permission: allow}]}}"),
                 QString());
        for (const char* client : {"127.9.1.1", "127.64.0.1", "127.0.2.1", "127.200.0.1"})
            QVERIFY2(scene.isAnswered(client), client);
        QCOMPARE(scene.engine.state().pid, pid);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestChronyStrays test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_chrony_strays.moc"
