// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/chronyd_process.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QProcessEnvironment>
#include <csignal>

#include "chrony/confinement.h"
#include "fos1/logging.h"

namespace fos1::ntp {

namespace {

FOS1_LOG(lcChronyd, "ntp.chronyd")

constexpr std::chrono::milliseconds kStopPatience{1500};

/// What a program needs to run and to be debugged. The host's own may contain secrets.
QProcessEnvironment environmentForChronyd() {
    const QProcessEnvironment own = QProcessEnvironment::systemEnvironment();
    QProcessEnvironment environment;
    environment.insert(QStringLiteral("PATH"), QStringLiteral("/usr/sbin:/usr/bin:/sbin:/bin"));
    for (const char* name : {"LANG", "TZ", "LD_PRELOAD", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS"}) {
        const QString key = QString::fromLatin1(name);
        if (own.contains(key)) environment.insert(key, own.value(key));
    }
    return environment;
}

/// chronyd marks only the first of these.
bool isError(const QString& line) {
    return line.contains(QStringLiteral("Fatal error")) || line.contains(QStringLiteral("Could not ")) ||
           line.contains(QStringLiteral("Invalid "));
}

}  // namespace

ChronydProcess::ChronydProcess(QObject* parent) : ChronydRunner(parent) {
    m_process.setProcessEnvironment(environmentForChronyd());
    m_process.setStandardInputFile(QProcess::nullDevice());
    m_process.setStandardOutputFile(QProcess::nullDevice());
    const pid_t parentPid = ::getpid();
    // Runs between fork and exec: async-signal-safe calls only. The kernel clears the death signal again when chronyd
    // gives up root, so a chronyd of root's outlives a killed host; LeftBehind ends that one.
    m_process.setChildProcessModifier([parentPid] {
        ::umask(0022);
        ::setsid();  // a Ctrl-C in the host's terminal must not reach chronyd
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parentPid) ::_exit(1);
        confineNextProgram();
    });
    m_patience.setSingleShot(true);
    m_patience.setInterval(kStopPatience);
    connect(&m_patience, &QTimer::timeout, &m_process, &QProcess::kill);
    connect(&m_process, &QProcess::readyReadStandardError, this,
            [this] { logLines(m_log.feed(m_process.readAllStandardError())); });
    connect(&m_process, &QProcess::finished, this, &ChronydProcess::onFinished);
    // Queued: start() itself may emit it.
    connect(
        &m_process, &QProcess::errorOccurred, this,
        [this](QProcess::ProcessError error) {
            if (error != QProcess::FailedToStart) return;
            m_patience.stop();
            Q_EMIT exited(QStringLiteral("%1 cannot be run: %2").arg(m_process.program(), m_process.errorString()));
        },
        Qt::QueuedConnection);
}

ChronydProcess::~ChronydProcess() { m_process.disconnect(this); }

void ChronydProcess::start(const QString& program, const QStringList& arguments) {
    m_log = ChronydLog();
    m_startedAt = std::chrono::steady_clock::now();
    m_process.start(program, arguments);
}

void ChronydProcess::end() {
    if (!isAlive() || m_patience.isActive()) return;
    m_process.terminate();
    m_patience.start();
}

std::chrono::steady_clock::duration ChronydProcess::runningFor() const {
    return std::chrono::steady_clock::now() - m_startedAt;
}

void ChronydProcess::logLines(const QStringList& lines) {
    for (const QString& line : lines) {
        if (isError(line))
            qCWarning(lcChronyd).noquote() << line;
        else
            qCInfo(lcChronyd).noquote() << line;
        Q_EMIT logged(line);
    }
}

void ChronydProcess::onFinished(int exitCode, QProcess::ExitStatus status) {
    m_patience.stop();
    logLines(m_log.feed(m_process.readAllStandardError()));
    logLines(m_log.end());
    QString why = status == QProcess::CrashExit ? QStringLiteral("chronyd was killed by signal %1").arg(exitCode)
                                                : QStringLiteral("chronyd exited with code %1").arg(exitCode);
    if (exitCode != 0 && status == QProcess::NormalExit && !m_log.lastError().isEmpty())
        why += QStringLiteral(": ") + m_log.lastError();
    Q_EMIT exited(why);
}

}  // namespace fos1::ntp
