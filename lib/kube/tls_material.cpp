// SPDX-License-Identifier: GPL-2.0-or-later
#include "tls_material.h"

#include <QSslCertificate>
#include <QSslKey>
#include <algorithm>

namespace fos1::kube {

namespace {

QSslKey keyFrom(const QByteArray& pem) {
    for (const QSsl::KeyAlgorithm algorithm : {QSsl::Rsa, QSsl::Ec, QSsl::Dsa})
        if (QSslKey key(pem, algorithm); !key.isNull()) return key;
    return {};
}

}  // namespace

Result<QSslConfiguration> tlsConfiguration(const ClusterAccess& access, const QByteArray& authority,
                                           const Authorization& authorization) {
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    if (access.isInsecure) tls.setPeerVerifyMode(QSslSocket::VerifyNone);
    if (access.authority.isSet()) {
        const QList<QSslCertificate> authorities = QSslCertificate::fromData(authority);
        if (authorities.isEmpty())
            return failure(
                ErrorCode::InvalidInput, QStringLiteral("contains no certificate"),
                access.authority.file.isEmpty() ? QStringLiteral("certificate-authority-data") : access.authority.file);
        tls.setCaCertificates(authorities);
    }
    if (!authorization.certificate.isEmpty()) {
        const QList<QSslCertificate> chain = QSslCertificate::fromData(authorization.certificate);
        const QSslKey key = keyFrom(authorization.key);
        if (chain.isEmpty() || key.isNull())
            return failure(ErrorCode::InvalidInput, QStringLiteral("the client certificate or its key is not in PEM"));
        tls.setLocalCertificateChain(chain);
        tls.setPrivateKey(key);
    }
    return tls;
}

bool isOnlyAboutTime(const QList<QSslError>& errors) {
    return !errors.isEmpty() && std::all_of(errors.begin(), errors.end(), [](const QSslError& error) {
        return error.error() == QSslError::CertificateNotYetValid || error.error() == QSslError::CertificateExpired;
    });
}

QString textOf(const QList<QSslError>& errors) {
    QStringList texts;
    for (const QSslError& error : errors) texts.append(error.errorString());
    texts.removeDuplicates();
    return texts.join(QStringLiteral("; "));
}

}  // namespace fos1::kube
