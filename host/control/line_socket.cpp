// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/line_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QPointer>
#include <cerrno>

namespace fos1::host {

namespace {

constexpr qsizetype kReadAtOnce = 64 * 1024;
constexpr qint64 kTurnMs = 5;

}  // namespace

LineSocket::LineSocket(int fd, const Limits& limits, QObject* parent)
    : QObject(parent),
      m_fd(fd),
      m_limits(limits),
      m_readable(fd, QSocketNotifier::Read),
      m_writable(fd, QSocketNotifier::Write) {
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    m_writable.setEnabled(false);
    m_turn.setSingleShot(true);
    m_turn.setInterval(0);
    connect(&m_turn, &QTimer::timeout, this, &LineSocket::turn);
    connect(&m_readable, &QSocketNotifier::activated, this, [this] {
        readSome();
        turn();
    });
    connect(&m_writable, &QSocketNotifier::activated, this, [this] {
        flush();
        turn();
    });
}

LineSocket::~LineSocket() {
    m_readable.setEnabled(false);
    m_writable.setEnabled(false);
    ::close(m_fd);
}

void LineSocket::send(const QByteArray& line) {
    if (m_isClosed) return;
    m_output += line + '\n';
    flush();
}

std::shared_ptr<void> LineSocket::expectAnswer() {
    ++m_unanswered;
    // A shared_ptr, because the copies of a callback share it.
    return {this, [self = QPointer<LineSocket>(this)](void* /*this*/) {
                if (!self) return;
                --self->m_unanswered;
                self->m_turn.start();
            }};
}

void LineSocket::readSome() {
    if (m_begin > 0) {
        m_input.remove(0, m_begin);
        m_searched -= m_begin;
        m_begin = 0;
    }
    const qsizetype before = m_input.size();
    m_input.resize(before + kReadAtOnce);
    const ssize_t got = ::recv(m_fd, m_input.data() + before, kReadAtOnce, 0);
    const int error = errno;
    m_input.resize(before + std::max<ssize_t>(got, 0));
    if (got == 0) m_hasEnded = true;
    if (got < 0 && error != EAGAIN && error != EINTR) close();
}

bool LineSocket::mayTake() const {
    return !m_isClosed && unread() < m_limits.unreadBytes && m_unanswered < m_limits.unanswered;
}

void LineSocket::turn() {
    QElapsedTimer timer;
    timer.start();
    const QPointer<LineSocket> self(this);
    while (mayTake() && timer.elapsed() < kTurnMs) {
        const bool isTaken = takeLine();
        if (!self) return;
        if (!isTaken) break;
    }
    arm();
}

/// False when there is no whole line.
bool LineSocket::takeLine() {
    qsizetype end = m_input.indexOf('\n', std::max(m_begin, m_searched));
    const bool isRest = end < 0 && m_hasEnded && m_begin < m_input.size();
    if (isRest) end = m_input.size();
    const qsizetype length = (end < 0 ? m_input.size() : end) - m_begin;
    if (length > m_limits.lineBytes) m_isSkipping = true;
    if (end < 0) {
        if (m_isSkipping) m_begin = m_input.size();
        m_searched = m_input.size();
        return false;
    }
    const QByteArray text = m_input.mid(m_begin, length);
    m_begin = isRest ? end : end + 1;
    if (std::exchange(m_isSkipping, false))
        Q_EMIT tooLong();
    else
        Q_EMIT line(text);
    return true;
}

/// Waits for what is to happen next.
void LineSocket::arm() {
    if (m_isClosed) return;
    const bool hasLine = m_input.indexOf('\n', std::max(m_begin, m_searched)) >= 0;
    const bool isAtEnd = m_hasEnded && !hasLine && m_begin >= m_input.size();
    if (isAtEnd && m_unanswered == 0 && unread() == 0) return close();
    // What arrived is taken before more is read.
    const bool isMore = hasLine || (m_hasEnded && !isAtEnd);
    if (isMore && mayTake()) m_turn.start();
    m_readable.setEnabled(!m_hasEnded && !isMore && mayTake());
}

void LineSocket::flush() {
    while (unread() > 0) {
        const ssize_t count =
            ::send(m_fd, m_output.constData() + m_sent, static_cast<std::size_t>(unread()), MSG_NOSIGNAL);
        if (count > 0) {
            m_sent += count;
            continue;
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN) return close();
        break;
    }
    if (unread() == 0) {
        m_output.clear();
        m_sent = 0;
    }
    m_writable.setEnabled(unread() > 0);
}

void LineSocket::close() {
    if (std::exchange(m_isClosed, true)) return;
    m_turn.stop();
    m_readable.setEnabled(false);
    m_writable.setEnabled(false);
    Q_EMIT closed();
}

}  // namespace fos1::host
