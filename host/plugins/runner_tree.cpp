// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/runner_tree.h"

#include <unistd.h>

#include <QFileInfo>

#include "plugins/runner_trees.h"
#include "trees/control_group.h"

namespace fos1::host {

RunnerTree::RunnerTree(RunnerTrees& trees)
    : m_trees(&trees), m_measured(std::make_shared<trees::Usage>()), m_isMeasuring(std::make_shared<bool>(false)) {}

RunnerTree::~RunnerTree() {
    kill();
    if (m_procs >= 0) ::close(m_procs);
    if (!m_trees) return;
    if (!m_directory.isEmpty()) m_trees->removeLater(m_directory);
    if (m_tag) m_trees->m_tags.erase(m_tag->group);
}

std::optional<unsigned> RunnerTree::group() const { return m_tag ? std::optional(m_tag->group) : std::nullopt; }

void RunnerTree::kill() {
    if (m_tag && m_tag->isOwnUser) return trees::killUser(m_tag->uid);
    if ((m_directory.isEmpty() && !m_tag) || !m_trees) return;
    m_trees->worker().post([directory = m_directory, tag = m_tag]() -> Worker::Answer {
        if (!directory.isEmpty())
            trees::killGroup(directory);
        else
            trees::killTagged(*tag);
        return [] {};
    });
}

trees::Usage RunnerTree::usage(qint64 pid) {
    if (!m_trees || std::exchange(*m_isMeasuring, true)) return *m_measured;
    m_trees->worker().post(
        [directory = m_directory, tag = m_tag, pid, measured = m_measured, busy = m_isMeasuring]() -> Worker::Answer {
            const trees::Usage usage = !directory.isEmpty() ? trees::usageOfGroup(directory)
                                       : tag                ? trees::usageOfTagged(*tag)
                                                            : trees::usageOf(pid);
            return [=] {
                *measured = usage;
                *busy = false;
            };
        });
    return *m_measured;
}

bool RunnerTree::isOutOfMemory() const { return !m_directory.isEmpty() && trees::isOutOfMemory(m_directory); }

QString RunnerTree::protection(qint64 pid) const {
    if (!m_trees) return {};
    const QString name = u'/' + QFileInfo(m_directory).fileName();
    if (!m_directory.isEmpty() && trees::procFile(pid, "cgroup").contains(QFile::encodeName(name) + '\n')) {
        const QStringList limits = m_trees->m_groups->controllers();
        if (limits.isEmpty())
            return QStringLiteral(
                "a control group; the kernel offers no controllers for it, so the limits are checked each "
                "second");
        return QStringLiteral("a control group with limits of ") + limits.join(QStringLiteral(", "));
    }
    const QString why = QStringLiteral(" (no control group: %1)").arg(m_trees->m_whyNoGroups);
    if (m_tag && trees::isTagged(pid, *m_tag))
        return QStringLiteral("group %1 marks all that it starts, the limits are checked each second")
                   .arg(m_tag->group) +
               why;
    return QStringLiteral("its process group; what leaves that is not measured and outlives it") + why;
}

}  // namespace fos1::host
