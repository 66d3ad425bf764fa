// SPDX-License-Identifier: GPL-2.0-or-later
// Frames over a connected Unix socket: incremental and bounded in both directions. What waits to be sent is conflated
// by key, so that a peer that does not read, or a plugin that says the same thing ten thousand times, costs no memory.
#pragma once

#include <QByteArray>
#include <QHash>
#include <QObject>
#include <QSocketNotifier>
#include <QTimer>
#include <chrono>
#include <deque>
#include <functional>
#include <optional>

#include "link/message.h"

namespace fos1::link {

class FrameSocket : public QObject {
    Q_OBJECT
   public:
    /// Frames without a key that may wait; then send() refuses.
    static constexpr std::size_t kMaxWaiting = 16'384;

    /// Takes the socket `fd` over.
    explicit FrameSocket(int fd, QObject* parent = nullptr);
    ~FrameSocket() override;
    FrameSocket(const FrameSocket&) = delete;
    FrameSocket& operator=(const FrameSocket&) = delete;

    /// Queues a frame and sends it on the next turn, or with flush(). A waiting frame with the same `key` (not empty)
    /// is replaced. False when the frame is too large or too many wait.
    bool send(MessageType type, std::initializer_list<QCborValue> arguments, const QString& key = {});

    /// Frames that wait; a flush() takes some of them.
    [[nodiscard]] std::size_t waiting() const { return m_waiting.size(); }

    /// Writes what the socket takes now, without waiting.
    void flush();

    /// Hands out what has already arrived, however much; for a peer that has ended.
    void drain();

    /// Sends what waits and then waits for the Reply to `request`; other messages are handed out later. Nothing when
    /// the peer is gone or the time is over. Blocks: for a runner, never for the host.
    std::optional<QCborValue> waitForReply(qint64 request, std::chrono::milliseconds timeout);

    /// Sends what waits, for at most `timeout`. Blocks: for a runner's last words.
    bool waitForSent(std::chrono::milliseconds timeout);

   Q_SIGNALS:
    /// At most some milliseconds of these in one turn of the loop.
    void received(const fos1::link::Message& message);

    /// Once: the peer closed (`why` is empty) or sent what is no frame of ours. Nothing is received afterwards.
    void closed(const QString& why);

   private:
    struct Waiting {
        QString key;
        QByteArray frame;
    };

    bool readSome();
    std::optional<Message> takeMessage();
    void dispatch();
    void close(const QString& why);
    [[nodiscard]] bool hasUnsent() const { return m_writeOffset < m_writing.size() || !m_waiting.empty(); }
    bool poll(std::chrono::milliseconds timeout);

    int m_fd;
    QSocketNotifier m_readable;
    QSocketNotifier m_writable;
    QTimer m_flushTimer;
    QTimer m_dispatchTimer;
    QByteArray m_reading;
    qsizetype m_readOffset = 0;
    std::deque<Message> m_deferred;  ///< arrived while a reply was waited for
    QByteArray m_writing;
    qsizetype m_writeOffset = 0;
    std::deque<Waiting> m_waiting;
    QHash<QString, Waiting*> m_byKey;  ///< of m_waiting
    bool m_isClosed = false;
};

}  // namespace fos1::link
