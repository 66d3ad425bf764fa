// SPDX-License-Identifier: GPL-2.0-or-later
// A non-blocking Unix datagram socket bound to a name of its own, which is removed at the end. Must not know what is
// sent over it.
#pragma once

#include <QByteArray>
#include <QString>
#include <optional>

#include "fos1/result.h"

namespace fos1::ntp {

enum class SendOutcome { Unknown = 0, Sent, Busy, Unreachable };

class UnixDatagramSocket {
   public:
    /// Binds to a new name in `directory`. The peer may run as another user, so when we are root the socket is writable
    /// for all users; the mode of the directory decides who can reach it.
    static Result<UnixDatagramSocket> bind(const QString& directory);

    UnixDatagramSocket(UnixDatagramSocket&& other) noexcept;
    UnixDatagramSocket& operator=(UnixDatagramSocket&& other) noexcept;
    ~UnixDatagramSocket();

    [[nodiscard]] int descriptor() const { return m_descriptor; }

    /// Each datagram names its destination, because chronyd may have been restarted since the last one.
    [[nodiscard]] SendOutcome send(const QByteArray& datagram, const QString& path) const;

    struct Datagram {
        QByteArray bytes;
        QString from;  ///< the sender's path
    };
    /// Nothing when no datagram is waiting. Datagrams are truncated at `limit` bytes.
    [[nodiscard]] std::optional<Datagram> receive(qsizetype limit) const;

    /// Removes names in `directory` that another, killed process left behind.
    static void removeLeftovers(const QString& directory);

   private:
    UnixDatagramSocket(int descriptor, QByteArray path) : m_descriptor(descriptor), m_path(std::move(path)) {}

    int m_descriptor = -1;
    QByteArray m_path;
};

}  // namespace fos1::ntp
