// SPDX-License-Identifier: GPL-2.0-or-later
// How the host keeps hold of a runner and of all that it starts, however that detaches: by a control group, where it
// may make one; else by a supplementary group, where it may give one; else only by the runner's process group.
#pragma once

#include <QPointer>
#include <QString>
#include <memory>
#include <optional>

#include "trees/tagged_processes.h"
#include "trees/usage.h"

namespace fos1::host {

class RunnerTrees;

/// The processes of one run of a runner. Killed with this object.
class RunnerTree {
   public:
    ~RunnerTree();
    RunnerTree(const RunnerTree&) = delete;
    RunnerTree& operator=(const RunnerTree&) = delete;

    /// The cgroup.procs of its control group, which the runner must enter before it runs code of others; -1: none.
    /// Closed on exec.
    [[nodiscard]] int entry() const { return m_procs; }
    /// The supplementary group that the runner must take before it runs code of others.
    [[nodiscard]] std::optional<unsigned> group() const;

    void kill();

    /// What all of them used when that was measured last; measures it again, without waiting. To be called each second.
    /// `pid` of the runner.
    trees::Usage usage(qint64 pid);
    /// Whether the kernel killed one of them because of the memory limit.
    [[nodiscard]] bool isOutOfMemory() const;

    /// What protects the host from this runner's processes now, for people. Looks whether the runner is where it should
    /// be.
    [[nodiscard]] QString protection(qint64 pid) const;

   private:
    friend class RunnerTrees;
    explicit RunnerTree(RunnerTrees& trees);

    QPointer<RunnerTrees> m_trees;  ///< null at the end of the host, when the guard takes over
    QString m_directory;            ///< of the control group; empty: it has none
    int m_procs = -1;               ///< its cgroup.procs
    std::optional<trees::Tag> m_tag;
    // Written by answers of the worker, which may come after this object has gone.
    std::shared_ptr<trees::Usage> m_measured;
    std::shared_ptr<bool> m_isMeasuring;
};

}  // namespace fos1::host
