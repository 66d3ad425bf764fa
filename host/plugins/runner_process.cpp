// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/runner_process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <QProcessEnvironment>
#include <cstring>

#include "runner/runner_exit.h"

namespace fos1::host {

using runner::RunnerExit;
using std::chrono::milliseconds;

namespace {

/// Only what a program needs to run and to be debugged. The host's environment may contain secrets.
QProcessEnvironment runnerEnvironment() {
    const QProcessEnvironment own = QProcessEnvironment::systemEnvironment();
    QProcessEnvironment environment;
    environment.insert(QStringLiteral("PATH"), QStringLiteral("/usr/sbin:/usr/bin:/sbin:/bin"));
    for (const char* name :
         {"LANG", "TZ", "QT_LOGGING_RULES", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"}) {
        const QString key = QString::fromLatin1(name);
        if (own.contains(key)) environment.insert(key, own.value(key));
    }
    return environment;
}

}  // namespace

RunnerProcess::RunnerProcess(QString name, RunnerLimits limits, std::unique_ptr<RunnerTree> tree, QObject* parent)
    : QObject(parent), m_name(std::move(name)), m_tree(std::move(tree)), m_limits(limits) {
    m_process.setProcessChannelMode(QProcess::ForwardedChannels);
    m_process.setStandardInputFile(QProcess::nullDevice());
    connect(&m_process, &QProcess::finished, this, [this](int exitCode, QProcess::ExitStatus status) {
        if (m_output) m_output->finish();
        kill();
        m_group = 0;  // the number may become another group's
        Q_EMIT ended(howItEnded(exitCode, status));
    });
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) Q_EMIT ended(m_process.errorString());
    });
}

void RunnerProcess::kill() {
    // It leads a session, and so a group, of its own. What left the group is in the tree.
    if (m_group > 0) ::kill(static_cast<pid_t>(-m_group), SIGKILL);
    m_process.kill();
    m_tree->kill();
}

RunnerProcess::~RunnerProcess() {
    kill();
    // QProcess kills and reaps a child that still runs. No receiver is left for its signals.
    m_process.disconnect(this);
}

void RunnerProcess::killAndForget(QObject* parent) {
    QObject::disconnect(this, &RunnerProcess::ended, nullptr, nullptr);
    if (m_process.state() == QProcess::NotRunning) {
        deleteLater();
        return;
    }
    connect(this, &RunnerProcess::ended, this, &QObject::deleteLater);
    setParent(parent);
    kill();
}

Result<int> RunnerProcess::start(const QString& program) {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return failure(ErrorCode::Io, QStringLiteral("socketpair: ") + QString::fromLocal8Bit(std::strerror(errno)));
    int output[2] = {-1, -1};
    if (::pipe2(output, O_CLOEXEC) != 0) {
        for (const int end : ends) ::close(end);
        return failure(ErrorCode::Io, QStringLiteral("pipe: ") + QString::fromLocal8Bit(std::strerror(errno)));
    }
    m_output = std::make_unique<log::ChildOutput>(output[0]);
    log::logLines(*m_output, QStringLiteral("fos1.plugin"), QStringLiteral("plugin=%1 ").arg(m_name));
    m_process.setProcessEnvironment(runnerEnvironment());
    m_process.setChildProcessModifier([child = ends[1], out = output[1], group = m_tree->entry()] {
        // Not our own standard error, in which a plugin could write what looks like a line of the host.
        ::dup2(out, STDOUT_FILENO);
        ::dup2(out, STDERR_FILENO);
        // Everything except the link and the standard streams is closed by exec(), whichever code opened it.
        ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
        ::fcntl(child, F_SETFD, 0);
        // A Ctrl-C at the terminal must reach only the host, which then stops its runners in order.
        ::setsid();
        ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        if (group >= 0) ::fcntl(group, F_SETFD, 0);
    });
    QStringList words{QStringLiteral("--link"), QString::number(ends[1])};
    if (m_tree->entry() >= 0) words += {QStringLiteral("--group"), QString::number(m_tree->entry())};
    m_process.start(program, words, QIODevice::ReadOnly);
    m_group = m_process.processId();
    ::close(ends[1]);
    ::close(output[1]);
    return ends[0];
}

QString RunnerProcess::checkUsage() {
    const trees::Usage usage = this->usage();
    if (m_limits.memoryMiB > 0 && usage.memoryKiB > qint64{m_limits.memoryMiB} * 1024)
        return QStringLiteral("used %1 MiB of memory, more than its limit of %2 MiB")
            .arg(usage.memoryKiB / 1024)
            .arg(m_limits.memoryMiB);
    m_cpu.push_back(usage.cpu);
    const auto window = static_cast<std::size_t>(kCpuWindow.count());
    if (m_cpu.size() <= window) return {};
    const milliseconds used = m_cpu.back() - m_cpu.front();
    m_cpu.erase(m_cpu.begin());
    const qint64 percent = used.count() * 100 / milliseconds(kCpuWindow).count();
    if (m_limits.cpuPercent <= 0 || percent <= m_limits.cpuPercent) return {};
    return QStringLiteral("used %1 % of a core for %2 s, more than its limit of %3 %")
        .arg(percent)
        .arg(kCpuWindow.count())
        .arg(m_limits.cpuPercent);
}

QString RunnerProcess::howItEnded(int exitCode, QProcess::ExitStatus status) const {
    if (m_tree->isOutOfMemory()) return QStringLiteral("exceeded its memory limit of %1 MiB").arg(m_limits.memoryMiB);
    if (status == QProcess::CrashExit)
        return QStringLiteral("killed by signal %1 (%2)")
            .arg(exitCode)
            .arg(QString::fromLocal8Bit(::strsignal(exitCode)));
    if (exitCode == static_cast<int>(RunnerExit::OutOfMemory))
        return QStringLiteral("exceeded its memory limit of %1 MiB").arg(m_limits.memoryMiB);
    return QStringLiteral("exited with status %1").arg(exitCode);
}

}  // namespace fos1::host
