// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QSaveFile>
#include <thread>

#include "probe.h"

namespace fos1::lab {

CommandResult run(const QString& program, const QStringList& arguments, int timeoutMs, const QByteArray& input) {
    QProcess process;
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    CommandResult result;
    if (!process.waitForFinished(timeoutMs)) {
        result.errors = process.errorString().toUtf8();
        process.kill();
        process.waitForFinished(1000);
        return result;
    }
    result.exitCode = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    result.output = process.readAllStandardOutput();
    result.errors = process.readAllStandardError();
    return result;
}

Daemon::Daemon(const QString& logFile, const QString& program, const QStringList& arguments,
               const QStringList& environment)
    : m_logFile(logFile) {
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setStandardOutputFile(logFile);
    m_process.setEnvironment(QProcess::systemEnvironment() + environment);
    m_process.start(program, arguments);
    m_process.waitForStarted(5000);
}

Daemon::~Daemon() {
    if (!isRunning()) return;
    m_process.terminate();
    if (m_process.waitForFinished(6000)) return;
    m_process.kill();
    m_process.waitForFinished(1000);
}

void Daemon::signal(int number) const {
    if (pid() > 0) ::kill(static_cast<pid_t>(pid()), number);
}

int Daemon::waitForEnd(int timeoutMs) {
    if (m_process.state() != QProcess::NotRunning && !m_process.waitForFinished(timeoutMs)) return -1;
    return m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
}

QByteArray Daemon::log() const {
    QFile file(m_logFile);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

Lab::Lab(FirstClient client) {
    // Daemons that drop their privileges must be able to enter.
    QFile::setPermissions(m_dir.path(), QFile::Permissions(0x7055));
    for (const char* ns : {"up", "rt"}) addNamespace(QString::fromLatin1(ns));
    ip("up", "link add v-up type veth peer name wan netns " + namespacePath("rt"));
    address("up", "v-up", "10.1.0.1", "fd01::1");
    address("rt", "wan", "10.1.0.2", "fd01::2");
    if (client != FirstClient::Present) return;
    addNamespace("cl");
    ip("cl", "link add v-cl type veth peer name lan.10 netns " + namespacePath("rt"));
    address("rt", "lan.10", "10.2.0.1", "fd02::1");
    address("cl", "v-cl", "10.2.0.2", "fd02::2");
}

void Lab::address(const QString& ns, const QString& link, const QString& v4, const QString& v6) {
    // Addresses are unique here, and a daemon that finds the link's own address still tentative gives up at once.
    mustRun(ns, "sysctl", {QStringLiteral("-qw"), QStringLiteral("net/ipv6/conf/%1/accept_dad=0").arg(link)});
    ip(ns, QStringLiteral("addr add %1/24 dev %2").arg(v4, link));
    ip(ns, QStringLiteral("addr add %1/64 dev %2 nodad").arg(v6, link));
    ip(ns, QStringLiteral("link set %1 up").arg(link));
}

void Lab::addUpstream(int number) {
    const QString ns = QStringLiteral("up%1").arg(number);
    const QString link = QStringLiteral("wan%1").arg(number);
    const QString v4 = QStringLiteral("10.1.%1.").arg(number);
    const QString v6 = QStringLiteral("fd01:%1::").arg(number);
    addNamespace(ns);
    ip(ns, QStringLiteral("link add v-up type veth peer name %1 netns ").arg(link) + namespacePath("rt"));
    address(ns, "v-up", v4 + u'1', v6 + u'1');
    address("rt", link, v4 + u'2', v6 + u'2');
}

void Lab::forward() {
    mustRun("rt", "sysctl", {"-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"});
    ip("rt", "route add default via 10.1.0.1");
    ip("rt", "-6 route add default via fd01::1");
}

void Lab::addVlan(int id) {
    const QString ns = QStringLiteral("cl%1").arg(id);
    const QString v4 = QStringLiteral("10.%1.0.").arg(id);
    const QString v6 = QStringLiteral("fd%1::").arg(id);
    addNamespace(ns);
    ip(ns, QStringLiteral("link add v-cl type veth peer name lan.%1 netns ").arg(id) + namespacePath("rt"));
    address("rt", QStringLiteral("lan.%1").arg(id), v4 + u'1', v6 + u'1');
    address(ns, "v-cl", v4 + u'2', v6 + u'2');
    ip(ns, "route add default via " + v4 + u'1');
    ip(ns, "-6 route add default via " + v6 + u'1');
}

void Lab::inside(const QString& ns, const std::function<void()>& work) const {
    std::thread([&] {
        if (::setns(m_namespaces.at(ns), CLONE_NEWNET) == 0) work();
    }).join();
}

Lab::~Lab() {
    for (const auto& [name, fd] : m_namespaces) ::close(fd);
}

void Lab::addNamespace(const QString& ns) {
    int fd = -1;
    // A thread can be in another network namespace than its process.
    std::thread([&fd] {
        if (::unshare(CLONE_NEWNET) == 0) fd = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    }).join();
    if (fd < 0) m_problem = QStringLiteral("cannot make a network namespace");
    m_namespaces[ns] = fd;
    ip(ns, "link set lo up");
}

QString Lab::namespacePath(const QString& ns) const {
    return QStringLiteral("/proc/%1/fd/%2").arg(::getpid()).arg(m_namespaces.at(ns));
}

void Lab::mustRun(const QString& ns, const QString& program, const QStringList& arguments) {
    if (!m_problem.isEmpty()) return;
    const CommandResult result = runIn(ns, program, arguments);
    if (result.exitCode != 0)
        m_problem = QStringLiteral("in %1: %2 %3: %4")
                        .arg(ns, program, arguments.join(u' '), QString::fromLocal8Bit(result.errors));
}

void Lab::ip(const QString& ns, const QString& arguments) { mustRun(ns, QStringLiteral("ip"), arguments.split(u' ')); }

CommandResult Lab::runIn(const QString& ns, const QString& program, const QStringList& arguments, int timeoutMs) const {
    return run(QStringLiteral("nsenter"), QStringList{"--net=" + namespacePath(ns), program} + arguments, timeoutMs);
}

QStringList Lab::enter(const QString& ns) const {
    return {QStringLiteral("nsenter"), QStringLiteral("--net=") + namespacePath(ns)};
}

std::unique_ptr<Daemon> Lab::startIn(const QString& ns, const QString& name, const QString& program,
                                     const QStringList& arguments, const QStringList& environment) const {
    const QStringList words = enter(ns) + QStringList{program} + arguments;
    return std::make_unique<Daemon>(path(name + QStringLiteral(".log")), words.front(), words.mid(1), environment);
}

std::unique_ptr<Daemon> Lab::startChronyd(const QString& ns, const QString& name, const QByteArray& config) const {
    const QString dir = path(name);
    QDir().mkpath(dir);
    QFile::setPermissions(dir, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    const QByteArray own =
        "\ncmdport 0\nbindcmdaddress " + dir.toUtf8() + "/chronyd.sock\npidfile " + dir.toUtf8() + "/chronyd.pid\n";
    if (!writeFile(dir + "/chrony.conf", config + own)) return nullptr;
    return startIn(ns, name, QStringLiteral("chronyd"),
                   {"-x", "-d", "-u", "root", "-f", dir + QStringLiteral("/chrony.conf")});
}

std::optional<TimeAnswer> Lab::askTime(const QString& ns, const QString& address, quint16 port) const {
    return Probe(*this, ns).time(address, port);
}

bool writeFile(const QString& path, const QByteArray& text) {
    QSaveFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(text) == text.size() && file.commit();
}

QList<qint64> processesWith(const QByteArray& text) {
    QList<qint64> found;
    const QStringList entries = QDir(QStringLiteral("/proc")).entryList(QDir::Dirs);
    for (const QString& entry : entries) {
        bool isPid = false;
        const qint64 pid = entry.toLongLong(&isPid);
        QFile commandLine(QStringLiteral("/proc/%1/cmdline").arg(entry));
        // The command line of a zombie is empty.
        if (isPid && commandLine.open(QIODevice::ReadOnly) && commandLine.readAll().replace('\0', ' ').contains(text))
            found.append(pid);
    }
    return found;
}

}  // namespace fos1::lab
