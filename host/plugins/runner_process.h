// SPDX-License-Identifier: GPL-2.0-or-later
// One fos1-plugin-runner child: starts it with one end of a socket pair, watches what it uses, says why it ended. Must
// not know what is said over the link.
#pragma once

#include <QObject>
#include <QProcess>
#include <chrono>

#include "fos1/result.h"

namespace fos1::host {

struct RunnerLimits {
    int memoryMiB = 0;
    int cpuPercent = 0;  ///< of one core, over kCpuWindow
};

struct RunnerUsage {
    qint64 memoryKiB = 0;  ///< anonymous memory that it alone uses
    std::chrono::milliseconds cpu{0};
};

class RunnerProcess : public QObject {
    Q_OBJECT
   public:
    static constexpr std::chrono::seconds kCpuWindow{10};

    explicit RunnerProcess(RunnerLimits limits, QObject* parent = nullptr);
    ~RunnerProcess() override;

    /// Kills what still runs, says nothing more and deletes itself when that has ended, or with its new `parent`.
    void killAndForget(QObject* parent);

    /// Starts it; the host's end of the link, which the caller owns.
    Result<int> start(const QString& program);

    /// Looks at what it uses; a reason when it is over a limit. Call it once a second.
    QString checkUsage();

    void kill() { m_process.kill(); }
    [[nodiscard]] qint64 pid() const { return m_process.processId(); }

   Q_SIGNALS:
    /// For people: "ended by signal 11 (Segmentation fault)". Once.
    void ended(const QString& how);

   private:
    [[nodiscard]] QString howItEnded(int exitCode, QProcess::ExitStatus status) const;

    QProcess m_process;
    RunnerLimits m_limits;
    std::vector<std::chrono::milliseconds> m_cpu;  ///< used, at each check of the last window
};

/// What a process uses, from proc(5); zeros when there is none.
RunnerUsage usageOf(qint64 pid);

}  // namespace fos1::host
