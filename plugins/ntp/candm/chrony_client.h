// SPDX-License-Identifier: GPL-2.0-or-later
// Asks chronyd over its Unix socket, asynchronously: sequence numbers, retries, several requests in flight.
// Knows the frame of a reply, not what a report means.
#pragma once

#include <QObject>
#include <QPointer>
#include <QSocketNotifier>
#include <QTimer>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "candm/candm_codec.h"
#include "candm/unix_datagram_socket.h"

namespace fos1::ntp {

struct ClientLimits {
    std::size_t inFlight = 8;
    std::size_t queued = 2048;                     ///< a look at 256 sources asks six things of each
    std::chrono::milliseconds firstTimeout{1000};  ///< doubles with each try
    int tries = 3;
};

class ChronyClient final : public QObject {
    Q_OBJECT

   public:
    /// Called once from the event loop, never from inside request(); not called when `context` is gone.
    using Completion = std::function<void(const Result<candm::Reply>&)>;

    /// `serverPath` is chronyd's command socket; our own name is made in the same directory.
    explicit ChronyClient(QString serverPath, ClientLimits limits = {}, QObject* parent = nullptr);
    ~ChronyClient() override;

    /// Errors: Io (chronyd is not there), Timeout (no answer to any try), Refused (by chronyd, or too many requests
    /// are waiting), Protocol (cannot happen for a reply that chronyd made).
    void request(const candm::Request& request, QObject* context, Completion completion);

    /// Answers everything outstanding with an Io error and removes our socket. The next request opens a new one.
    void close();

    /// Datagrams that answered nothing that was asked.
    [[nodiscard]] quint64 ignoredDatagrams() const { return m_ignoredDatagrams; }
    [[nodiscard]] std::size_t outstanding() const { return m_inFlight.size() + m_queue.size(); }

   private:
    struct Pending {
        candm::Request request;
        QPointer<QObject> context;
        Completion completion;
        int tries = 0;
        std::chrono::steady_clock::time_point deadline;
    };

    struct Answer {
        QPointer<QObject> context;
        Completion completion;
        Result<candm::Reply> result;
    };

    bool ensureOpen();
    void pump();
    void trySend(quint32 sequence);
    void onReadable();
    void onTimeout();
    void armTimer();
    void finish(quint32 sequence, Result<candm::Reply> result);
    void answer(Pending pending, Result<candm::Reply> result);
    void deliver();
    [[nodiscard]] quint32 freshSequence() const;

    const QString m_serverPath;
    const ClientLimits m_limits;
    std::optional<UnixDatagramSocket> m_socket;
    std::unique_ptr<QSocketNotifier> m_notifier;
    QString m_openError;
    QTimer m_timer;
    std::chrono::steady_clock::time_point m_timerDue;
    std::deque<Pending> m_queue;
    std::map<quint32, Pending> m_inFlight;  ///< by sequence number
    std::vector<Answer> m_answers;          ///< to be delivered in the next turn of the loop
    quint64 m_ignoredDatagrams = 0;
};

}  // namespace fos1::ntp
