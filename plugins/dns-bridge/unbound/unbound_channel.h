// SPDX-License-Identifier: GPL-2.0-or-later
// unbound's control socket: one command in each connection, and the answer until unbound closes it. A Unix socket, or
// TLS with the certificates of unbound-control-setup(8). Asynchronous and bounded. Must not know what commands mean.
#pragma once

#include <QLocalSocket>
#include <QSslSocket>
#include <QTimer>
#include <functional>
#include <memory>

#include "fos1/result.h"

namespace fos1::dns {

struct UnboundAccess {
    QString socket;  ///< a Unix socket; otherwise:
    QString host;
    quint16 port = 8953;
    QString serverCertificate;   ///< unbound_server.pem
    QString controlCertificate;  ///< unbound_control.pem
    QString controlKey;          ///< unbound_control.key

    [[nodiscard]] QString text() const { return socket.isEmpty() ? host + u'@' + QString::number(port) : socket; }
};

class UnboundChannel final : public QObject {
    Q_OBJECT

   public:
    static constexpr qint64 kMostBytes = qint64{16} * 1024 * 1024;
    using Answered = std::function<void(const Result<QByteArray>&)>;

    explicit UnboundChannel(UnboundAccess access) : m_access(std::move(access)) {}
    ~UnboundChannel() override;

    /// `data`: lines for a command that takes some. `answered` is called once, on a later turn. Not while another call
    /// is under way.
    void ask(const QByteArray& command, const QByteArray& data, Answered answered);

   private:
    void openLocal();
    [[nodiscard]] Result<void> openTls();
    void opened();
    void read();
    void closed();
    void end(const Result<QByteArray>& answer);

    const UnboundAccess m_access;
    std::unique_ptr<QIODevice> m_socket;
    QByteArray m_message;
    QByteArray m_received;
    Answered m_answered;
    QTimer m_deadline;
};

}  // namespace fos1::dns
