// SPDX-License-Identifier: GPL-2.0-or-later
#include "security/own_certificate.h"

#include <sys/stat.h>

#include <QFile>
#include <QSaveFile>
#include <cerrno>

#include "security/private_file.h"

namespace fos1::ntp {

namespace {

constexpr qint64 kDaySeconds = 86400;
constexpr QFile::Permissions kSecret = QFile::ReadOwner | QFile::WriteOwner;
constexpr QFile::Permissions kPublic = kSecret | QFile::ReadGroup | QFile::ReadOther;

Result<void> save(const QString& path, const QByteArray& content, QFile::Permissions mode) {
    QSaveFile file(path);
    const bool isSaved = file.open(QIODevice::WriteOnly) && file.setPermissions(mode) &&
                         file.write(content) == content.size() && file.commit();
    if (!isSaved) return failure(ErrorCode::Io, file.errorString(), path);
    return {};
}

}  // namespace

Result<KeyPair> OwnCertificate::authority(qint64 nowUnix) const {
    const auto certificate = readSmallFile(authorityFile(), Readers::Anyone);
    const auto key = readSmallFile(file("authority.key"), Readers::OwnerAndGroup);
    if (certificate && key) {
        const auto list = certificatesIn(*certificate);
        if (list) return KeyPair{*certificate, *key};
    }
    auto made = makePair(QStringLiteral("fos1-host time authority"), {}, nowUnix, kOwnAuthorityDays, nullptr);
    if (!made) return made;
    if (auto saved = save(file("authority.key"), made->key, kSecret); !saved) return tl::unexpected(saved.error());
    if (auto saved = save(authorityFile(), made->certificate, kPublic); !saved) return tl::unexpected(saved.error());
    return made;
}

Result<KeyPair> OwnCertificate::kept(const QStringList& names, qint64 nowUnix) const {
    const auto chain = readSmallFile(file("server.crt"), Readers::Anyone);
    if (!chain) return tl::unexpected<Error>(chain.error());
    const auto key = readSmallFile(file("server.key"), Readers::OwnerAndGroup);
    if (!key) return tl::unexpected<Error>(key.error());
    const auto facts = checkPair(*chain, *key, nowUnix);
    if (!facts) return tl::unexpected<Error>(facts.error());
    const bool hasNames =
        std::all_of(names.begin(), names.end(), [&](const QString& name) { return facts->names.contains(name); });
    if (!hasNames || facts->notAfterUnix - nowUnix <= kRenewalDays * kDaySeconds)
        return failure(ErrorCode::NotFound, QStringLiteral("it is time for a new certificate"), file("server.crt"));
    return KeyPair{*chain, *key};
}

Result<KeyPair> OwnCertificate::ensure(const QStringList& names, qint64 nowUnix) const {
    if (::mkdir(QFile::encodeName(m_directory).constData(), 0711) != 0 && errno != EEXIST)
        return failure(ErrorCode::Io, qt_error_string(errno), m_directory);
    if (auto pair = kept(names, nowUnix)) return pair;
    const auto signer = authority(nowUnix);
    if (!signer) return tl::unexpected<Error>(signer.error());
    auto made = makePair(QStringLiteral("fos1-host time server"), names, nowUnix, kOwnCertificateDays, &*signer);
    if (!made) return made;
    made->certificate += signer->certificate;
    if (auto saved = save(file("server.key"), made->key, kSecret); !saved) return tl::unexpected(saved.error());
    if (auto saved = save(file("server.crt"), made->certificate, kPublic); !saved) return tl::unexpected(saved.error());
    return made;
}

}  // namespace fos1::ntp
