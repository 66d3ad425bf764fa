// SPDX-License-Identifier: GPL-2.0-or-later
// One chronyd as a child process: started, told to end, its words put into our log. Decides nothing.
#pragma once

#include <QObject>
#include <QProcess>
#include <QTimer>
#include <chrono>

#include "chrony/chronyd_log.h"

namespace fos1::ntp {

class ChronydProcess final : public QObject {
    Q_OBJECT

   public:
    explicit ChronydProcess(QObject* parent = nullptr);
    ~ChronydProcess() override;

    void start(const QString& program, const QStringList& arguments);

    /// SIGTERM, and SIGKILL after 1.5 s; exited() follows.
    void end();

    [[nodiscard]] bool isAlive() const { return m_process.state() != QProcess::NotRunning; }
    [[nodiscard]] qint64 pid() const { return m_process.processId(); }
    [[nodiscard]] std::chrono::steady_clock::duration runningFor() const;

   Q_SIGNALS:
    /// Also when it could not be started. `why` is a sentence for people with chronyd's last words.
    void exited(const QString& why);

   private:
    void logLines(const QStringList& lines) const;
    void onFinished(int exitCode, QProcess::ExitStatus status);

    QProcess m_process;
    QTimer m_patience;
    ChronydLog m_log;
    std::chrono::steady_clock::time_point m_startedAt;
};

}  // namespace fos1::ntp
