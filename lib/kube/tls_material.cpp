// SPDX-License-Identifier: GPL-2.0-or-later
#include "tls_material.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace fos1::kube {

namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

Bio reader(const QByteArray& pem) { return {BIO_new_mem_buf(pem.constData(), static_cast<int>(pem.size())), BIO_free}; }

bool hasCertificate(const QByteArray& pem) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr), X509_free);
    return certificate != nullptr;
}

bool hasKey(const QByteArray& pem) {
    // Without this, OpenSSL asks for a passphrase on the terminal.
    const auto noPassphrase = [](char* /*buffer*/, int /*size*/, int /*isWritten*/, void* /*user*/) { return -1; };
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, noPassphrase, nullptr), EVP_PKEY_free);
    return key != nullptr;
}

}  // namespace

Result<ConnectionPool::Settings> connectionSettings(const ClusterAccess& access, const QByteArray& authority,
                                                    const Authorization& authorization) {
    if (access.authority.isSet() && !hasCertificate(authority))
        return failure(
            ErrorCode::InvalidInput, QStringLiteral("contains no certificate"),
            access.authority.file.isEmpty() ? QStringLiteral("certificate-authority-data") : access.authority.file);
    if (!authorization.certificate.isEmpty() &&
        (!hasCertificate(authorization.certificate) || !hasKey(authorization.key)))
        return failure(ErrorCode::InvalidInput,
                       QStringLiteral("the client certificate or its key is not in PEM, or is encrypted"));
    return ConnectionPool::Settings{access.server,     access.proxy,
                                    access.isInsecure, access.serverName.toUtf8(),
                                    authority,         authorization.certificate,
                                    authorization.key};
}

}  // namespace fos1::kube
