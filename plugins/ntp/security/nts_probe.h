// SPDX-License-Identifier: GPL-2.0-or-later
// Connects to a port like a client of NTS key establishment (RFC 8915, section 4: TLS 1.3, ALPN "ntske/1") and reads
// the served certificate. Must not know chronyd; requests no cookies.
#pragma once

#include <QObject>
#include <QSslSocket>
#include <QTimer>
#include <functional>

#include "fos1/result.h"

namespace fos1::ntp {

class NtsProbe final : public QObject {
    Q_OBJECT
   public:
    /// The SHA-256 digest of the served certificate.
    using Completion = std::function<void(const Result<QByteArray>&)>;

    explicit NtsProbe(QObject* parent = nullptr);

    /// Completes once, from the event loop, within 5 s. A later call replaces an earlier one.
    void run(const QString& address, quint16 port, Completion completion);
    void cancel();

   private:
    void finish(const Result<QByteArray>& result);

    std::unique_ptr<QSslSocket> m_socket;
    QTimer m_timeout;
    Completion m_completion;
};

}  // namespace fos1::ntp
