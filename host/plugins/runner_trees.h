// SPDX-License-Identifier: GPL-2.0-or-later
// Makes the trees of runners, and ends what is left in them, also after the death of the host: a process of its own
// (the guard, fos1-plugin-runner --guard) waits for that.
#pragma once

#include <QObject>
#include <chrono>
#include <memory>
#include <optional>
#include <set>

#include "plugins/runner_process.h"
#include "plugins/runner_tree.h"
#include "trees/control_groups.h"
#include "worker.h"

namespace fos1::host {

class RunnerTrees : public QObject {
    Q_OBJECT
   public:
    /// `guard` is the path of fos1-plugin-runner.
    explicit RunnerTrees(QString guard, QObject* parent = nullptr);
    ~RunnerTrees() override;

    /// The user that a runner becomes.
    struct User {
        unsigned uid = 0;
        bool isOwn = false;  ///< only this plugin has it
    };
    /// The tree for the next run of a plugin. Without a user, it stays the host's, and cannot be given a group. The
    /// state directory is locked by this host.
    std::unique_ptr<RunnerTree> make(const QString& id, const RunnerLimits& limits, const std::optional<User>& user,
                                     const QString& stateDir);

   private:
    friend class RunnerTree;

    void open(const QString& stateDir);
    void startGuard();
    void removeLater(const QString& directory, std::chrono::milliseconds delay = std::chrono::milliseconds(20));
    Worker& worker();

    const QString m_guardProgram;
    bool m_isOpen = false;
    std::optional<trees::ControlGroups> m_groups;
    QString m_whyNoGroups;
    std::unique_ptr<Worker> m_worker;
    std::set<unsigned> m_tags;  ///< groups in use
    unsigned m_lastTag = 0;
    quint64 m_lastRun = 0;
    pid_t m_guard = -1;
    int m_guardInput = -1;
};

}  // namespace fos1::host
