// SPDX-License-Identifier: GPL-2.0-or-later
// Where the kernel says that a process is in the hierarchy of control groups, and how that may be mounted.
#include <QTest>

#include "trees/control_groups.h"

using fos1::trees::ownGroup;

namespace {

const QByteArray kHybrid =
    "24 30 0:22 / /proc rw - proc proc rw\n"
    "33 31 0:29 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
    "34 31 0:30 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw\n";
const QByteArray kUnified = "31 23 0:27 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

}  // namespace

class TestControlGroups : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void ownGroup_data() {
        QTest::addColumn<QByteArray>("mounts");
        QTest::addColumn<QByteArray>("group");
        QTest::addColumn<QString>("directory");
        const auto row = [](const char* name, const QByteArray& mounts, const char* group, const char* directory) {
            QTest::newRow(name) << mounts << QByteArray(group) << QString(directory);
        };
        row("a service of systemd", kUnified, "0::/system.slice/fos1-hostd.service\n",
            "/sys/fs/cgroup/system.slice/fos1-hostd.service");
        row("the top", kUnified, "0::/\n", "/sys/fs/cgroup");
        row("both versions", kHybrid, "8:pids:/a\n1:name=systemd:/b\n0::/c\n", "/sys/fs/cgroup/unified/c");
        row("version 1 only", "33 31 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n", "8:pids:/a\n", "");
        row("not mounted", "24 30 0:22 / /proc rw - proc proc rw\n", "0::/a\n", "");
        const QByteArray part = "31 23 0:27 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
        row("a part is mounted", part, "0::/docker/abc\n", "/sys/fs/cgroup");
        row("below the part", part, "0::/docker/abc/service\n", "/sys/fs/cgroup/service");
        row("beside the part", part, "0::/docker/abcdef\n", "");
        row("outside of the namespace", "31 23 0:27 /../.. /sys/fs/cgroup ro - cgroup2 cgroup rw\n", "0::/a\n", "");
        row("with a space", R"(31 23 0:27 / /mnt/my\040groups rw - cgroup2 none rw)", "0::/a\n", "/mnt/my groups/a");
        row("nothing", "", "", "");
        row("half a line", "31 23 0:27 /", "0::/a", "");
        row("no file system", "31 23 0:27 / /a rw -", "0::/a", "");
    }
    void ownGroup() {
        QFETCH(QByteArray, mounts);
        QFETCH(QByteArray, group);
        QFETCH(QString, directory);
        QCOMPARE(::ownGroup(mounts, group), directory);
    }
};

QTEST_GUILESS_MAIN(TestControlGroups)
#include "tst_control_groups.moc"
