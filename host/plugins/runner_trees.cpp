// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/runner_trees.h"

#include <fcntl.h>
#include <grp.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QFile>
#include <QRandomGenerator>
#include <QTimer>
#include <array>
#include <cstring>

#include "fos1/logging.h"
#include "plugins/runner_permissions.h"
#include "trees/control_group.h"

namespace fos1::host {

using namespace std::chrono_literals;

namespace {

FOS1_LOG(lcTrees, "host.plugins")

constexpr int kMostTasks = 64;  ///< of a runner in a control group, as of one with a user of its own

}  // namespace

RunnerTrees::RunnerTrees(QString guard, QObject* parent)
    : QObject(parent), m_guardProgram(std::move(guard)), m_lastTag(QRandomGenerator::global()->generate()) {}

RunnerTrees::~RunnerTrees() {
    // The guard sees the end of its input and does the rest.
    if (m_guardInput >= 0) ::close(m_guardInput);
}

void RunnerTrees::open(const QString& stateDir) {
    m_isOpen = true;
    auto groups = trees::ControlGroups::open(stateDir);
    if (groups)
        m_groups = std::move(*groups);
    else
        m_whyNoGroups = groups.error().text();
    qCInfo(lcTrees).noquote() << "runners are held by"
                              << (m_groups ? "a control group controllers=" + m_groups->controllers().join(u',')
                                           : QStringLiteral("other means: ") + m_whyNoGroups);
}

std::unique_ptr<RunnerTree> RunnerTrees::make(const QString& id, const RunnerLimits& limits,
                                              const std::optional<User>& user, const QString& stateDir) {
    if (!m_isOpen) open(stateDir);
    std::unique_ptr<RunnerTree> tree(new RunnerTree(*this));
    if (m_groups) {
        auto directory = m_groups->make(id + u'-' + QString::number(++m_lastRun), {limits.memoryMiB, kMostTasks});
        if (directory) {
            tree->m_directory = *directory;
            tree->m_procs = ::open(QFile::encodeName(*directory + QStringLiteral("/cgroup.procs")).constData(),
                                   O_WRONLY | O_CLOEXEC);
        } else {
            m_whyNoGroups = directory.error().text();
            qCWarning(lcTrees).noquote() << "plugin=" + id << m_whyNoGroups;
        }
    }
    startGuard();
    if (!tree->m_directory.isEmpty() || !user) return tree;
    unsigned tag = 0;
    do tag = dynamicUserId(QString(), ++m_lastTag);
    while (m_tags.contains(tag));
    m_tags.insert(tag);
    tree->m_tag = trees::Tag{user->uid, tag, user->isOwn};
    const QByteArray line =
        QByteArray::number(user->uid) + ' ' + QByteArray::number(tag) + (user->isOwn ? " 1\n" : " 0\n");
    if (::write(m_guardInput, line.constData(), static_cast<std::size_t>(line.size())) != line.size())
        qCWarning(lcTrees).noquote() << "plugin=" + id << "the guard of runners does not read:" << std::strerror(errno);
    return tree;
}

void RunnerTrees::startGuard() {
    if (m_guard > 0 && ::waitpid(m_guard, nullptr, WNOHANG) == 0) return;
    if (m_guardInput >= 0) ::close(m_guardInput);
    m_guardInput = -1;
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return;
    QByteArray program = QFile::encodeName(m_guardProgram);
    QByteArray directory = m_groups ? QFile::encodeName(m_groups->directory()) : QByteArray();
    std::array<char, 8> option{"--guard"};
    std::array<char*, 4> words{program.data(), option.data(), directory.data(), nullptr};
    std::array<char*, 1> environment{nullptr};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    // A Ctrl-C at the terminal must not reach it.
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    const int failed =
        ::posix_spawn(&m_guard, program.constData(), &actions, &attributes, words.data(), environment.data());
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[0]);
    m_guardInput = ends[1];
    ::fcntl(m_guardInput, F_SETFL, O_NONBLOCK);
    if (failed == 0) return;
    m_guard = -1;
    qCWarning(lcTrees).noquote() << "the guard of runners does not start:" << std::strerror(failed);
}

void RunnerTrees::removeLater(const QString& directory, std::chrono::milliseconds delay) {
    // Killed processes take some time to end.
    QTimer::singleShot(delay, this, [this, directory, delay] {
        worker().post([this, directory, delay]() -> Worker::Answer {
            const bool isGone = trees::removeGroup(directory);
            return [this, directory, delay, isGone] {
                if (!isGone) removeLater(directory, std::min<std::chrono::milliseconds>(delay * 2, 10s));
            };
        });
    });
}

Worker& RunnerTrees::worker() {
    if (!m_worker) m_worker = std::make_unique<Worker>("runner-trees", 1s);
    return *m_worker;
}

}  // namespace fos1::host
