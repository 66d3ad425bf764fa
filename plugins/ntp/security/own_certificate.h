// SPDX-License-Identifier: GPL-2.0-or-later
// The certificate that is served when none is given: signed by an authority of this node's own, which clients are told
// to trust once, and renewed in good time. Knows no chronyd.
#pragma once

#include "security/certificate.h"

namespace fos1::ntp {

inline constexpr int kOwnCertificateDays = 90;
inline constexpr int kRenewalDays = 30;  ///< before the end
inline constexpr int kOwnAuthorityDays = 3650;

class OwnCertificate {
   public:
    /// `directory` is made when it is missing; everyone may pass it to the authority.
    explicit OwnCertificate(QString directory) : m_directory(std::move(directory)) {}

    /// The chain and key that are kept, or new ones: when there are none, they are broken, they do not name all of
    /// `names`, or kRenewalDays are left.
    [[nodiscard]] Result<KeyPair> ensure(const QStringList& names, qint64 nowUnix) const;

    /// The same without making any: NotFound when a new one would be made.
    [[nodiscard]] Result<KeyPair> kept(const QStringList& names, qint64 nowUnix) const;

    /// What clients have to trust (ntstrustedcerts of chrony's); readable by everyone.
    [[nodiscard]] QString authorityFile() const { return m_directory + QStringLiteral("/authority.crt"); }

   private:
    [[nodiscard]] Result<KeyPair> authority(qint64 nowUnix) const;
    [[nodiscard]] QString file(const char* name) const { return m_directory + u'/' + QLatin1String(name); }

    QString m_directory;
};

}  // namespace fos1::ntp
