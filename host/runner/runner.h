// SPDX-License-Identifier: GPL-2.0-or-later
// Runs one plugin for a host at the other end of the link: confines itself, loads it, and turns messages into calls. An
// exception that escapes the plugin, a refusal of the confinement or the end of the link is the end of the process.
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
    /// Takes the socket `fd` over.
    explicit Runner(int fd, QObject* parent = nullptr);
    ~Runner() override;

    /// Tells the host of an exception that escaped from `what`, and ends.
    [[noreturn]] void threw(const QString& what, const std::exception_ptr& exception);

   private:
    void onMessage(const link::Message& message);
    void load(const QCborMap& map);
    void stop(quint64 ticket);
    /// Says which threads are left, once they have had a moment to end, and then that stop() is done.
    void finishStop(int outcome, const QString& message, int patience);
    /// Runs a call into the plugin and tells the host how long it took.
    void call(const char* what, const std::function<void()>& act);
    /// The same for a question: what the plugin says is sent before the call returns.
    template <typename Feature, typename Ask>
    void answerWith(const char* what, qint64 question, const Ask& ask);
    [[noreturn]] void end(RunnerExit status);

    link::FrameSocket m_socket;
    QPluginLoader m_loader;
    std::unique_ptr<RemoteHost> m_host;
    IPlugin* m_plugin = nullptr;  ///< owned by Qt's loader
    QCborArray m_snapshot;        ///< its parts so far
    quint64 m_stopTicket = 0;
    qsizetype m_threadsBefore = 0;
};

}  // namespace fos1::runner
