// SPDX-License-Identifier: GPL-2.0-or-later
#include "kea/kea_agent.h"

#include <QNetworkProxy>
#include <QSslError>
#include <utility>

namespace fos1::dhcp {

namespace {

constexpr int kOk = 200;
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;

}  // namespace

KeaAgent::KeaAgent(AgentAccess access, QByteArray service)
    : KeaChannel(access.url.toDisplayString()), m_access(std::move(access)), m_service(std::move(service)) {
    m_network.setProxy(QNetworkProxy::NoProxy);
}

KeaAgent::~KeaAgent() {
    if (m_reply) m_reply->disconnect(this);
}

void KeaAgent::send(const QByteArray& command) {
    const auto sent = post(command);
    // Answers come on a later turn.
    if (!sent)
        QMetaObject::invokeMethod(
            this, [this, error = sent.error()] { fail(error.code, error.text()); }, Qt::QueuedConnection);
}

Result<void> KeaAgent::post(const QByteArray& command) {
    const auto credentials = readCredentials(m_access);
    if (!credentials) return tl::unexpected(credentials.error());
    if (!m_tls || !(m_credentials == *credentials)) {
        auto tls = tlsFrom(m_access, *credentials);
        if (!tls) return tl::unexpected(tls.error());
        m_tls = std::move(*tls);
        m_credentials = *credentials;
    }
    QUrl url = m_access.url;
    if (url.path().isEmpty()) url.setPath(QStringLiteral("/"));
    QNetworkRequest request(url);
    request.setSslConfiguration(*m_tls);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    request.setRawHeader("Content-Type", "application/json");
    request.setRawHeader("Accept", "application/json");
    // What is compressed has no bound, and a kept connection is one on which a command could be sent twice.
    request.setRawHeader("Accept-Encoding", "identity");
    request.setRawHeader("Connection", "close");
    if (!m_credentials.authorization.isEmpty()) request.setRawHeader("Authorization", m_credentials.authorization);
    m_tlsProblem.clear();
    m_reply = m_network.post(request, command);
    m_reply->setReadBufferSize(kReadAtOnce);
    connect(m_reply, &QNetworkReply::readyRead, this, &KeaAgent::read);
    connect(m_reply, &QNetworkReply::finished, this, &KeaAgent::finished);
    connect(m_reply, &QNetworkReply::sslErrors, this,
            [this](const QList<QSslError>& errors) { m_tlsProblem = wordsOf(errors); });
    return {};
}

void KeaAgent::drop() {
    QNetworkReply* const reply = std::exchange(m_reply, nullptr);
    if (!reply) return;
    reply->disconnect(this);
    reply->abort();
    reply->deleteLater();
}

void KeaAgent::read() {
    if (m_reply) received(m_reply->read(kReadAtOnce));
}

void KeaAgent::finished() {
    QNetworkReply* const reply = m_reply;
    while (reply && m_reply == reply && reply->bytesAvailable() > 0) read();
    if (!reply || m_reply != reply) return;
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (!m_tlsProblem.isEmpty())
        fail(ErrorCode::Refused, m_tlsProblem);
    else if (status == kUnauthorized)
        fail(ErrorCode::Refused, m_access.user.isEmpty()
                                     ? QStringLiteral("the agent wants a user and a password (HTTP status 401); set "
                                                      "\"user\" and \"passwordFile\"")
                                     : QStringLiteral("the agent refuses the user %1 with the password in %2 (HTTP "
                                                      "status 401)")
                                           .arg(m_access.user, m_access.passwordFile));
    else if (status == kForbidden)
        fail(ErrorCode::Refused, QStringLiteral("the agent does not permit this (HTTP status 403)"));
    else if (status != 0 && status != kOk)
        fail(ErrorCode::Protocol,
             QStringLiteral("HTTP status %1: this is not a control agent of Kea, or not its path").arg(status));
    else if (m_reply->error() != QNetworkReply::NoError)
        explainNetworkError();
    else
        complete();
}

void KeaAgent::explainNetworkError() {
    using Reply = QNetworkReply;
    const bool isTls = m_access.url.scheme() == QStringLiteral("https");
    switch (m_reply->error()) {
        case Reply::ConnectionRefusedError:
            fail(ErrorCode::Io, QStringLiteral("nothing listens there: the control agent has stopped"));
            return;
        case Reply::HostNotFoundError:
            fail(ErrorCode::NotFound, QStringLiteral("the host is unknown: %1").arg(m_access.url.host()));
            return;
        case Reply::RemoteHostClosedError:
            fail(ErrorCode::Io, QStringLiteral("the agent closed the connection%1")
                                    .arg(isTls ? QString() : QStringLiteral("; if it uses TLS, write https://")));
            return;
        case Reply::SslHandshakeFailedError:
            fail(ErrorCode::Refused, QStringLiteral("TLS failed: ") + m_reply->errorString());
            return;
        default: break;
    }
    // In TLS 1.3, the agent judges our certificate after the handshake.
    if (isTls && m_access.certificateFile.isEmpty() && m_reply->errorString().contains(u"certificate required"))
        fail(ErrorCode::Refused,
             QStringLiteral("the agent wants a client certificate; set \"certificateFile\" and \"keyFile\""));
    else
        fail(ErrorCode::Io, m_reply->errorString());
}

QString KeaAgent::wordsOf(const QList<QSslError>& errors) const {
    QStringList words;
    for (const QSslError& each : errors) {
        switch (each.error()) {
            case QSslError::HostNameMismatch:
                words.append(QStringLiteral("the certificate is not for the host %1").arg(m_access.url.host()));
                break;
            case QSslError::UnableToGetIssuerCertificate:
            case QSslError::UnableToGetLocalIssuerCertificate:
            case QSslError::UnableToVerifyFirstCertificate:
            case QSslError::SelfSignedCertificate:
            case QSslError::SelfSignedCertificateInChain:
            case QSslError::CertificateUntrusted:
                words.append(QStringLiteral("the certificate is not from an authority %1")
                                 .arg(m_access.caFile.isEmpty() ? QStringLiteral("of this system; set \"caFile\"")
                                                                : QStringLiteral("in %1").arg(m_access.caFile)));
                break;
            default: words.append(each.errorString());
        }
    }
    words.removeDuplicates();
    return QStringLiteral("TLS: ") + words.join(QStringLiteral("; "));
}

}  // namespace fos1::dhcp
