// SPDX-License-Identifier: GPL-2.0-or-later
// Frames over a connected Unix socket, incremental and bounded in both directions. Waiting frames are conflated by key,
// so that neither a peer that does not read nor a plugin that publishes the same key ten thousand times costs memory.
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
    /// Limit of waiting frames without a key; above it send() refuses.
    static constexpr std::size_t kMaxWaiting = 16'384;

    /// Takes ownership of the socket `fd`.
    explicit FrameSocket(int fd, QObject* parent = nullptr);
    ~FrameSocket() override;
    FrameSocket(const FrameSocket&) = delete;
    FrameSocket& operator=(const FrameSocket&) = delete;

    /// Queues a frame, to be sent on the next turn or by flush(). Replaces a waiting frame with the same non-empty
    /// `key`. False when the frame is too large or too many frames wait.
    bool send(MessageType type, std::initializer_list<QCborValue> arguments, const QString& key = {});

    /// The number of waiting frames. A flush() may send only some of them.
    [[nodiscard]] std::size_t waiting() const { return m_waiting.size(); }

    /// Writes as much as the socket accepts, without blocking.
    void flush();

    /// Emits what had arrived when the peer exited: at most what a socket holds, because its children may go on to
    /// write.
    void drain();

    /// Sends the waiting frames, then waits for the Reply to `request`. Other messages are emitted later. Nothing when
    /// the peer closes or the timeout expires. Blocks: for a runner, never for the host.
    std::optional<QCborValue> waitForReply(qint64 request, std::chrono::milliseconds timeout);

    /// Sends the waiting frames for at most `timeout`. Blocks: for a runner that is about to exit.
    bool waitForSent(std::chrono::milliseconds timeout);

   Q_SIGNALS:
    /// Emitted for at most a few milliseconds per turn of the loop.
    void received(const fos1::link::Message& message);

    /// Emitted once: the peer closed (`why` is empty) or sent an invalid frame. Nothing is received afterwards.
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
    std::deque<Message> m_deferred;  ///< arrived while waitForReply() waited
    QByteArray m_writing;
    qsizetype m_writeOffset = 0;
    std::deque<Waiting> m_waiting;
    QHash<QString, Waiting*> m_byKey;  ///< points into m_waiting
    bool m_isClosed = false;
};

}  // namespace fos1::link
