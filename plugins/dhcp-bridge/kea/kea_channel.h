// SPDX-License-Identifier: GPL-2.0-or-later
// Kea's control socket: one command in each connection, and the answer until the server closes it. Asynchronous and
// bounded. Must not know what commands and answers mean.
#pragma once

#include <QElapsedTimer>
#include <QLocalSocket>
#include <QTimer>
#include <chrono>
#include <functional>
#include <memory>

#include "fos1/result.h"

namespace fos1::dhcp {

class KeaChannel final : public QObject {
    Q_OBJECT

   public:
    static constexpr qint64 kMostBytes = qint64{20} * 1024 * 1024;

    using Answered = std::function<void(const Result<QByteArray>&)>;

    explicit KeaChannel(QString path) : m_path(std::move(path)) {}
    ~KeaChannel() override;

    /// Sends one command; `answered` is called once, on a later turn. Not while another one is under way. `patience`:
    /// how long nothing may arrive; the whole answer may take kMostPatience times as long.
    void ask(const QByteArray& command, std::chrono::milliseconds patience, Answered answered);
    static constexpr int kMostPatience = 4;

    [[nodiscard]] const QString& path() const { return m_path; }

   private:
    void read();
    void closed();
    void failed(QLocalSocket::LocalSocketError error);
    void end(const Result<QByteArray>& answer);

    const QString m_path;
    std::unique_ptr<QLocalSocket> m_socket;
    QTimer m_quiet;     ///< until nothing has arrived for too long
    QTimer m_deadline;  ///< of the whole answer
    QByteArray m_received;
    Answered m_answered;
};

/// Why a socket cannot be connected to, and what to do about it.
[[nodiscard]] Error connectionError(const QString& path, QLocalSocket::LocalSocketError error, const QString& words);

}  // namespace fos1::dhcp
