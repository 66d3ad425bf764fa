// SPDX-License-Identifier: GPL-2.0-or-later
#include "security/nts_files.h"

#include <QCryptographicHash>
#include <QDir>

#include "chrony/config_file.h"

namespace fos1::ntp {

namespace {

/// A name that differs for different contents and reveals nothing of them.
QString nameOf(const QByteArray& content) {
    return QString::fromLatin1(QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex().left(16));
}

}  // namespace

NtsServerFiles NtsFiles::namesOf(const KeyPair& pair) const {
    const QString stem = QStringLiteral("%1/server-%2").arg(m_directory, nameOf(pair.certificate + pair.key));
    return {stem + QStringLiteral(".crt"), stem + QStringLiteral(".key")};
}

QString NtsFiles::nameOfBundle(const QByteArray& bundle) const {
    return QStringLiteral("%1/trusted-%2.crt").arg(m_directory, nameOf(bundle));
}

tl::expected<void, Error> NtsFiles::write(const QString& path, const QByteArray& content, const RunAs& user) const {
    if (auto made = prepareReadableDirectory(m_directory, user); !made) return made;
    return writeConfigFile(path, content, user);
}

Result<NtsServerFiles> NtsFiles::place(const KeyPair& pair, const RunAs& user) const {
    NtsServerFiles files = namesOf(pair);
    if (auto written = write(files.certificate, pair.certificate, user); !written)
        return tl::unexpected<Error>(written.error());
    if (auto written = write(files.key, pair.key, user); !written) return tl::unexpected<Error>(written.error());
    return files;
}

Result<QString> NtsFiles::placeBundle(const QByteArray& bundle, const RunAs& user) const {
    QString path = nameOfBundle(bundle);
    if (auto written = write(path, bundle, user); !written) return tl::unexpected<Error>(written.error());
    return path;
}

void NtsFiles::removeAllBut(const QStringList& kept) const {
    const QDir directory(m_directory);
    for (const QString& name : directory.entryList(QDir::Files))
        if (!kept.contains(directory.filePath(name))) QFile::remove(directory.filePath(name));
}

}  // namespace fos1::ntp
