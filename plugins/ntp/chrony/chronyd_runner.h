// SPDX-License-Identifier: GPL-2.0-or-later
// Who runs chronyd for the engine: starts it, ends it, tells when it has ended. Decides nothing.
#pragma once

#include <QObject>
#include <QStringList>
#include <chrono>
#include <functional>
#include <memory>

#include "fos1/result.h"

namespace fos1::ntp {

class ChronydRunner : public QObject {
    Q_OBJECT

   public:
    using Known = std::function<void(const tl::expected<void, Error>&)>;

    using QObject::QObject;

    /// Finds out whether a chronyd runs that is this runner's; isAlive() says so afterwards. `known` is called once,
    /// perhaps from inside the call.
    virtual void lookUp(Known known) = 0;

    /// A fresh process, also in place of one that runs. exited() when there is none in the end, notEnded() when the old
    /// one goes on.
    virtual void start(const QString& program, const QStringList& arguments) = 0;

    /// exited() follows, or notEnded().
    virtual void end() = 0;

    /// From start(), or the lookUp() that found it, to exited().
    [[nodiscard]] virtual bool isAlive() const = 0;
    /// 0: there is none, or it is not known yet.
    [[nodiscard]] virtual qint64 pid() const = 0;
    [[nodiscard]] virtual std::chrono::steady_clock::duration runningFor() const = 0;
    /// Whether chronyd goes on when this process ends.
    [[nodiscard]] virtual bool outlivesUs() const = 0;

   Q_SIGNALS:
    /// Also when it could not be started. `why` is a sentence for people with chronyd's last words, where they are
    /// known.
    void exited(const QString& why);
    /// What chronyd logs, where that reaches us.
    void logged(const QString& line);
    /// end(), or a start() in place of one that runs, could not be carried out: chronyd goes on.
    void notEnded(const QString& why);
};

/// `unit`: of systemd's, which then runs chronyd with the arguments in `argumentFile`; empty: a child process.
[[nodiscard]] std::unique_ptr<ChronydRunner> makeRunner(const QString& unit, const QString& argumentFile);

}  // namespace fos1::ntp
