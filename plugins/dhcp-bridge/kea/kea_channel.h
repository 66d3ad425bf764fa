// SPDX-License-Identifier: GPL-2.0-or-later
// The way to one Kea server: one command at a time, and its whole answer. Asynchronous and bounded in time and size,
// whatever carries it. Must not know what commands and answers mean.
#pragma once

#include <QObject>
#include <QTimer>
#include <chrono>
#include <functional>

#include "fos1/result.h"

namespace fos1::dhcp {

class KeaChannel : public QObject {
    Q_OBJECT

   public:
    static constexpr qint64 kMostBytes = qint64{20} * 1024 * 1024;
    static constexpr int kMostPatience = 4;

    using Answered = std::function<void(const Result<QByteArray>&)>;

    /// `place`: a path or URL, for people.
    explicit KeaChannel(QString place);

    /// Sends one command; `answered` is called once, on a later turn. Not while another one is under way. `patience`:
    /// how long nothing may arrive; the whole answer may take kMostPatience times as long.
    void ask(const QByteArray& command, std::chrono::milliseconds patience, Answered answered);

    [[nodiscard]] const QString& place() const { return m_place; }
    /// The server to name in "service" of each command, where several are reached by one way; otherwise empty.
    [[nodiscard]] virtual QByteArray service() const { return {}; }

   protected:
    /// In one turn of the event loop.
    static constexpr qint64 kReadAtOnce = qint64{1024} * 1024;

    virtual void send(const QByteArray& command) = 0;
    /// Forgets the command under way. May be called by a signal of what carries it.
    virtual void drop() = 0;

    [[nodiscard]] bool isWaiting() const { return m_answered != nullptr; }
    /// A part of the answer has arrived.
    void received(const QByteArray& part);
    /// All of the answer has arrived.
    void complete();
    void fail(ErrorCode code, const QString& message);

   private:
    void end(const Result<QByteArray>& answer);

    const QString m_place;
    QTimer m_quiet;     ///< until nothing has arrived for too long
    QTimer m_deadline;  ///< of the whole answer
    QByteArray m_received;
    Answered m_answered;
};

}  // namespace fos1::dhcp
