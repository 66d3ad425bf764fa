// SPDX-License-Identifier: GPL-2.0-or-later
// What is known of the NTS server of this node, as plain facts.
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace fos1::ntp {

enum class CertificateOrigin { Unknown = 0, Own, File, Secret };

/// Whether a TLS client got the certificate on the port of the key exchange.
enum class ProbeOutcome { Unknown = 0, NotTried, Served, Failed };

struct NtsFacts {
    CertificateOrigin origin = CertificateOrigin::Unknown;
    QString problem;         ///< why there is no certificate to serve with; empty: there is one
    QString renewalProblem;  ///< why a new certificate is not served instead of this one; empty: there is no new one
    QString subject;
    QStringList names;
    qint64 notAfterUnix = 0;
    QByteArray sha256;
    QString authorityFile;  ///< of an own certificate: what clients have to trust
    ProbeOutcome probe = ProbeOutcome::Unknown;
    QString probeProblem;
    bool operator==(const NtsFacts&) const = default;
};

}  // namespace fos1::ntp
