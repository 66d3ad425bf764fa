// SPDX-License-Identifier: GPL-2.0-or-later
// Runs one plugin for the host at the other end of the link: confines itself, loads the plugin, and turns messages into
// calls. The process exits when an exception escapes the plugin, the confinement fails or the link closes.
#pragma once

#include <QObject>
#include <QPluginLoader>
#include <exception>
#include <functional>
#include <memory>

#include "fos1/iplugin.h"
#include "link/frame_socket.h"
#include "runner/remote_host.h"
#include "runner/runner_exit.h"

namespace fos1::runner {

class Runner : public QObject {
    Q_OBJECT
   public:
    /// Takes ownership of the socket `fd`.
    explicit Runner(int fd, QObject* parent = nullptr);
    ~Runner() override;

    /// Reports to the host that an exception escaped from `what`, then exits.
    [[noreturn]] void threw(const QString& what, const std::exception_ptr& exception);

   private:
    void onMessage(const link::Message& message);
    void load(const QCborMap& map);
    void stop(quint64 ticket);
    /// Gives threads a moment to end, reports those that remain, then reports that stop() is done.
    void finishStop(int outcome, const QString& message, int patience);
    /// Runs a call into the plugin and reports its duration to the host.
    void call(const char* what, const std::function<void()>& act);
    /// The same for a question: the plugin's answer is sent before the call returns.
    template <typename Feature, typename Ask>
    void answerWith(const char* what, qint64 question, const Ask& ask);
    [[noreturn]] void end(RunnerExit status);

    link::FrameSocket m_socket;
    QPluginLoader m_loader;
    std::unique_ptr<RemoteHost> m_host;
    IPlugin* m_plugin = nullptr;  ///< owned by Qt's loader
    QCborArray m_snapshot;        ///< the parts received so far
    quint64 m_stopTicket = 0;
    qsizetype m_threadsBefore = 0;
};

}  // namespace fos1::runner
