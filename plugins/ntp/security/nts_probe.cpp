// SPDX-License-Identifier: GPL-2.0-or-later
#include "security/nts_probe.h"

#include <QSslCertificate>
#include <QSslConfiguration>

namespace fos1::ntp {

namespace {
constexpr std::chrono::seconds kPatience{5};
const QByteArray kProtocol = "ntske/1";
}  // namespace

NtsProbe::NtsProbe(QObject* parent) : QObject(parent) {
    m_timeout.setSingleShot(true);
    m_timeout.setInterval(kPatience);
    connect(&m_timeout, &QTimer::timeout, this,
            [this] { finish(failure(ErrorCode::Timeout, QStringLiteral("no answer within 5 s"))); });
}

void NtsProbe::run(const QString& address, quint16 port, Completion completion) {
    cancel();
    m_completion = std::move(completion);
    m_socket = std::make_unique<QSslSocket>();
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setProtocol(QSsl::TlsV1_3OrLater);
    configuration.setAllowedNextProtocols({kProtocol});
    // The certificate's digest identifies the server; no certificate is trusted here.
    configuration.setPeerVerifyMode(QSslSocket::QueryPeer);
    m_socket->setSslConfiguration(configuration);
    connect(m_socket.get(), &QSslSocket::sslErrors, m_socket.get(),
            [socket = m_socket.get()] { socket->ignoreSslErrors(); });
    connect(m_socket.get(), &QSslSocket::encrypted, this, [this] {
        if (m_socket->sslConfiguration().nextNegotiatedProtocol() != kProtocol)
            return finish(failure(ErrorCode::Protocol, QStringLiteral("the server does not speak ntske/1")));
        finish(m_socket->peerCertificate().digest(QCryptographicHash::Sha256));
    });
    connect(m_socket.get(), &QSslSocket::errorOccurred, this,
            [this] { finish(failure(ErrorCode::Io, m_socket->errorString())); });
    m_timeout.start();
    m_socket->connectToHostEncrypted(address, port);
}

void NtsProbe::cancel() {
    m_completion = nullptr;
    m_timeout.stop();
    if (!m_socket) return;
    m_socket->disconnect(this);
    m_socket->abort();
    m_socket.release()->deleteLater();  // this call may come from the socket
}

void NtsProbe::finish(const Result<QByteArray>& result) {
    const Completion done = std::exchange(m_completion, nullptr);
    cancel();
    if (done) done(result);
}

}  // namespace fos1::ntp
