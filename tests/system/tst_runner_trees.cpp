// SPDX-License-Identifier: GPL-2.0-or-later
// What a runner starts is measured with it and ends with it, with the host and after the host: by a control group, or,
// where there are none, by the group that marks it.
#include <signal.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "host_under_test.h"
#include "isolation.h"
#include "tree.h"
#include "trees/control_group.h"
#include "trees/control_groups.h"

using namespace fos1;
using fos1::system::HostUnderTest;

namespace {

/// Those of the plugin "breeds" that have not ended.
QList<int> bredPids() {
    QList<int> pids;
    for (const QString& entry : QDir("/proc").entryList(QDir::Dirs)) {
        QFile stat("/proc/" + entry + "/stat");
        if (entry.toInt() == 0 || !stat.open(QIODevice::ReadOnly)) continue;
        const QByteArray text = stat.readAll();
        if (text.contains("(fos1-bred)") && !text.contains("(fos1-bred) Z")) pids.append(entry.toInt());
    }
    return pids;
}

bool areThere(int ms) {
    return QTest::qWaitFor([] { return !bredPids().isEmpty(); }, ms);
}

/// One that forks all the time may not be seen in one reading.
bool areGone(int ms) {
    int inARow = 0;
    return QTest::qWaitFor(
        [&] {
            inARow = bredPids().isEmpty() ? inARow + 1 : 0;
            return inARow == 20;
        },
        ms);
}

QJsonObject plugin(const HostUnderTest& host) {
    return host.call("plugin.get", {{"id", "breeds"}})[u"result"].toObject();
}

QString events(const HostUnderTest& host) {
    QString text;
    for (const QJsonValue& event : host.call("event.list", {{"limit", 1000}})[u"result"][u"events"].toArray())
        text += event[u"message"].toString() + u'\n';
    return text;
}

/// Makes /sys/fs/cgroup unusable for the host.
const QStringList kWithoutGroups{"unshare", "--mount", "sh", "-c",
                                 "mount -t tmpfs none /sys/fs/cgroup && exec \"$0\" \"$@\""};

const QByteArray kAsNobody = "{user: nobody}";

QStringList groupsOf(const HostUnderTest& host) {
    QFile mounts("/proc/self/mountinfo");
    QFile own("/proc/self/cgroup");
    if (!mounts.open(QIODevice::ReadOnly) || !own.open(QIODevice::ReadOnly)) return {};
    const QString directory = trees::ownGroup(mounts.readAll(), own.readAll());
    const QString name = trees::ControlGroups::prefix(host.path("state"));
    return directory.isEmpty() ? QStringList() : QDir(directory).entryList({name + u'*'}, QDir::Dirs);
}

}  // namespace

class TestRunnerTrees : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    bool m_hasGroups = false;
    int m_hosts = 0;

    void rows() {
        QTest::addColumn<QStringList>("wrapper");
        QTest::addColumn<QByteArray>("isolation");
        QTest::newRow("as this machine offers") << QStringList() << QByteArray();
        // Nobody but root can mark them: docs/isolation.md says what protects the host then.
        if (lab::isUserNamespace()) return;
        QTest::newRow("without control groups") << kWithoutGroups << QByteArray();
        QTest::newRow("without control groups, as a user that others are too") << kWithoutGroups << kAsNobody;
    }
    [[nodiscard]] bool areHeld() const { return m_hasGroups || !lab::isUserNamespace(); }

    /// What a machine cannot hold, the test ends itself.
    void endOrphans() const {
        if (areHeld()) return;
        for (const int pid : bredPids()) ::kill(pid, SIGKILL);
    }
    /// A storm would outlive even that.
    [[nodiscard]] std::vector<const char*> ways() const {
        return areHeld() ? std::vector{"sleeps", "storms"} : std::vector{"sleeps"};
    }

    std::unique_ptr<HostUnderTest> started(const char* how) {
        QFETCH(QStringList, wrapper);
        QFETCH(QByteArray, isolation);
        auto host = std::make_unique<HostUnderTest>(*m_lab, QStringLiteral("host-%1").arg(++m_hosts));
        host->wrapper = wrapper;
        host->addPlugin(
            {"breeds", tree::builtFile("tests/bad_plugins/so/breeds.so"), QByteArray("{how: ") + how + "}", isolation});
        host->launch();
        return host;
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        const QTemporaryDir dir;
        if (const auto groups = trees::ControlGroups::open(dir.path())) {
            m_hasGroups = true;
            QVERIFY(trees::removeGroup(groups->directory()));
        }
    }
    void cleanup() {
        endOrphans();
        QVERIFY(areGone(10'000));
    }

    void itIsSaid_data() { rows(); }
    void itIsSaid() {
        const auto host = started("sleeps");
        QTRY_COMPARE_WITH_TIMEOUT(plugin(*host)[u"state"].toString(), "Running", 20'000);
        const QString protection = plugin(*host)[u"protection"].toString();
        const char* expected = m_hasGroups && host->wrapper.isEmpty() ? "a control group"
                               : lab::isUserNamespace()               ? "its process group; what leaves that"
                                                                      : "marks all that it starts";
        QVERIFY2(protection.contains(QLatin1String(expected)), qPrintable(protection));
        QVERIFY(host->ctl({"plugin", "show", "breeds"}).output.contains("Protection  "));
        QCOMPARE(host->stop(), 0);
        QTRY_VERIFY(groupsOf(*host).isEmpty());
    }

    void stopped_data() { rows(); }
    void stopped() {
        for (const char* how : ways()) {
            const auto host = started(how);
            QVERIFY(areThere(20'000));
            QCOMPARE(host->ctl({"plugin", "stop", "breeds"}).exitCode, 0);
            endOrphans();
            QVERIFY(areGone(5000));
            // The next run is not hit by what is done to the one before.
            QCOMPARE(host->ctl({"plugin", "start", "breeds"}).exitCode, 0);
            QVERIFY(areThere(5000));
            const qint64 pid = plugin(*host)[u"pid"].toInteger();
            QTest::qWait(500);
            QCOMPARE(plugin(*host)[u"pid"].toInteger(), pid);
            QCOMPARE(host->stop(), 0);
            endOrphans();
            QVERIFY(areGone(5000));
            QTRY_VERIFY(groupsOf(*host).isEmpty());
        }
    }

    void theHostIsKilled_data() { rows(); }
    void theHostIsKilled() {
        for (const char* how : ways()) {
            const auto host = started(how);
            QVERIFY(areThere(20'000));
            host->process().signal(SIGKILL);
            endOrphans();
            QVERIFY(areGone(5000));
            QTRY_VERIFY(groupsOf(*host).isEmpty());
            QTRY_VERIFY(lab::processesWith("fos1-plugin-runner").isEmpty());
        }
    }

    void theirUseCounts_data() {
        QTest::addColumn<QStringList>("wrapper");
        QTest::addColumn<QByteArray>("isolation");
        QTest::addColumn<QByteArray>("how");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, const QStringList& wrapper, const char* how, const char* reason) {
            // On a busy machine, they do not get much of a core.
            QTest::addRow("%s, %s", how, name)
                << wrapper << QByteArray("{cpuPercent: 5}") << QByteArray(how) << QString(reason);
        };
        if (lab::isUserNamespace()) return row("which is nothing", {}, "sleeps", "");
        for (const auto& [name, wrapper] : {std::pair("groups", QStringList()), std::pair("tags", kWithoutGroups)}) {
            row(name, wrapper, "hoards", "MiB of memory, more than its");
            row(name, wrapper, "computes", "% of a core for 10 s, more than its");
        }
    }
    void theirUseCounts() {
        QFETCH(QByteArray, how);
        QFETCH(QString, reason);
        const auto host = started(how.constData());
        QTRY_VERIFY_WITH_TIMEOUT(!plugin(*host).isEmpty(), 20'000);
        QTRY_VERIFY2_WITH_TIMEOUT(events(*host).contains(reason), qPrintable(events(*host)), 30'000);
        QCOMPARE(host->stop(), 0);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestRunnerTrees test;
        return QTest::qExec(&test, argc, argv);
    });
}

#include "tst_runner_trees.moc"
