// SPDX-License-Identifier: GPL-2.0-or-later
// Lines over a connected stream socket, in both directions, with bounds: of a line, of a turn of the event loop, of
// what the peer has not read, of what it asked and was not answered. A peer that has sent its end still gets its
// answers. Must not know what the lines mean.
#pragma once

#include <QByteArray>
#include <QObject>
#include <QSocketNotifier>
#include <QTimer>
#include <memory>

namespace fos1::host {

class LineSocket : public QObject {
    Q_OBJECT
   public:
    struct Limits {
        qsizetype lineBytes = 0;    ///< of a line that the peer sends
        qsizetype unreadBytes = 0;  ///< of lines for the peer: while there are more, nothing is read from it
        int unanswered = 0;         ///< answers that the peer is waiting for: likewise
    };

    /// Takes ownership of the socket `fd`.
    LineSocket(int fd, const Limits& limits, QObject* parent);
    ~LineSocket() override;

    void send(const QByteArray& line);

    /// What was sent and the peer has not read.
    [[nodiscard]] qsizetype unread() const { return m_output.size() - m_sent; }

    /// While a copy of this exists, the peer waits for an answer.
    [[nodiscard]] std::shared_ptr<void> expectAnswer();

   Q_SIGNALS:
    /// Without its end. The last one may lack it.
    void line(const QByteArray& line);
    /// Instead of a line that exceeds the limit, once the peer has sent its end.
    void tooLong();
    /// There is nothing more to come or to send. Emitted once; delete this object later.
    void closed();

   private:
    void readSome();
    void turn();
    bool takeLine();
    void flush();
    void arm();
    void close();
    [[nodiscard]] bool mayTake() const;

    const int m_fd;
    const Limits m_limits;
    QSocketNotifier m_readable;
    QSocketNotifier m_writable;
    QTimer m_turn;  ///< for lines that were left for the next turn
    QByteArray m_input;
    qsizetype m_begin = 0;     ///< of the first line in m_input
    qsizetype m_searched = 0;  ///< no line ends before
    QByteArray m_output;
    qsizetype m_sent = 0;
    int m_unanswered = 0;
    bool m_isSkipping = false;  ///< inside a line that exceeds the limit
    bool m_hasEnded = false;    ///< the peer has sent its end
    bool m_isClosed = false;
};

}  // namespace fos1::host
