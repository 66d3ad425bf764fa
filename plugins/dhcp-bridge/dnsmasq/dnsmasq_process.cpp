// SPDX-License-Identifier: GPL-2.0-or-later
#include "dnsmasq/dnsmasq_process.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <QFile>
#include <QFileInfo>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace fos1::dhcp {

namespace {

constexpr qint64 kLongestProcFile = qint64{1024} * 1024;

class Descriptor {
   public:
    explicit Descriptor(int number) : m_number(number) {}
    ~Descriptor() {
        if (m_number >= 0) ::close(m_number);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int number() const { return m_number; }

   private:
    const int m_number;
};

QString placeOf(qint64 pid, const char* name) {
    return QStringLiteral("/proc/%1/%2").arg(pid).arg(QLatin1String(name));
}

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.read(kLongestProcFile) : QByteArray();
}

/// Field 22 of proc(5)'s "stat"; the second one, in parentheses, may have spaces.
QByteArray startTimeOf(qint64 pid) {
    const QByteArray stat = contentOf(placeOf(pid, "stat"));
    return stat.mid(stat.lastIndexOf(')') + 2).split(' ').value(19);
}

tl::expected<void, Error> check(qint64 pid, const QString& pidFile) {
    if (!QFileInfo::exists(QStringLiteral("/proc/%1").arg(pid)))
        return failure(ErrorCode::NotFound, QStringLiteral("dnsmasq does not run: there is no process %1").arg(pid),
                       pidFile);
    const QString program = QFile::symLinkTarget(placeOf(pid, "exe"));
    if (program.isEmpty())
        return failure(ErrorCode::Refused,
                       QStringLiteral("the program of process %1 cannot be seen; run the host as root, or with "
                                      "CAP_SYS_PTRACE and CAP_KILL")
                           .arg(pid),
                       pidFile);
    // A program that was upgraded while it runs is marked as deleted.
    const QString name = program.section(u'/', -1).section(u' ', 0, 0);
    if (name != QStringLiteral("dnsmasq"))
        return failure(ErrorCode::Conflict,
                       QStringLiteral("process %1 is %2, not dnsmasq: the file is left over").arg(pid).arg(program),
                       pidFile);
    return {};
}

}  // namespace

Result<DnsmasqProcess> findDnsmasq(const QString& pidFile) {
    QFile file(pidFile);
    if (!file.open(QIODevice::ReadOnly))
        return failure(file.error() == QFileDevice::OpenError && !file.exists() ? ErrorCode::NotFound : ErrorCode::Io,
                       file.exists()
                           ? file.errorString()
                           : QStringLiteral("dnsmasq does not run, or writes its pid elsewhere (\"pid-file\")"),
                       pidFile);
    DnsmasqProcess process;
    bool isNumber = false;
    process.pid = file.read(32).trimmed().toLongLong(&isNumber);
    if (!isNumber || process.pid <= 1)
        return failure(ErrorCode::Protocol, QStringLiteral("there is no process number in it"), pidFile);
    if (const auto checked = check(process.pid, pidFile); !checked) return tl::unexpected(checked.error());
    process.startTime = startTimeOf(process.pid);
    const QByteArray line = contentOf(placeOf(process.pid, "cmdline"));
    for (const QByteArray& each : line.split('\0')) process.arguments.append(QFile::decodeName(each));
    process.arguments.removeLast();  // after the last NUL
    process.directory = QFile::symLinkTarget(placeOf(process.pid, "cwd"));
    return process;
}

tl::expected<void, Error> reload(const DnsmasqProcess& process) {
    const QString name = QStringLiteral("process %1").arg(process.pid);
    const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(process.pid), 0U)));
    // From here on the number cannot become another process's.
    if (handle.number() < 0 || startTimeOf(process.pid) != process.startTime)
        return failure(ErrorCode::NotFound, QStringLiteral("dnsmasq has stopped"), name);
    if (const auto checked = check(process.pid, name); !checked) return checked;
    if (::syscall(SYS_pidfd_send_signal, handle.number(), SIGHUP, nullptr, 0U) == 0) return {};
    const int error = errno;
    if (error == EPERM)
        return failure(ErrorCode::Refused,
                       QStringLiteral("it may not be sent SIGHUP, without which it keeps what was withdrawn; run the "
                                      "host as root, or with CAP_KILL"),
                       name);
    return failure(ErrorCode::Io, QString::fromLocal8Bit(std::strerror(error)), name);
}

}  // namespace fos1::dhcp
