// SPDX-License-Identifier: GPL-2.0-or-later
// Checks PEM certificates and keys with OpenSSL before chronyd gets them, because chronyd silently continues without
// unusable ones. Must not know files or chronyd.
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

/// The facts of the first certificate of `chain`, if a server can use it with `key` at `nowUnix`. InvalidInput names
/// what is wrong: not PEM, another key, not yet valid, expired, no subjectAltName (clients match nothing else, RFC
/// 6125), not for servers, a chain whose certificates do not sign each other. Messages contain no part of the key.
[[nodiscard]] Result<CertificateFacts> checkPair(const QByteArray& chain, const QByteArray& key, qint64 nowUnix);

/// The certificates of a PEM bundle, as PEM. InvalidInput when there is none or one of them is broken.
[[nodiscard]] Result<std::vector<QByteArray>> certificatesIn(const QByteArray& bundle);

struct KeyPair {
    QByteArray certificate;  ///< PEM
    QByteArray key;          ///< PEM; secret
};

/// Creates a key and certificate for a server with these `names` (as in CertificateFacts), signed by `authority`; with
/// a null `authority`, creates a new authority. Valid from a day before `nowUnix` for `days`.
[[nodiscard]] Result<KeyPair> makePair(const QString& commonName, const QStringList& names, qint64 nowUnix, int days,
                                       const KeyPair* authority);

}  // namespace fos1::ntp
