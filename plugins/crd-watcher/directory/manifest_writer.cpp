// SPDX-License-Identifier: GPL-2.0-or-later
#include "directory/manifest_writer.h"

#include <sys/stat.h>

#include <QFile>
#include <QFileInfo>
#include <QJsonObject>
#include <QSaveFile>
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/manifest_edit.h"
#include "core/manifest_text.h"
#include "fos1/merge_patch.h"

namespace fos1::crd {

namespace {

// A manifest can contain a key, so only the owner may read a file that we create.
constexpr mode_t kSecretMode = 0600;
constexpr mode_t kNewFileMode = 0640;

QString systemReason() { return QString::fromLocal8Bit(std::strerror(errno)); }

bool isSameFile(const struct stat& one, const struct stat& other) {
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino && one.st_size == other.st_size &&
           one.st_mtim.tv_sec == other.st_mtim.tv_sec && one.st_mtim.tv_nsec == other.st_mtim.tv_nsec;
}

tl::unexpected<Error> changedMeanwhile(const QString& path) {
    return failure(ErrorCode::Conflict,
                   QStringLiteral("was changed since it was read; nothing was written, so look at it and try again"),
                   path);
}

/// A file as it is now.
struct Current {
    QByteArray text;
    struct stat info {};
    std::vector<yaml::Document> documents;
    std::size_t index = 0;  ///< of the object's document

    [[nodiscard]] int line() const { return documents[index].positionOf({}).line; }
};

const yaml::Document* find(const std::vector<yaml::Document>& documents, const ObjectKey& key) {
    const auto found = std::find_if(documents.begin(), documents.end(),
                                    [&](const yaml::Document& each) { return keyOf(each.value) == key; });
    return found == documents.end() ? nullptr : &*found;
}

Result<Current> read(const DirectorySource& source, const QString& path, const ObjectKey& key) {
    const ManifestFile& known = source.files().at(path);
    if (!known.problems.isEmpty())
        return failure(ErrorCode::Conflict, QStringLiteral("fix this file first: ") + known.problems.first(), path);
    Current now;
    QFile input(path);
    if (!input.open(QIODevice::ReadOnly)) return failure(ErrorCode::Io, input.errorString(), path);
    if (::fstat(input.handle(), &now.info) != 0) return failure(ErrorCode::Io, systemReason(), path);
    now.text = input.read(kMostManifestBytes + 1);
    auto documents = yaml::parse(now.text, path);
    if (!documents)
        return failure(ErrorCode::Conflict, QStringLiteral("fix this file first: ") + documents.error().text(), path);
    now.documents = std::move(*documents);
    const yaml::Document* found = find(now.documents, key);
    if (!found || !source.isAsRead(path, found->value)) return changedMeanwhile(path);
    now.index = static_cast<std::size_t>(found - now.documents.data());
    return now;
}

/// Replaces `path`, or creates it when `replaced` is null.
Result<void> save(const QString& path, const QByteArray& text, const Current* replaced, mode_t newFileMode) {
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly)) return failure(ErrorCode::Io, file.errorString(), path);
    const auto refuse = [&](const QString& why) {
        file.cancelWriting();
        return failure(ErrorCode::Io, why, path);
    };
    struct stat created {};
    if (::fstat(file.handle(), &created) != 0) return refuse(systemReason());
    // The mode after the owner, whose change clears bits of it.
    const bool isOthers =
        replaced && (replaced->info.st_uid != created.st_uid || replaced->info.st_gid != created.st_gid);
    if (isOthers && ::fchown(file.handle(), replaced->info.st_uid, replaced->info.st_gid) != 0)
        return refuse(QStringLiteral("its owner cannot be kept: ") + systemReason());
    if (::fchmod(file.handle(), replaced ? replaced->info.st_mode & 07777 : newFileMode) != 0)
        return refuse(systemReason());
    if (file.write(text) != text.size()) return refuse(file.errorString());
    struct stat now {};
    const bool isThere = ::stat(QFile::encodeName(path).constData(), &now) == 0;
    if (isThere != (replaced != nullptr) || (replaced && !isSameFile(now, replaced->info))) {
        file.cancelWriting();
        return changedMeanwhile(path);
    }
    if (!file.commit()) return failure(ErrorCode::Io, file.errorString(), path);
    return {};
}

/// Whether `text` is read as the documents of `before`, except that the one at `index` is `wanted`, or absent if that
/// is null.
bool isAsIntended(const QByteArray& text, const Current& before, const QCborMap* wanted) {
    const auto documents = yaml::parse(text, {});
    if (!documents) return false;
    std::vector<QCborMap> expected;
    for (std::size_t i = 0; i < before.documents.size(); ++i) {
        if (i != before.index)
            expected.push_back(before.documents[i].value);
        else if (wanted)
            expected.push_back(*wanted);
    }
    return std::equal(documents->begin(), documents->end(), expected.begin(), expected.end(),
                      [](const yaml::Document& document, const QCborMap& value) {
                          return document.value.toJsonObject() == value.toJsonObject();
                      });
}

Result<QString> saveEdited(const QString& path, const Current& now, const QByteArray& text, const QCborMap* wanted) {
    if (!isAsIntended(text, now, wanted))
        return failure(ErrorCode::Refused,
                       QStringLiteral("cannot be edited by a program without a risk for its other content; edit it "
                                      "yourself"),
                       path);
    if (const auto saved = save(path, text, &now, 0); !saved) return tl::unexpected<Error>(saved.error());
    return path;
}

Result<QString> saveObject(const QString& path, const Current& now, const QCborMap& object) {
    const QByteArray edited = editDocument(documentText(now.text, now.line()), object);
    return saveEdited(path, now, replaceDocument(now.text, now.line(), edited), &object);
}

QString ownPath(const DirectorySource& source, const ObjectKey& key) {
    return QStringLiteral("%1/%2.%3.%4.yaml").arg(source.directory(), key.kind.toLower(), key.ns, key.name);
}

}  // namespace

Result<QString> writeManifest(const DirectorySource& source, const QCborMap& object) {
    const ObjectKey key = keyOf(object);
    if (const auto path = source.fileOf(key)) {
        const auto now = read(source, *path, key);
        if (!now) return tl::unexpected<Error>(now.error());
        return saveObject(*path, *now, object);
    }
    const QString path = ownPath(source, key);
    if (QFileInfo::exists(path))
        return failure(ErrorCode::Conflict, QStringLiteral("already exists and does not contain ") + key.text(), path);
    const mode_t mode = isSecret(key) ? kSecretMode : kNewFileMode;
    if (const auto saved = save(path, yaml::emit(object), nullptr, mode); !saved)
        return tl::unexpected<Error>(saved.error());
    return path;
}

Result<QString> mergeManifest(const DirectorySource& source, const ObjectKey& key, const QCborMap& patch) {
    const auto path = source.fileOf(key);
    if (!path) return failure(ErrorCode::NotFound, key.text() + QStringLiteral(" is not in any file"));
    const auto now = read(source, *path, key);
    if (!now) return tl::unexpected<Error>(now.error());
    return saveObject(*path, *now, mergePatched(now->documents[now->index].value, patch));
}

Result<QString> eraseManifest(const DirectorySource& source, const ObjectKey& key, HandWritten handWritten) {
    const auto path = source.fileOf(key);
    if (!path) return failure(ErrorCode::NotFound, key.text() + QStringLiteral(" is not in any file"));
    const auto now = read(source, *path, key);
    if (!now) return tl::unexpected<Error>(now.error());
    if (now->documents.size() > 1) return saveEdited(*path, *now, replaceDocument(now->text, now->line(), {}), nullptr);
    if (handWritten != HandWritten::Remove && *path != ownPath(source, key))
        return failure(ErrorCode::Refused,
                       QStringLiteral("was written by hand; `fos1ctl delete --remove-file` removes it too"), *path);
    struct stat info {};
    if (::stat(QFile::encodeName(*path).constData(), &info) != 0 || !isSameFile(info, now->info))
        return changedMeanwhile(*path);
    QFile file(*path);
    if (!file.remove()) return failure(ErrorCode::Io, file.errorString(), *path);
    return *path;
}

}  // namespace fos1::crd
