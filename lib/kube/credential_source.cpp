// SPDX-License-Identifier: GPL-2.0-or-later
#include "credential_source.h"

#include <utility>

namespace fos1::kube {

namespace {

QByteArray bearer(const QByteArray& token) { return token.isEmpty() ? token : "Bearer " + token; }

/// Considers a credential expired a little early, so that it does not expire during a request.
bool isFresh(const ExecCredential& credential) {
    constexpr qint64 kMarginSeconds = 10;
    return !credential.expires.isValid() ||
           QDateTime::currentDateTimeUtc().addSecs(kMarginSeconds) < credential.expires;
}

}  // namespace

CredentialSource::CredentialSource(Credentials credentials, QObject* parent)
    : QObject(parent), m_credentials(std::move(credentials)) {}

CredentialSource::~CredentialSource() = default;

Result<Authorization> CredentialSource::fixed() const {
    Authorization authorization;
    const auto certificate = m_credentials.certificate.read();
    if (!certificate) return tl::unexpected(certificate.error());
    const auto key = m_credentials.key.read();
    if (!key) return tl::unexpected(key.error());
    authorization.certificate = *certificate;
    authorization.key = *key;
    if (!m_credentials.tokenFile.isEmpty()) {
        const auto token = readSmallFile(m_credentials.tokenFile);
        if (!token) return tl::unexpected(token.error());
        authorization.header = bearer(token->trimmed());
    } else if (!m_credentials.token.isEmpty()) {
        authorization.header = bearer(m_credentials.token.toUtf8());
    } else if (!m_credentials.username.isEmpty()) {
        authorization.header = "Basic " + (m_credentials.username + u':' + m_credentials.password).toUtf8().toBase64();
    }
    return authorization;
}

Result<Authorization> CredentialSource::with(const ExecCredential& credential) const {
    auto authorization = fixed();
    if (!authorization) return authorization;
    if (!credential.token.isEmpty()) authorization->header = bearer(credential.token.toUtf8());
    if (!credential.certificate.isEmpty()) {
        authorization->certificate = credential.certificate;
        authorization->key = credential.key;
    }
    return authorization;
}

void CredentialSource::get(Done done) {
    if (!m_credentials.exec) return done(fixed());
    if (m_cached && isFresh(*m_cached)) return done(with(*m_cached));
    m_waiting.push_back(std::move(done));
    if (m_waiting.size() > 1) return;
    m_runner = std::make_unique<ExecRunner>(*m_credentials.exec, [this](const Result<ExecCredential>& result) {
        // This call comes from the runner, so it cannot be deleted here.
        m_runner.release()->deleteLater();
        m_cached.reset();
        if (result) m_cached = *result;
        for (const Done& waiting : std::exchange(m_waiting, {}))
            waiting(result ? with(*result) : Result<Authorization>(tl::unexpected(result.error())));
    });
}

}  // namespace fos1::kube
