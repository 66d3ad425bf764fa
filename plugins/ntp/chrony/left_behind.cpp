// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/left_behind.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <QFile>
#include <QFileInfo>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "directory_names.h"
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

std::string linkOf(int pid, const char* name) {
    std::error_code failed;
    return std::filesystem::read_symlink("/proc/" + std::to_string(pid) + '/' + name, failed).string();
}

/// What no other user can make a process look like: it is of our user or of chronyd's, runs a chronyd, and sees the
/// same files as we do.
bool isOfOurs(int pid, uid_t chronyUser) {
    struct stat info {};
    if (::stat(("/proc/" + std::to_string(pid)).c_str(), &info) != 0) return false;
    const bool isUser = info.st_uid == ::geteuid() || info.st_uid == chronyUser;
    const std::string program = linkOf(pid, "exe");
    const std::string name = program.substr(program.rfind('/') + 1);
    return isUser && name.find("chronyd") != std::string::npos && linkOf(pid, "ns/mnt") == linkOf(::getpid(), "ns/mnt");
}

/// A pidfd of `pid` if it runs chronyd with this configuration, else -1. The rest is read after the pidfd is open, so
/// that it cannot belong to a later process of the same number.
int openIfOurs(int pid, const QByteArray& configFile, uid_t chronyUser) {
    const int process = openProcess(pid);
    if (process < 0) return -1;
    if (!isOfOurs(pid, chronyUser)) {
        ::close(process);
        return -1;
    }
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

/// A pidfd of any such process; -1: there is none. The pid file is not asked: a chronyd whose host died early has not
/// written it yet.
Result<int> openLeftBehind(const QString& configFile, uid_t chronyUser) {
    const QByteArray wanted = QFile::encodeName(configFile);
    const auto names = namesIn(QStringLiteral("/proc"));
    if (!names) return tl::unexpected(names.error());
    for (const QString& name : *names) {
        const int pid = name.toInt();
        if (pid <= 1) continue;
        if (const int process = openIfOurs(pid, wanted, chronyUser); process >= 0) return process;
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
    m_hasEnded = false;
    endNext();
}

/// /proc is read in a thread: on a machine with thousands of processes that takes long.
void LeftBehind::endNext() {
    m_killed = false;
    // The directory of the pid file is chronyd's user's.
    struct stat info {};
    const bool isKnown = ::stat(QFile::encodeName(QFileInfo(m_pidFile).path()).constData(), &info) == 0;
    const uid_t user = isKnown ? info.st_uid : ::geteuid();
    if (!m_worker) m_worker = std::make_unique<Worker>("ntp-leftbehind", std::nullopt, Worker::WhenIdle::Ends);
    m_worker->post([this, call = m_call, config = m_configFile, user]() -> Worker::Answer {
        // Shared, because the copies of an answer are: closed if nobody takes it.
        const auto looked = openLeftBehind(config, user);
        const std::shared_ptr<int> process(new int(looked.value_or(-1)), [](const int* found) {
            if (*found >= 0) ::close(*found);
            delete found;
        });
        return [this, call, process, looked] {
            if (call != m_call || !m_completion) return;
            if (!looked) return finish(tl::unexpected(looked.error()));
            found(std::exchange(*process, -1));
        };
    });
}

void LeftBehind::found(int process) {
    m_process = process;
    if (m_process < 0) return finish({});
    if (std::exchange(m_hasEnded, true)) {
        finishLater(failure(ErrorCode::Conflict,
                            QStringLiteral("more than one chronyd uses this configuration; only one "
                                           "was stopped"),
                            m_configFile));
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
