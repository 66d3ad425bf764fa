// SPDX-License-Identifier: GPL-2.0-or-later
// Looks at certificates and keys in PEM with OpenSSL, before chronyd sees them: it goes on without a word when it
// cannot use them. Knows no files and no chronyd.
#pragma once

#include <QByteArray>
#include <QStringList>
#include <vector>

#include "fos1/result.h"

namespace fos1::ntp {

struct CertificateFacts {
    QString subject;
    QStringList names;  ///< subjectAltName, "DNS:ntp.example.org" or "IP:192.0.2.1"
    qint64 notBeforeUnix = 0;
    qint64 notAfterUnix = 0;
    QByteArray sha256;  ///< of the DER form
    bool isSelfSigned = false;
    bool operator==(const CertificateFacts&) const = default;
};

/// What is in the first certificate of `chain`, when a server can use it with `key` at `nowUnix`. InvalidInput says
/// what is wrong: not PEM, another key, not yet valid, expired, no subjectAltName (clients match nothing else, RFC
/// 6125), not for servers, a chain whose certificates do not sign each other. Nothing of the key is in a message.
[[nodiscard]] Result<CertificateFacts> checkPair(const QByteArray& chain, const QByteArray& key, qint64 nowUnix);

/// The certificates of a bundle in PEM, as PEM; InvalidInput when there is none, or something broken among them.
[[nodiscard]] Result<std::vector<QByteArray>> certificatesIn(const QByteArray& bundle);

struct KeyPair {
    QByteArray certificate;  ///< PEM
    QByteArray key;          ///< PEM; secret
};

/// A new key and certificate for a server of these `names` (as in CertificateFacts), signed by `authority`; when that
/// is null, a new authority. Valid from a day before `nowUnix` for `days`.
[[nodiscard]] Result<KeyPair> makePair(const QString& commonName, const QStringList& names, qint64 nowUnix, int days,
                                       const KeyPair* authority);

}  // namespace fos1::ntp
