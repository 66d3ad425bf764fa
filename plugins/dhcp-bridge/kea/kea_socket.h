// SPDX-License-Identifier: GPL-2.0-or-later
// Kea's control socket: one command in each connection, and the answer until the server closes it (Kea ARM, "Using the
// Control Channel").
#pragma once

#include <QLocalSocket>
#include <memory>

#include "kea/kea_channel.h"

namespace fos1::dhcp {

class KeaSocket final : public KeaChannel {
    Q_OBJECT

   public:
    explicit KeaSocket(const QString& path) : KeaChannel(path) {}
    ~KeaSocket() override;

   private:
    void send(const QByteArray& command) override;
    void drop() override;
    void read();
    void closed();
    void failed(QLocalSocket::LocalSocketError error);

    std::unique_ptr<QLocalSocket> m_socket;
};

/// Why a socket cannot be connected to, and what to do about it.
[[nodiscard]] Error connectionError(const QString& path, QLocalSocket::LocalSocketError error, const QString& words);

}  // namespace fos1::dhcp
