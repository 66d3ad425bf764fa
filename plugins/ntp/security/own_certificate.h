// SPDX-License-Identifier: GPL-2.0-or-later
// The certificate that is served when none is configured. It is signed by an authority of this node, which clients must
// trust once, and is renewed in good time. Must not know chronyd.
#pragma once

#include "security/certificate.h"

namespace fos1::ntp {

inline constexpr int kOwnCertificateDays = 90;
inline constexpr int kRenewalDays = 30;  ///< before expiry
inline constexpr int kOwnAuthorityDays = 3650;

class OwnCertificate {
   public:
    /// `directory` is created if it is missing. All users may traverse it to read the authority file.
    explicit OwnCertificate(QString directory) : m_directory(std::move(directory)) {}

    /// The stored chain and key. Creates new ones when there are none, they are broken, they do not contain all
    /// `names`, or at most kRenewalDays are left.
    [[nodiscard]] Result<KeyPair> ensure(const QStringList& names, qint64 nowUnix) const;

    /// The same without creating any: NotFound when new ones would be created.
    [[nodiscard]] Result<KeyPair> kept(const QStringList& names, qint64 nowUnix) const;

    /// The file that clients must trust (chrony's ntstrustedcerts); readable for all users.
    [[nodiscard]] QString authorityFile() const { return m_directory + QStringLiteral("/authority.crt"); }

   private:
    [[nodiscard]] Result<KeyPair> authority(qint64 nowUnix) const;
    [[nodiscard]] QString file(const char* name) const { return m_directory + u'/' + QLatin1String(name); }

    QString m_directory;
};

}  // namespace fos1::ntp
