// SPDX-License-Identifier: GPL-2.0-or-later
// One fos1-plugin-runner child: starts it with one end of a socket pair, monitors its resource use, reports why it
// exited. Must not know the messages on the link.
#pragma once

#include <QObject>
#include <QProcess>
#include <chrono>

#include "fos1/result.h"
#include "log/child_output.h"
#include "plugins/runner_tree.h"

namespace fos1::host {

struct RunnerLimits {
    int memoryMiB = 0;
    int cpuPercent = 0;  ///< of one core, over kCpuWindow
};

class RunnerProcess : public QObject {
    Q_OBJECT
   public:
    static constexpr std::chrono::seconds kCpuWindow{10};

    /// `name` of the plugin: what it prints is logged with it. `tree`: which holds all that it starts.
    RunnerProcess(QString name, RunnerLimits limits, std::unique_ptr<RunnerTree> tree, QObject* parent = nullptr);
    ~RunnerProcess() override;

    /// Kills the process if it still runs, emits nothing more, and deletes itself after its exit or with its new
    /// `parent`.
    void killAndForget(QObject* parent);

    /// Starts the process. Returns the host's end of the link; the caller owns it.
    Result<int> start(const QString& program);

    /// Checks the resource use. Returns a reason when it exceeds a limit. To be called once per second.
    QString checkUsage();

    /// Kills it with all processes of its tree.
    void kill();
    /// What the processes of its tree use.
    [[nodiscard]] trees::Usage usage() { return m_tree->usage(pid()); }
    [[nodiscard]] QString protection() const { return m_tree->protection(pid()); }
    [[nodiscard]] qint64 pid() const { return m_process.processId(); }

   Q_SIGNALS:
    /// Emitted once. For people: "ended by signal 11 (Segmentation fault)".
    void ended(const QString& how);

   private:
    [[nodiscard]] QString howItEnded(int exitCode, QProcess::ExitStatus status) const;

    const QString m_name;
    QProcess m_process;
    std::unique_ptr<log::ChildOutput> m_output;
    std::unique_ptr<RunnerTree> m_tree;
    RunnerLimits m_limits;
    qint64 m_group = 0;
    std::vector<std::chrono::milliseconds> m_cpu;  ///< CPU time used, at each check of the last window
};

}  // namespace fos1::host
