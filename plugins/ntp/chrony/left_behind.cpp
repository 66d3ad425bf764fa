// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/left_behind.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <QFile>
#include <QFileInfo>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <system_error>

#include "fos1/logging.h"

namespace fos1::ntp {

namespace {

FOS1_LOG(lcLeftBehind, "ntp.leftbehind")

constexpr std::chrono::seconds kEndPatience{2};
constexpr qint64 kLongestCommandLine = 64 * 1024;

// glibc 2.36 declares these without extern "C".
int openProcess(int pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }
int signalProcess(int process, int signal) {
    return static_cast<int>(::syscall(SYS_pidfd_send_signal, process, signal, nullptr, 0));
}

/// A pidfd of `pid` if it runs chronyd with this configuration, else -1. The command line is read after the pidfd is
/// open, so that it cannot belong to a later process of the same number.
int openIfOurs(int pid, const QByteArray& configFile) {
    const int process = openProcess(pid);
    if (process < 0) return -1;
    QFile commandLine(QStringLiteral("/proc/%1/cmdline").arg(pid));
    const QByteArrayList words =
        commandLine.open(QIODevice::ReadOnly) ? commandLine.read(kLongestCommandLine).split('\0') : QByteArrayList();
    const bool isOurs = !words.isEmpty() &&
                        QFileInfo(QFile::decodeName(words.first())).fileName().contains(QStringLiteral("chronyd")) &&
                        words.contains(configFile);
    if (isOurs) return process;
    ::close(process);
    return -1;
}

/// A pidfd of any such process. The pid file is not asked: a chronyd whose host died early has not written it yet.
int openLeftBehind(const QString& configFile) {
    const QByteArray wanted = QFile::encodeName(configFile);
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", failed)) {
        const int pid = QByteArray::fromStdString(entry.path().filename().string()).toInt();
        if (pid <= 1) continue;
        if (const int process = openIfOurs(pid, wanted); process >= 0) return process;
    }
    return -1;
}

}  // namespace

LeftBehind::LeftBehind(QObject* parent) : QObject(parent) {
    m_patience.setSingleShot(true);
    m_patience.setInterval(kEndPatience);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        if (m_killed) {
            finish(failure(ErrorCode::Timeout, QStringLiteral("an earlier chronyd does not exit, even when killed")));
            return;
        }
        m_killed = true;
        signalProcess(m_process, SIGKILL);
        m_patience.start();
    });
}

LeftBehind::~LeftBehind() { cancel(); }

void LeftBehind::end(const QString& pidFile, const QString& configFile, Completion completion) {
    Q_ASSERT(!m_completion);
    m_pidFile = pidFile;
    m_configFile = configFile;
    m_completion = std::move(completion);
    ++m_call;
    endNext();
}

void LeftBehind::endNext() {
    m_killed = false;
    m_process = openLeftBehind(m_configFile);
    if (m_process < 0) {
        finishLater({});
        return;
    }
    qCInfo(lcLeftBehind).noquote() << "stopping a chronyd that an earlier host left running, config=" + m_configFile;
    // A pidfd is readable when its process has ended, also when nobody has reaped it.
    m_ended = std::make_unique<QSocketNotifier>(m_process, QSocketNotifier::Read);
    connect(m_ended.get(), &QSocketNotifier::activated, this, [this] {
        forget();
        endNext();
    });
    if (signalProcess(m_process, SIGTERM) != 0 && errno != ESRCH) {
        const QString why = qt_error_string(errno);
        finishLater(failure(ErrorCode::Refused, QStringLiteral("cannot stop an earlier chronyd: %1").arg(why)));
        return;
    }
    m_patience.start();
}

void LeftBehind::forget() {
    m_patience.stop();
    if (m_ended) {
        m_ended->setEnabled(false);
        m_ended.release()->deleteLater();  // it may be the one that calls us
    }
    if (m_process >= 0) ::close(std::exchange(m_process, -1));
}

void LeftBehind::cancel() {
    m_completion = nullptr;
    finish({});
}

void LeftBehind::finishLater(const tl::expected<void, Error>& result) {
    QTimer::singleShot(0, this, [this, call = m_call, result] {
        if (call == m_call) finish(result);
    });
}

void LeftBehind::finish(const tl::expected<void, Error>& result) {
    forget();
    const Completion completion = std::exchange(m_completion, nullptr);
    if (!completion) return;
    if (result) QFile::remove(m_pidFile);
    completion(result);
}

}  // namespace fos1::ntp
