// SPDX-License-Identifier: GPL-2.0-or-later
// A user database in a network that is slow (nsswitch.conf(5), LDAP) does not hold up the host.
#include <signal.h>

#include <QElapsedTimer>
#include <QTest>

#include "host_under_test.h"
#include "isolation.h"
#include "tree.h"

using namespace fos1;
using fos1::system::HostUnderTest;

namespace {

constexpr int kSlow = 3;  ///< seconds

/// The longest time without an answer of the host, until `isOver`.
qint64 longestSilence(const HostUnderTest& host, const std::function<bool()>& isOver) {
    qint64 longest = 0;
    QElapsedTimer all;
    QElapsedTimer one;
    all.start();
    while (all.elapsed() < 30'000) {
        one.start();
        const bool isAnswered = !host.call("host.status").isEmpty();
        longest = std::max(longest, isAnswered ? one.elapsed() : qint64{30'000});
        if (isOver()) return longest;
        QTest::qWait(20);
    }
    return -1;
}

}  // namespace

class TestSlowUsers : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
    }

    void theHostAnswers() {
        HostUnderTest host(*m_lab, "slow");
        host.addPlugin("well-behaved", lab::isUserNamespace() ? "{user: root}" : "{user: nobody}");
        host.launch({"LD_PRELOAD=" + tree::builtFile("tests/libfos1_slow_users.so"),
                     QStringLiteral("SLOW_USERS=%1").arg(kSlow), "ASAN_OPTIONS=verify_asan_link_order=0"});
        const auto running = [&] {
            return host.call("plugin.get", {{"id", "well-behaved"}})[u"result"][u"state"].toString() == "Running";
        };
        QTRY_VERIFY_WITH_TIMEOUT(running(), 20'000);
        // The user that chronyd runs as.
        QVERIFY(lab::writeFile(host.manifest("a.yaml"),
                               "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\n"
                               "spec: {enabled: true, sources: {}, server: {}}\n"));
        QElapsedTimer timer;
        timer.start();
        const qint64 planned = longestSilence(host, [&] { return !host.chronyds().isEmpty(); });
        QVERIFY2(planned >= 0 && planned < 1000, qPrintable(QString::number(planned)));
        QVERIFY2(timer.elapsed() >= kSlow * 1000, "the user database was not asked");
        // The user that a runner runs as.
        const qint64 pid = host.call("plugin.get", {{"id", "well-behaved"}})[u"result"][u"pid"].toInteger();
        ::kill(static_cast<pid_t>(pid), SIGKILL);
        timer.start();
        const qint64 restarted = longestSilence(host, [&] {
            return running() && host.call("plugin.get", {{"id", "well-behaved"}})[u"result"][u"pid"].toInteger() != pid;
        });
        QVERIFY2(restarted >= 0 && restarted < 1000, qPrintable(QString::number(restarted)));
        QVERIFY2(timer.elapsed() >= kSlow * 1000, "the user database was not asked");
        QCOMPARE(host.stop(), 0);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestSlowUsers test;
        return QTest::qExec(&test, argc, argv);
    });
}

#include "tst_slow_users.moc"
