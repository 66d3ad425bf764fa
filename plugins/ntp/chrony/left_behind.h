// SPDX-License-Identifier: GPL-2.0-or-later
// Ends a chronyd that a host which died left running. Touches a process only if it runs our configuration file.
#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <QTimer>
#include <functional>
#include <memory>

#include "fos1/result.h"
#include "worker.h"

namespace fos1::ntp {

class LeftBehind final : public QObject {
    Q_OBJECT

   public:
    using Completion = std::function<void(const tl::expected<void, Error>&)>;

    explicit LeftBehind(QObject* parent = nullptr);
    ~LeftBehind() override;

    /// Ends a chronyd with `configFile` in its command line, of our user or chronyd's and in our mount namespace, with
    /// SIGTERM, and with SIGKILL after 2 s; a second one is an error. Then the pid file is removed, since chronyd
    /// refuses to start while it names any live process. `completion` is called once, from the event loop. One call at
    /// a time.
    void end(const QString& pidFile, const QString& configFile, Completion completion);

    /// The process is left as it is, and the completion is not called.
    void cancel();

   private:
    void endNext();
    void found(int process);
    void forget();
    void finish(const tl::expected<void, Error>& result);
    void finishLater(const tl::expected<void, Error>& result);

    QString m_pidFile;
    QString m_configFile;
    int m_process = -1;  ///< pidfd
    bool m_killed = false;
    bool m_hasEnded = false;  ///< one, in this call
    quint64 m_call = 0;       ///< tells a queued answer of an earlier call from one of this call
    std::unique_ptr<QSocketNotifier> m_ended;
    QTimer m_patience;
    Completion m_completion;
    std::unique_ptr<Worker> m_worker;  ///< looks for it
};

}  // namespace fos1::ntp
