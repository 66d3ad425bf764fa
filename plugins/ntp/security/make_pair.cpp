// SPDX-License-Identifier: GPL-2.0-or-later
// Creates keys and certificates (RFC 5280): elliptic curve P-256, SHA-256.
#include <openssl/rand.h>

#include "security/certificate.h"
#include "security/openssl_types.h"

namespace fos1::ntp {

namespace {

using namespace openssl;

constexpr qint64 kDay = 86400;

tl::unexpected<Error> failed(const char* what) {
    return failure(ErrorCode::Io, QStringLiteral("OpenSSL: %1: %2").arg(QLatin1String(what), lastError()));
}

bool addExtension(X509* certificate, X509* issuer, int kind, const QByteArray& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.constData()));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool setSerial(X509* certificate) {
    unsigned char bytes[16] = {};
    if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
    bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40);  // positive and of full length (RFC 5280, 4.1.2.2)
    const std::unique_ptr<BIGNUM, Deleter<BIGNUM, BN_free>> number(BN_bin2bn(bytes, sizeof bytes, nullptr));
    return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
}

bool setName(X509* certificate, const QByteArray& commonName) {
    return X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(commonName.constData()),
                                      static_cast<int>(commonName.size()), -1, 0) == 1;
}

bool addExtensions(X509* certificate, X509* issuer, const QStringList& names, bool isAuthority) {
    return addExtension(certificate, issuer, NID_basic_constraints,
                        isAuthority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE") &&
           addExtension(certificate, issuer, NID_key_usage,
                        isAuthority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature") &&
           addExtension(certificate, issuer, NID_subject_key_identifier, "hash") &&
           (isAuthority ||
            (addExtension(certificate, issuer, NID_authority_key_identifier, "keyid") &&
             addExtension(certificate, issuer, NID_ext_key_usage, "serverAuth") &&
             addExtension(certificate, issuer, NID_subject_alt_name, names.join(QStringLiteral(",")).toLatin1())));
}

}  // namespace

Result<KeyPair> makePair(const QString& commonName, const QStringList& names, qint64 nowUnix, int days,
                         const KeyPair* authority) {
    const PkeyPtr key(EVP_EC_gen("P-256"));
    const X509Ptr certificate(X509_new());
    if (!key || !certificate) return failed("no key");
    X509Ptr issuer;
    PkeyPtr signingKey;
    if (authority) {
        const BioPtr certificateText = reading(authority->certificate);
        const BioPtr keyText = reading(authority->key);
        issuer.reset(PEM_read_bio_X509(certificateText.get(), nullptr, nullptr, nullptr));
        signingKey.reset(PEM_read_bio_PrivateKey(keyText.get(), nullptr, nullptr, nullptr));
        if (!issuer || !signingKey) return failed("the authority cannot be read");
    }
    X509* signer = issuer ? issuer.get() : certificate.get();
    const bool isMade = X509_set_version(certificate.get(), X509_VERSION_3) == 1 && setSerial(certificate.get()) &&
                        setName(certificate.get(), commonName.toUtf8()) &&
                        X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer)) == 1 &&
                        ASN1_TIME_set(X509_getm_notBefore(certificate.get()), nowUnix - kDay) &&
                        ASN1_TIME_set(X509_getm_notAfter(certificate.get()), nowUnix + days * kDay) &&
                        X509_set_pubkey(certificate.get(), key.get()) == 1 &&
                        addExtensions(certificate.get(), signer, names, authority == nullptr) &&
                        X509_sign(certificate.get(), authority ? signingKey.get() : key.get(), EVP_sha256()) > 0;
    if (!isMade) return failed("no certificate");
    const BioPtr certificateOut(BIO_new(BIO_s_mem()));
    const BioPtr keyOut(BIO_new(BIO_s_secmem()));
    if (PEM_write_bio_X509(certificateOut.get(), certificate.get()) != 1 ||
        PEM_write_bio_PrivateKey(keyOut.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return failed("cannot be written");
    return KeyPair{written(certificateOut.get()), written(keyOut.get())};
}

}  // namespace fos1::ntp
