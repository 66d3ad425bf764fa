// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QSaveFile>
#include <array>
#include <thread>

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

Lab::Lab() {
    // Daemons that drop their privileges must be able to pass through.
    QFile::setPermissions(m_dir.path(), QFile::Permissions(0x7055));
    for (const char* ns : {"up", "rt", "cl"}) addNamespace(QString::fromLatin1(ns));
    ip("up", "link add v-up type veth peer name wan netns " + namespacePath("rt"));
    ip("cl", "link add v-cl type veth peer name lan.10 netns " + namespacePath("rt"));
    const auto address = [this](const char* ns, const char* link, const char* v4, const char* v6) {
        ip(ns, QStringLiteral("addr add %1/24 dev %2").arg(v4, link));
        ip(ns, QStringLiteral("addr add %1/64 dev %2 nodad").arg(v6, link));
        ip(ns, QStringLiteral("link set %1 up").arg(link));
    };
    address("up", "v-up", "10.1.0.1", "fd01::1");
    address("rt", "wan", "10.1.0.2", "fd01::2");
    address("rt", "lan.10", "10.2.0.1", "fd02::1");
    address("cl", "v-cl", "10.2.0.2", "fd02::2");
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

void Lab::ip(const QString& ns, const QString& arguments) {
    if (!m_problem.isEmpty()) return;
    const CommandResult result = runIn(ns, QStringLiteral("ip"), arguments.split(u' '));
    if (result.exitCode != 0)
        m_problem = QStringLiteral("in %1: ip %2: %3").arg(ns, arguments, QString::fromLocal8Bit(result.errors));
}

CommandResult Lab::runIn(const QString& ns, const QString& program, const QStringList& arguments, int timeoutMs) const {
    return run(QStringLiteral("nsenter"), QStringList{"--net=" + namespacePath(ns), program} + arguments, timeoutMs);
}

std::unique_ptr<Daemon> Lab::startIn(const QString& ns, const QString& name, const QString& program,
                                     const QStringList& arguments, const QStringList& environment) const {
    return std::make_unique<Daemon>(path(name + QStringLiteral(".log")), QStringLiteral("nsenter"),
                                    QStringList{"--net=" + namespacePath(ns), program} + arguments, environment);
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
    std::optional<TimeAnswer> answer;
    std::thread([&] {
        if (::setns(m_namespaces.at(ns), CLONE_NEWNET) != 0) return;
        const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const timeval timeout{0, 200'000};
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
        sockaddr_in server{};
        server.sin_family = AF_INET;
        server.sin_port = htons(port);
        ::inet_pton(AF_INET, qPrintable(address), &server.sin_addr);
        std::array<unsigned char, 48> packet{0x23};  // version 4, mode 3
        packet[40] = 1;                              // a transmit time that is not zero
        if (::connect(fd, reinterpret_cast<sockaddr*>(&server), sizeof server) == 0 &&
            ::send(fd, packet.data(), packet.size(), 0) == 48 && ::recv(fd, packet.data(), packet.size(), 0) == 48)
            answer = TimeAnswer{packet[0] >> 6, packet[1],
                                QByteArray::number(packet[12]) + '.' + QByteArray::number(packet[13]) + '.' +
                                    QByteArray::number(packet[14]) + '.' + QByteArray::number(packet[15])};
        ::close(fd);
    }).join();
    return answer;
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
        // A zombie's command line is empty.
        if (isPid && commandLine.open(QIODevice::ReadOnly) && commandLine.readAll().replace('\0', ' ').contains(text))
            found.append(pid);
    }
    return found;
}

}  // namespace fos1::lab
