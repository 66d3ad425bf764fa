// SPDX-License-Identifier: GPL-2.0-or-later
// One chronyd as a child process: started, told to end, its words put into our log. Decides nothing.
#pragma once

#include <QProcess>
#include <QTimer>

#include "chrony/chronyd_log.h"
#include "chrony/chronyd_runner.h"

namespace fos1::ntp {

class ChronydProcess final : public ChronydRunner {
    Q_OBJECT

   public:
    explicit ChronydProcess(QObject* parent = nullptr);
    ~ChronydProcess() override;

    /// A child of an earlier host is none of ours: LeftBehind ends it.
    void lookUp(Known known) override { known({}); }

    void start(const QString& program, const QStringList& arguments) override;

    /// SIGTERM, and SIGKILL after 1.5 s; exited() follows.
    void end() override;

    [[nodiscard]] bool isAlive() const override { return m_process.state() != QProcess::NotRunning; }
    [[nodiscard]] qint64 pid() const override { return m_process.processId(); }
    [[nodiscard]] std::chrono::steady_clock::duration runningFor() const override;
    [[nodiscard]] bool outlivesUs() const override { return false; }

   private:
    void logLines(const QStringList& lines);
    void onFinished(int exitCode, QProcess::ExitStatus status);

    QProcess m_process;
    QTimer m_patience;
    ChronydLog m_log;
    std::chrono::steady_clock::time_point m_startedAt;
};

}  // namespace fos1::ntp
