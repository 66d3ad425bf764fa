// SPDX-License-Identifier: GPL-2.0-or-later
#include "security/certificate.h"

#include <QDateTime>
#include <QTimeZone>
#include <ctime>

#include "model/addresses.h"
#include "security/openssl_types.h"

namespace fos1::ntp {

namespace {

using namespace openssl;

tl::unexpected<Error> wrong(const QString& what) { return failure(ErrorCode::InvalidInput, what); }

/// Prevents a passphrase prompt on the terminal.
int noPassphrase(char* /*buffer*/, int /*size*/, int /*isWriting*/, void* /*data*/) { return -1; }

Result<std::vector<X509Ptr>> readCertificates(const QByteArray& text) {
    std::vector<X509Ptr> list;
    const BioPtr bio = reading(text);
    for (;;) {
        X509Ptr certificate(PEM_read_bio_X509(bio.get(), nullptr, &noPassphrase, nullptr));
        if (!certificate) break;
        list.push_back(std::move(certificate));
    }
    const unsigned long code = ERR_peek_last_error();
    const bool isEnd = ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
    if (!isEnd) return wrong(QStringLiteral("contains a certificate that cannot be read: %1").arg(lastError()));
    ERR_clear_error();
    if (list.empty()) return wrong(QStringLiteral("contains no certificate in PEM"));
    return list;
}

Result<PkeyPtr> readKey(const QByteArray& text) {
    const BioPtr bio = reading(text);
    PkeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &noPassphrase, nullptr));
    if (key) return key;
    if (text.contains("ENCRYPTED")) {
        ERR_clear_error();
        return wrong(QStringLiteral("the key is encrypted; chronyd cannot prompt for its passphrase"));
    }
    ERR_clear_error();
    return wrong(QStringLiteral("contains no private key in PEM"));
}

qint64 unixTime(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return 0;
    return ::timegm(&parts);
}

QString dayOf(qint64 unixSeconds) {
    return QDateTime::fromSecsSinceEpoch(unixSeconds, QTimeZone::utc()).toString(QStringLiteral("yyyy-MM-dd HH:mm")) +
           QStringLiteral(" UTC");
}

QStringList namesOf(X509* certificate) {
    QStringList names;
    const NamesPtr list(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(list.get(), i);
        if (name->type == GEN_DNS) {
            names.append(QStringLiteral("DNS:") +
                         QString::fromLatin1(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                                             ASN1_STRING_length(name->d.dNSName)));
        } else if (name->type == GEN_IPADD) {
            const auto address = IpAddress::fromBytes(ASN1_STRING_get0_data(name->d.iPAddress),
                                                      static_cast<std::size_t>(ASN1_STRING_length(name->d.iPAddress)));
            if (address) names.append(QStringLiteral("IP:") + address->text());
        }
    }
    return names;
}

CertificateFacts factsOf(X509* certificate) {
    CertificateFacts facts;
    const BioPtr subject(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(subject.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
    facts.subject = QString::fromUtf8(written(subject.get()));
    facts.names = namesOf(certificate);
    facts.notBeforeUnix = unixTime(X509_get0_notBefore(certificate));
    facts.notAfterUnix = unixTime(X509_get0_notAfter(certificate));
    unsigned char digest[EVP_MAX_MD_SIZE] = {};
    unsigned int size = 0;
    if (X509_digest(certificate, EVP_sha256(), digest, &size) == 1)
        facts.sha256 = QByteArray(reinterpret_cast<const char*>(digest), static_cast<qsizetype>(size));
    facts.isSelfSigned = X509_self_signed(certificate, 0) == 1;
    return facts;
}

}  // namespace

Result<CertificateFacts> checkPair(const QByteArray& chain, const QByteArray& key, qint64 nowUnix) {
    const auto certificates = readCertificates(chain);
    if (!certificates) return tl::unexpected<Error>(certificates.error());
    const auto pkey = readKey(key);
    if (!pkey) return tl::unexpected<Error>(pkey.error());
    X509* leaf = certificates->front().get();
    if (X509_check_private_key(leaf, pkey->get()) != 1) {
        ERR_clear_error();
        return wrong(QStringLiteral("the key does not belong to the certificate"));
    }
    CertificateFacts facts = factsOf(leaf);
    if (nowUnix < facts.notBeforeUnix)
        return wrong(QStringLiteral("the certificate is not valid before %1").arg(dayOf(facts.notBeforeUnix)));
    if (nowUnix > facts.notAfterUnix)
        return wrong(QStringLiteral("the certificate has expired on %1").arg(dayOf(facts.notAfterUnix)));
    if (facts.names.isEmpty())
        return wrong(QStringLiteral("the certificate names no host (subjectAltName), so no client accepts it"));
    if (X509_check_purpose(leaf, X509_PURPOSE_SSL_SERVER, 0) != 1)
        return wrong(QStringLiteral("the certificate is not for servers (extendedKeyUsage)"));
    for (std::size_t i = 0; i + 1 < certificates->size(); ++i) {
        EVP_PKEY* issuer = X509_get0_pubkey((*certificates)[i + 1].get());
        if (!issuer || X509_verify((*certificates)[i].get(), issuer) != 1) {
            ERR_clear_error();
            return wrong(QStringLiteral("certificate %1 of the chain is not signed by the one after it").arg(i + 1));
        }
    }
    return facts;
}

Result<std::vector<QByteArray>> certificatesIn(const QByteArray& bundle) {
    const auto certificates = readCertificates(bundle);
    if (!certificates) return tl::unexpected<Error>(certificates.error());
    std::vector<QByteArray> list;
    for (const X509Ptr& certificate : *certificates) {
        const BioPtr out(BIO_new(BIO_s_mem()));
        PEM_write_bio_X509(out.get(), certificate.get());
        list.push_back(written(out.get()));
    }
    return list;
}

}  // namespace fos1::ntp
