// SPDX-License-Identifier: GPL-2.0-or-later
#include "directory/manifest_writer.h"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

#include "core/manifest_text.h"

namespace fos1::crd {

namespace {

// A manifest can contain a key, so only the owner may read a file that we create.
constexpr QFile::Permissions kOwnerOnly = QFile::ReadOwner | QFile::WriteOwner;
constexpr QFile::Permissions kNewFileMode = kOwnerOnly | QFile::ReadGroup;

Result<void> save(const QString& path, const QByteArray& text, QFile::Permissions newFileMode = kNewFileMode) {
    const QFileInfo existing(path);
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly)) return failure(ErrorCode::Io, file.errorString(), path);
    const bool isSaved = file.setPermissions(existing.exists() ? existing.permissions() : newFileMode) &&
                         file.write(text) == text.size() && file.commit();
    if (!isSaved) return failure(ErrorCode::Io, file.errorString(), path);
    return {};
}

/// The text of the file and the line of the object's document.
struct Place {
    QByteArray text;
    int line = 0;
    std::size_t documents = 0;
};

Result<Place> placeOf(const DirectorySource& source, const QString& path, const ObjectKey& key) {
    const ManifestFile& file = source.files().at(path);
    if (!file.problems.isEmpty())
        return failure(ErrorCode::Conflict, QStringLiteral("fix this file first: ") + file.problems.first(), path);
    QFile input(path);
    if (!input.open(QIODevice::ReadOnly)) return failure(ErrorCode::Io, input.errorString(), path);
    for (const yaml::Document& document : file.documents)
        if (keyOf(document.value) == key)
            return Place{input.readAll(), document.positionOf({}).line, file.documents.size()};
    return failure(ErrorCode::NotFound, key.text() + QStringLiteral(" is not in this file"), path);
}

}  // namespace

Result<QString> writeManifest(const DirectorySource& source, const QCborMap& object) {
    const ObjectKey key = keyOf(object);
    const QByteArray document = yaml::emit(object);
    if (const auto path = source.fileOf(key)) {
        const auto place = placeOf(source, *path, key);
        if (!place) return tl::unexpected<Error>(place.error());
        const QByteArray text = place->documents == 1 ? document : replaceDocument(place->text, place->line, document);
        if (const auto saved = save(*path, text); !saved) return tl::unexpected<Error>(saved.error());
        return *path;
    }
    const QString path =
        QStringLiteral("%1/%2.%3.%4.yaml").arg(source.directory(), key.kind.toLower(), key.ns, key.name);
    if (QFileInfo::exists(path))
        return failure(ErrorCode::Conflict, QStringLiteral("already exists and does not contain ") + key.text(), path);
    const QFile::Permissions mode = isSecret(key) ? kOwnerOnly : kNewFileMode;
    if (const auto saved = save(path, document, mode); !saved) return tl::unexpected<Error>(saved.error());
    return path;
}

Result<QString> eraseManifest(const DirectorySource& source, const ObjectKey& key) {
    const auto path = source.fileOf(key);
    if (!path) return failure(ErrorCode::NotFound, key.text() + QStringLiteral(" is not in any file"));
    const auto place = placeOf(source, *path, key);
    if (!place) return tl::unexpected<Error>(place.error());
    if (place->documents > 1) {
        if (const auto saved = save(*path, replaceDocument(place->text, place->line, {})); !saved)
            return tl::unexpected<Error>(saved.error());
        return *path;
    }
    QFile file(*path);
    if (!file.remove()) return failure(ErrorCode::Io, file.errorString(), *path);
    return *path;
}

}  // namespace fos1::crd
