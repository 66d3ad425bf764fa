// SPDX-License-Identifier: GPL-2.0-or-later
// A host where the kernel denies something, as in most containers: the clock, and then it serves all the same and says
// so, or the port. The denial also keeps the clock of the machine that runs the test.
#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include "host_under_test.h"
#include "isolation.h"
#include "ntp_responder.h"

using namespace fos1;
using fos1::system::HostUnderTest;

namespace {

const QByteArray kService =
    "apiVersion: ntp.fos1.io/v1alpha1\n"
    "kind: NTPService\n"
    "metadata: {name: main-ntp}\n"
    "spec:\n"
    "  enabled: true\n"
    "  sources: {servers: [{address: 10.1.0.1, iburst: true}]}\n"
    "  server: {makestep: {threshold: 1, limit: 3}}\n"
    "  security: {access: [{network: 10.2.0.0/24, permission: allow}]}\n";

}  // namespace

class TestClockRights : public QObject {
    Q_OBJECT

   private Q_SLOTS:
    void servesWithoutTheClock() {
        const lab::Lab lab;
        QVERIFY2(lab.problem().isEmpty(), qPrintable(lab.problem()));
        const lab::NtpResponder upstream(lab, "up", lab::NtpClaim());
        HostUnderTest host(lab, QStringLiteral("host"));
        host.wrapper = QStringList{"setpriv", "--bounding-set", "-sys_time"};
        host.config.replace("clockControl: false", "clockControl: true");
        QVERIFY(host.config.contains("clockControl: true"));
        QVERIFY(lab::writeFile(host.manifest(QStringLiteral("main.yaml")), kService));
        QVERIFY(host.start());
        QTRY_COMPARE_WITH_TIMEOUT(host.chronyds().size(), 1, 10'000);
        QFile arguments(QStringLiteral("/proc/%1/cmdline").arg(host.chronyds().constFirst()));
        QVERIFY(arguments.open(QIODevice::ReadOnly));
        QVERIFY(arguments.readAll().split('\0').contains("-x"));
        QByteArray page;
        const auto says = [&](const char* words) {
            return (page = host.ctl({"ntp", "status"}).output).contains(words);
        };
        QTRY_VERIFY2_WITH_TIMEOUT(says("CAP_SYS_TIME is denied here"), page.constData(), 30'000);
        QVERIFY2(QTest::qWaitFor([&] { return says("Advertised     yes"); }, 30'000), page.constData());
        // It was withdrawn again at once, because chronyd did not know the clock's frequency yet.
        QElapsedTimer timer;
        for (timer.start(); timer.elapsed() < 3000; QTest::qWait(50))
            QVERIFY2(says("Advertised     yes"), page.constData());
        QVERIFY2(host.log().contains("chronyd runs with -x"), host.log().constData());
        QCOMPARE(host.chronyds().size(), 1);
        QCOMPARE(host.stop(), 0);
    }

    /// chronyd would end at once, again and again, with "cap_set_proc() failed".
    void saysThatThePortIsDenied() {
        const lab::Lab lab;
        QVERIFY2(lab.problem().isEmpty(), qPrintable(lab.problem()));
        HostUnderTest host(lab, QStringLiteral("host"));
        host.wrapper = QStringList{"setpriv", "--bounding-set", "-net_bind_service"};
        QVERIFY(lab::writeFile(host.manifest(QStringLiteral("main.yaml")), kService));
        QVERIFY(host.start());
        QByteArray page;
        const auto says = [&](const char* words) { return (page = host.ctl({"status"}).output).contains(words); };
        QTRY_VERIFY2_WITH_TIMEOUT(says("CAP_NET_BIND_SERVICE is denied here"), page.constData(), 10'000);
        QVERIFY2(!host.log().contains("chronyd exited"), host.log().constData());
        QCOMPARE(host.chronyds().size(), 0);
        QCOMPARE(host.stop(), 0);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestClockRights test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_clock_rights.moc"
