// SPDX-License-Identifier: GPL-2.0-or-later
// Sends requests to chronyd over its Unix socket, asynchronously: sequence numbers, retries, several requests in
// flight. Knows the frame of a reply, but must not know what a report means.
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
    std::size_t queued = 2048;                     ///< a reading of 256 sources sends six requests for each
    std::chrono::milliseconds firstTimeout{1000};  ///< doubles with each attempt
    int tries = 3;
};

class ChronyClient final : public QObject {
    Q_OBJECT

   public:
    /// Called once from the event loop, never from inside request(). Not called after `context` is deleted.
    using Completion = std::function<void(const Result<candm::Reply>&)>;

    /// `serverPath` is chronyd's command socket. Our own socket is created in the same directory.
    explicit ChronyClient(QString serverPath, ClientLimits limits = {}, QObject* parent = nullptr);
    ~ChronyClient() override;

    /// Errors: Io (chronyd is not running), Timeout (no attempt was answered), Refused (by chronyd, or too many
    /// requests are waiting), Protocol (does not occur for a reply from chronyd).
    void request(const candm::Request& request, QObject* context, Completion completion);

    /// Completes all outstanding requests with an Io error and removes our socket. The next request opens a new one.
    void close();

    /// The number of datagrams that did not answer any request.
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
    std::vector<Answer> m_answers;          ///< to be delivered on the next turn of the loop
    quint64 m_ignoredDatagrams = 0;
};

}  // namespace fos1::ntp
