// SPDX-License-Identifier: GPL-2.0-or-later
#include "systemd_under_test.h"

#include <signal.h>
#include <unistd.h>

#include <QDir>
#include <QDirIterator>
#include <QElapsedTimer>
#include <QFile>
#include <QRandomGenerator>
#include <QTest>

#include "host_under_test.h"
#include "tree.h"

namespace fos1::system {

namespace {

/// systemd's own hierarchy; on machines with both versions, the one that nspawn also uses.
QStringList controlGroupRoots() {
    if (QFile::exists(QStringLiteral("/sys/fs/cgroup/cgroup.procs"))) return {QStringLiteral("/sys/fs/cgroup")};
    QStringList roots{QStringLiteral("/sys/fs/cgroup/unified")};
    if (QFile::exists(QStringLiteral("/sys/fs/cgroup/systemd"))) roots.append(QStringLiteral("/sys/fs/cgroup/systemd"));
    return roots;
}

void removeControlGroups(const QString& top) {
    QStringList all{top};
    QDirIterator below(top, QDir::Dirs | QDir::NoDotAndDotDot, QDirIterator::Subdirectories);
    while (below.hasNext()) all.append(below.next());
    while (!all.isEmpty()) ::rmdir(qPrintable(all.takeLast()));
}

qint64 childOf(qint64 pid) {
    QFile children(QStringLiteral("/proc/%1/task/%1/children").arg(pid));
    if (!children.open(QIODevice::ReadOnly)) return 0;
    return children.readAll().simplified().split(' ').value(0).toLongLong();
}

}  // namespace

SystemdUnderTest::SystemdUnderTest(const lab::Lab& lab) : m_lab(lab), m_root(lab.path(QStringLiteral("root"))) {
    for (const char* directory :
         {"usr/lib", "etc/systemd/system", "var/lib/fos1", "run", "tmp", "proc", "sys", "dev", "root"})
        QDir().mkpath(m_root + u'/' + QLatin1String(directory));
    for (const char* name : {"bin", "sbin", "lib", "lib64"})
        QFile::link(QStringLiteral("usr/") + QLatin1String(name), m_root + u'/' + QLatin1String(name));
    write(QStringLiteral("/usr/lib/os-release"), "ID=debian\n");  // nspawn looks for this before it mounts the real
                                                                  // /usr
    QFile::link(QStringLiteral("../usr/lib/os-release"), m_root + QStringLiteral("/etc/os-release"));
    write(QStringLiteral("/etc/passwd"),
          "root:x:0:0::/root:/bin/sh\nmessagebus:x:100:100::/:/bin/false\n_chrony:x:101:101::/:/bin/false\n");
    write(QStringLiteral("/etc/group"), "root:x:0:\nmessagebus:x:100:\n_chrony:x:101:\n");
    write(QStringLiteral("/etc/machine-id"),
          QByteArray(32, 'f') + '\n');  // otherwise it counts as a first boot, which asks questions
    write(QStringLiteral("/etc/nsswitch.conf"), "passwd: files\ngroup: files\n");
    write(QStringLiteral("/etc/systemd/system/fos1-test.target"),
          "[Unit]\nRequires=dbus.socket\nAfter=dbus.socket sysinit.target\n");
}

SystemdUnderTest::~SystemdUnderTest() {
    if (m_leader > 0) ::kill(static_cast<pid_t>(m_leader), SIGRTMIN + 4);  // systemd(1): poweroff.target
    if (m_nspawn && m_nspawn->waitForEnd(5000) < 0) m_nspawn->signal(SIGKILL);
    m_nspawn.reset();
    for (const QString& group : m_controlGroups) {
        // Killed processes take some time to disappear.
        for (int i = 0; i < 200 && QFile::exists(group); ++i) {
            removeControlGroups(group);
            if (QFile::exists(group)) QTest::qWait(10);
        }
    }
}

void SystemdUnderTest::write(const QString& inside, const QByteArray& text) const {
    QDir().mkpath(QFileInfo(path(inside)).path());
    lab::writeFile(path(inside), text);
    QFile::setPermissions(path(inside), QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup | QFile::ReadOther);
}

bool SystemdUnderTest::boot() {
    // A control group of our own, so that nothing that systemd creates in it can stay behind.
    const QStringList roots = controlGroupRoots();
    const QString name = QStringLiteral("/fos1-test-%1").arg(QRandomGenerator::global()->generate());
    for (const QString& root : roots) m_controlGroups.append(root + name);
    const QString enter = QStringLiteral("mkdir -p \"$0\" && echo $$ > \"$0/cgroup.procs\" && exec \"$@\"");
    m_nspawn =
        m_lab.startIn(QStringLiteral("rt"), QStringLiteral("nspawn"), QStringLiteral("sh"),
                      {"-c", enter, m_controlGroups.first(), "systemd-nspawn", "-q", "-D", m_root, "--register=no",
                       "--keep-unit", "--bind-ro=/usr", QStringLiteral("--bind-ro=%1").arg(tree::sourceFile()),
                       QStringLiteral("--bind-ro=%1").arg(tree::builtFile()), "-b", "--",
                       "systemd.unit=fos1-test.target", "systemd.show_status=0"},
                      {QStringLiteral("SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1")});
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < 20'000 && m_nspawn->isRunning()) {
        m_leader = childOf(m_nspawn->pid());
        if (m_leader > 0 && run({"systemctl", "is-system-running"}).output.trimmed() == "running") return true;
        QTest::qWait(20);
    }
    qWarning().noquote() << "systemd does not run:\n" << m_nspawn->log();
    return false;
}

lab::CommandResult SystemdUnderTest::run(const QStringList& words) const {
    return lab::run(
        QStringLiteral("nsenter"),
        QStringList{QStringLiteral("--target"), QString::number(m_leader), QStringLiteral("--mount"),
                    QStringLiteral("--pid"), QStringLiteral("--ipc"), QStringLiteral("--uts"), QStringLiteral("--net"),
                    QStringLiteral("--root"), QStringLiteral("--wd=/"), QStringLiteral("env"), QStringLiteral("-u"),
                    QStringLiteral("DBUS_SYSTEM_BUS_ADDRESS")} +
            words,
        15'000);
}

bool SystemdUnderTest::systemctl(const QStringList& arguments) const {
    const auto result = run(QStringList{QStringLiteral("systemctl")} + arguments);
    if (result.exitCode != 0) qWarning().noquote() << "systemctl" << arguments << result.errors;
    return result.exitCode == 0;
}

QByteArray SystemdUnderTest::property(const QString& unit, const char* name) const {
    return run({QStringLiteral("systemctl"), QStringLiteral("show"), QStringLiteral("--value"), QStringLiteral("-p"),
                QLatin1String(name), unit})
        .output.trimmed();
}

lab::CommandResult SystemdUnderTest::ctl(const QStringList& arguments) const {
    return lab::run(
        tree::builtFile(QStringLiteral("bin/fos1ctl")),
        QStringList{QStringLiteral("--socket"), path(QStringLiteral("/var/lib/fos1/run/control.sock"))} + arguments);
}

QByteArray SystemdUnderTest::busAddress() const {
    return "unix:path=/proc/" + QByteArray::number(m_leader) + "/root/run/dbus/system_bus_socket";
}

QByteArray SystemdUnderTest::journal(const QString& unit) const {
    return run({QStringLiteral("journalctl"), QStringLiteral("--no-pager"), QStringLiteral("-o"), QStringLiteral("cat"),
                QStringLiteral("-u"), unit})
        .output;
}

}  // namespace fos1::system
