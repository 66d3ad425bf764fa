// SPDX-License-Identifier: GPL-2.0-or-later
// A runner gets what its plugin requests and the operator grants. What it does not get is named. Also: when a runner is
// restarted.
#include <QTest>

#include "plugins/restart_policy.h"
#include "plugins/runner_permissions.h"

using namespace fos1::host;
using namespace std::chrono_literals;

class TestRunnerPermissions : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void nothingAskedNothingGiven() {
        RunnerRights granted;
        granted.capabilities = QStringList{"CAP_NET_ADMIN"};
        granted.write = QStringList{"/"};
        const auto permissions = permissionsOf("p", {}, granted);
        QVERIFY(permissions.given.capabilities.isEmpty());
        QVERIFY(permissions.given.write.isEmpty());
        QVERIFY(permissions.refused.isEmpty());
        QCOMPARE(permissions.given.memoryMiB, kDefaultMemoryMiB);
        QCOMPARE(permissions.given.cpuPercent, kDefaultCpuPercent);
    }

    void askedAndGranted() {
        RunnerRights asked;
        asked.user = "fos1-hello";
        asked.groups = QStringList{"dialout", "video"};
        asked.capabilities = QStringList{"CAP_NET_ADMIN", "CAP_NET_RAW"};
        asked.read = QStringList{"/etc/hello/conf.d", "/etc/hellothere", "/etc/hello/../shadow"};
        asked.write = QStringList{"/var/lib/hello"};
        asked.execute = QStringList{"/usr/bin/hello"};
        asked.memoryMiB = 256;
        asked.cpuPercent = 10;
        RunnerRights granted;
        granted.user = "fos1-hello";
        granted.groups = QStringList{"dialout", "disk"};
        granted.capabilities = QStringList{"CAP_NET_RAW", "CAP_SYS_TIME"};
        granted.read = QStringList{"/etc/hello/"};
        granted.write = QStringList{"/var/lib/hello"};
        granted.memoryMiB = 128;
        const auto permissions = permissionsOf("p", asked, granted);
        QCOMPARE(permissions.given.user, QStringLiteral("fos1-hello"));
        QCOMPARE(permissions.given.groups, QStringList{"dialout"});
        QCOMPARE(permissions.given.capabilities, QStringList{"CAP_NET_RAW"});
        QCOMPARE(permissions.given.read, QStringList{"/etc/hello/conf.d"});
        QCOMPARE(permissions.given.write, QStringList{"/var/lib/hello"});
        QVERIFY(permissions.given.execute.isEmpty());
        QCOMPARE(permissions.given.memoryMiB, 128);
        QCOMPARE(permissions.given.cpuPercent, 10);
        const QString refused = permissions.refused.join(u'\n');
        for (const char* expected : {"CAP_NET_ADMIN, which isolation.p.capabilities in host.yaml does not grant",
                                     "reading /etc/hellothere,", "reading /etc/hello/../shadow,",
                                     "executing /usr/bin/hello,", "256 MiB of memory, which isolation.p.memoryMiB"})
            QVERIFY2(refused.contains(QLatin1String(expected)), qPrintable(refused));
        QVERIFY2(refused.contains("membership in group video, which isolation.p.groups in host.yaml does not grant"),
                 qPrintable(refused));
        QCOMPARE(permissions.refused.size(), 6);
    }

    void aUserIsNotTakenUnasked() {
        RunnerRights asked;
        asked.user = "root";
        const auto permissions = permissionsOf("p", asked, {});
        QVERIFY(permissions.given.user.isEmpty());
        QCOMPARE(permissions.refused,
                 QStringList{"running as user root, which isolation.p.user in host.yaml does not grant"});
    }

    void dynamicUsers() {
        QCOMPARE(dynamicUserId("com.example.hello"), dynamicUserId("com.example.hello"));
        QVERIFY(dynamicUserId("a") != dynamicUserId("b"));
        for (int i = 0; i < 1000; ++i) {
            const unsigned uid = dynamicUserId(QString::number(i));
            QVERIFY(uid >= 61184 && uid <= 65519);
        }
    }

    void restarts() {
        RestartPolicy policy;
        auto now = RestartPolicy::Clock::time_point() + 1h;
        for (const auto nominal : {200ms, 400ms, 800ms, 1600ms}) {
            policy.started(now);
            const auto decision = policy.failed(now + 1s, 0.5);
            QVERIFY(!decision.isRest);
            QCOMPARE(decision.delay.count(), nominal.count());
        }
        policy.started(now);
        QVERIFY(policy.failed(now + 1s, 0.5).isRest);
        QCOMPARE(policy.failures(), 5);
        // The first failure after the rest leads to another rest.
        policy.started(now);
        QVERIFY(policy.failed(now + 1s, 0.5).isRest);
        // A good run resets the count.
        policy.started(now);
        QCOMPARE(policy.failed(now + 61s, 0.5).delay.count(), (200ms).count());
        policy.reset();
        QCOMPARE(policy.failures(), 0);
    }
};

QTEST_GUILESS_MAIN(TestRunnerPermissions)
#include "tst_runner_permissions.moc"
