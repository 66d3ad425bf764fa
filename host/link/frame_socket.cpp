// SPDX-License-Identifier: GPL-2.0-or-later
#include "link/frame_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QPointer>
#include <QtEndian>
#include <cerrno>

namespace fos1::link {

using std::chrono::milliseconds;

namespace {

constexpr qsizetype kReadChunk = 64 * 1024;
constexpr qsizetype kWriteChunk = 256 * 1024;
constexpr qint64 kDispatchBudgetMs = 5;
constexpr qint64 kDrainBudgetMs = 40;
/// More than a socket holds (unix(7), /proc/sys/net/core/wmem_max).
constexpr qsizetype kMostDrained = 1024 * 1024;

}  // namespace

FrameSocket::FrameSocket(int fd, QObject* parent)
    : QObject(parent), m_fd(fd), m_readable(fd, QSocketNotifier::Read), m_writable(fd, QSocketNotifier::Write) {
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    m_writable.setEnabled(false);
    for (QTimer* timer : {&m_flushTimer, &m_dispatchTimer}) {
        timer->setSingleShot(true);
        timer->setInterval(0);
    }
    connect(&m_flushTimer, &QTimer::timeout, this, &FrameSocket::flush);
    connect(&m_dispatchTimer, &QTimer::timeout, this, &FrameSocket::dispatch);
    connect(&m_writable, &QSocketNotifier::activated, this, &FrameSocket::flush);
    connect(&m_readable, &QSocketNotifier::activated, this, [this] {
        if (readSome()) dispatch();
    });
}

FrameSocket::~FrameSocket() {
    m_readable.setEnabled(false);
    m_writable.setEnabled(false);
    ::close(m_fd);
}

bool FrameSocket::send(MessageType type, std::initializer_list<QCborValue> arguments, const QString& key) {
    if (m_isClosed) return true;  // already closed: there is no receiver for an error
    QByteArray frame = encodeFrame(type, arguments);
    if (frame.isEmpty()) return false;
    if (const auto same = key.isEmpty() ? m_byKey.end() : m_byKey.find(key); same != m_byKey.end()) {
        (*same)->frame = std::move(frame);
        return true;
    }
    if (m_waiting.size() >= kMaxWaiting) return false;
    Waiting& waiting = m_waiting.emplace_back(Waiting{key, std::move(frame)});
    if (!key.isEmpty()) m_byKey.insert(key, &waiting);
    if (!m_writable.isEnabled() && !m_flushTimer.isActive()) m_flushTimer.start();
    return true;
}

void FrameSocket::flush() {
    m_flushTimer.stop();
    while (!m_isClosed && hasUnsent()) {
        if (m_writeOffset == m_writing.size()) {
            m_writing.clear();
            m_writeOffset = 0;
            while (!m_waiting.empty() && m_writing.size() < kWriteChunk) {
                Waiting& next = m_waiting.front();
                m_writing += next.frame;
                if (!next.key.isEmpty()) m_byKey.remove(next.key);
                m_waiting.pop_front();
            }
        }
        const ssize_t sent = ::send(m_fd, m_writing.constData() + m_writeOffset,
                                    static_cast<std::size_t>(m_writing.size() - m_writeOffset), MSG_NOSIGNAL);
        if (sent > 0) {
            m_writeOffset += sent;
        } else if (errno != EINTR) {
            break;  // full, or closed: then reading detects it
        }
    }
    m_writable.setEnabled(!m_isClosed && hasUnsent());
}

/// False when no data arrived.
bool FrameSocket::readSome() {
    if (m_isClosed) return false;
    if (m_readOffset > 0) {
        m_reading.remove(0, m_readOffset);
        m_readOffset = 0;
    }
    const qsizetype before = m_reading.size();
    m_reading.resize(before + kReadChunk);
    const ssize_t got = ::recv(m_fd, m_reading.data() + before, kReadChunk, 0);
    const int error = errno;
    m_reading.resize(before + std::max<ssize_t>(got, 0));
    if (got > 0) return true;
    if (got < 0 && (error == EAGAIN || error == EINTR)) return false;
    close({});
    return false;
}

std::optional<Message> FrameSocket::takeMessage() {
    if (m_isClosed || m_reading.size() - m_readOffset < kLengthBytes) return std::nullopt;
    const auto length = qsizetype{qFromBigEndian<quint32>(m_reading.constData() + m_readOffset)};
    if (length > kMaxFrameBytes) {
        close(QStringLiteral("a frame of %1 bytes").arg(length));
        return std::nullopt;
    }
    if (m_reading.size() - m_readOffset < kLengthBytes + length) return std::nullopt;
    const QByteArray payload = QByteArray::fromRawData(m_reading.constData() + m_readOffset + kLengthBytes, length);
    auto message = decodeFrame(payload);
    m_readOffset += kLengthBytes + length;
    if (message) return std::move(*message);
    close(message.error().message);
    return std::nullopt;
}

void FrameSocket::dispatch() {
    QElapsedTimer timer;
    timer.start();
    const QPointer<FrameSocket> guard(this);
    for (;;) {
        if (timer.elapsed() >= kDispatchBudgetMs) {
            // The rest follows on the next turn; nothing more is read until then.
            m_readable.setEnabled(false);
            m_dispatchTimer.start();
            return;
        }
        std::optional<Message> message;
        if (m_deferred.empty()) {
            message = takeMessage();
        } else {
            message = std::move(m_deferred.front());
            m_deferred.pop_front();
        }
        if (!guard) return;
        if (!message) break;
        Q_EMIT received(*message);
        if (!guard) return;
    }
    m_readable.setEnabled(!m_isClosed);
}

void FrameSocket::drain() {
    const QPointer<FrameSocket> guard(this);
    QElapsedTimer timer;
    timer.start();
    int readsLeft = static_cast<int>(kMostDrained / kReadChunk);
    do {
        while (const auto message = takeMessage()) {
            Q_EMIT received(*message);
            if (!guard || timer.elapsed() >= kDrainBudgetMs) return;
        }
    } while (guard && readsLeft-- > 0 && readSome());
}

bool FrameSocket::poll(milliseconds timeout) {
    const auto wanted = static_cast<short>(POLLIN | (hasUnsent() ? POLLOUT : 0));
    pollfd entry{m_fd, wanted, 0};
    return ::poll(&entry, 1, static_cast<int>(std::max<qint64>(timeout.count(), 0))) > 0;
}

std::optional<QCborValue> FrameSocket::waitForReply(qint64 request, milliseconds timeout) {
    QElapsedTimer timer;
    timer.start();
    while (!m_isClosed && timer.elapsed() <= timeout.count()) {
        flush();
        while (auto message = takeMessage()) {
            if (message->type == MessageType::Reply && message->integer(0) == request) {
                if (!m_deferred.empty() || m_readOffset < m_reading.size()) m_dispatchTimer.start();
                return message->arguments.at(1);
            }
            m_deferred.push_back(std::move(*message));
        }
        if (poll(timeout - milliseconds(timer.elapsed()))) readSome();
    }
    return std::nullopt;
}

bool FrameSocket::waitForSent(milliseconds timeout) {
    QElapsedTimer timer;
    timer.start();
    for (flush(); hasUnsent() && !m_isClosed && timer.elapsed() <= timeout.count(); flush()) {
        pollfd entry{m_fd, POLLOUT, 0};
        ::poll(&entry, 1, 10);
    }
    return !hasUnsent();
}

void FrameSocket::close(const QString& why) {
    if (m_isClosed) return;
    m_isClosed = true;
    m_readable.setEnabled(false);
    m_writable.setEnabled(false);
    m_waiting.clear();
    m_byKey.clear();
    Q_EMIT closed(why);
}

}  // namespace fos1::link
