// SPDX-License-Identifier: GPL-2.0-or-later
#include "directory/directory_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QCborArray>
#include <QDir>
#include <QFile>
#include <cerrno>
#include <utility>

namespace fos1::crd {

namespace {

constexpr qint64 kMaxFileBytes = 8 << 20;

QString errnoText() { return QString::fromLocal8Bit(::strerror(errno)); }

std::optional<ManifestFile::Identity> identityOf(const QString& path) {
    struct stat info {};
    if (::stat(QFile::encodeName(path).constData(), &info) != 0) return std::nullopt;
    constexpr qint64 kNs = 1'000'000'000;
    return ManifestFile::Identity{info.st_mtim.tv_sec * kNs + info.st_mtim.tv_nsec,
                                  info.st_ctim.tv_sec * kNs + info.st_ctim.tv_nsec, info.st_size, info.st_ino};
}

struct Content {
    QByteArray text;
    mode_t mode = 0;  ///< of the file that was read
};

/// The complete content of a regular file. Never waits for the writer of a FIFO.
Result<Content> readRegular(const QString& path) {
    const int fd = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return failure(ErrorCode::Io, errnoText(), path);
    struct stat info {};
    const bool isRegular = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    QFile file;
    if (!isRegular || !file.open(fd, QIODevice::ReadOnly, QFileDevice::AutoCloseHandle)) {
        ::close(fd);
        return failure(ErrorCode::Io, QStringLiteral("is not a regular file"), path);
    }
    if (info.st_size > kMaxFileBytes) return failure(ErrorCode::Io, QStringLiteral("is larger than 8 MiB"), path);
    return Content{file.read(kMaxFileBytes), info.st_mode};
}

}  // namespace

ObjectKey keyOf(const QCborMap& object) {
    const QCborMap metadata = object.value(QStringLiteral("metadata")).toMap();
    return {object.value(QStringLiteral("apiVersion")).toString(), object.value(QStringLiteral("kind")).toString(),
            metadata.value(QStringLiteral("namespace")).toString(QStringLiteral("default")),
            metadata.value(QStringLiteral("name")).toString()};
}

bool isSecret(const ObjectKey& key) {
    return key.apiVersion == QStringLiteral("v1") && key.kind == QStringLiteral("Secret");
}

DirectorySource::DirectorySource(QString directory, Submit submit)
    : m_directory(std::move(directory)), m_submit(std::move(submit)) {}

bool DirectorySource::readFile(const QString& path, ManifestFile& file) const {
    const auto refuse = [&](const Error& error) {
        file.isRead = false;
        file.problems = {error.text()};
        return false;
    };
    const auto content = readRegular(path);
    if (!content) return refuse(content.error());
    auto documents = yaml::parse(content->text, path);
    if (!documents) return refuse(documents.error());
    if ((content->mode & (S_IRWXG | S_IRWXO)) != 0)
        for (const yaml::Document& document : *documents)
            if (isSecret(keyOf(document.value)))
                return refuse(
                    {ErrorCode::Refused,
                     QStringLiteral("contains a Secret, so only its owner may read it: chmod 600 %1").arg(path),
                     document.locate({})});
    file.documents = std::move(*documents);
    file.isRead = true;
    return true;
}

void DirectorySource::scan(const QSet<QString>& names) {
    const QDir dir(m_directory);
    if (!dir.exists() || ::access(QFile::encodeName(m_directory).constData(), R_OK | X_OK) != 0) {
        m_directoryProblem = QStringLiteral("%1: the directory of manifests cannot be read").arg(m_directory);
        return;
    }
    m_directoryProblem.clear();
    const QStringList present = dir.entryList(
        {QStringLiteral("*.yaml"), QStringLiteral("*.yml"), QStringLiteral("*.json")}, QDir::Files, QDir::Name);

    std::vector<QString> toReplace;
    std::vector<QString> toRemove;
    QSet<QString> seen;
    for (const QString& name : present) {
        const QString path = m_directory + u'/' + name;
        const auto identity = identityOf(path);
        if (!identity) continue;  // removed since it was listed
        seen.insert(path);
        ManifestFile& file = m_files[path];
        if (file.identity == *identity && !names.contains(name)) continue;
        file.identity = *identity;
        if (readFile(path, file)) toReplace.push_back(path);
    }
    for (auto it = m_files.begin(); it != m_files.end();) {
        const bool isGone = !seen.contains(it->first);
        if (isGone) toRemove.push_back(it->first);
        it = isGone ? m_files.erase(it) : std::next(it);
    }
    // A refused file may be acceptable now that another one is gone.
    for (const auto& [path, file] : m_files)
        if (file.isRead && !file.problems.isEmpty() &&
            std::find(toReplace.begin(), toReplace.end(), path) == toReplace.end())
            toReplace.push_back(path);
    submit(toReplace, toRemove);
}

void DirectorySource::submit(const std::vector<QString>& toReplace, const std::vector<QString>& toRemove) {
    QCborMap replace;
    for (const QString& path : toReplace) {
        QCborArray objects;
        for (const yaml::Document& document : m_files[path].documents) objects.append(document.value);
        replace.insert(path, objects);
    }
    QCborArray remove;
    for (const QString& path : toRemove) remove.append(path);
    const QCborMap result = m_submit({{QStringLiteral("replace"), replace},
                                      {QStringLiteral("remove"), remove},
                                      {QStringLiteral("synced"), true},
                                      {QStringLiteral("whole"), !std::exchange(m_isShown, true)}});

    for (const QString& path : toReplace) m_files[path].problems.clear();
    const QCborArray errors = result.value(QStringLiteral("errors")).toArray();
    for (const QCborValue& value : errors) {
        const QCborMap error = value.toMap();
        ManifestFile& file = m_files[error.value(QStringLiteral("origin")).toString()];
        const auto index = static_cast<std::size_t>(error.value(QStringLiteral("index")).toInteger());
        if (index >= file.documents.size()) continue;
        const QString where = error.value(QStringLiteral("path")).toString();
        const QString what = error.value(QStringLiteral("message")).toString();
        file.problems.append(file.documents[index].locate(where) + QStringLiteral(": ") +
                             (where.isEmpty() ? what : where + QStringLiteral(": ") + what));
    }
    for (const QString& path : toReplace) {
        ManifestFile& file = m_files[path];
        if (!file.problems.isEmpty()) continue;
        file.accepted.clear();
        for (const yaml::Document& document : file.documents) file.accepted.push_back(keyOf(document.value));
    }
}

QStringList DirectorySource::problems() const {
    QStringList all;
    if (!m_directoryProblem.isEmpty()) all.append(m_directoryProblem);
    for (const auto& [path, file] : m_files) all += file.problems;
    return all;
}

std::optional<QString> DirectorySource::fileOf(const ObjectKey& key) const {
    for (const auto& [path, file] : m_files)
        if (std::find(file.accepted.begin(), file.accepted.end(), key) != file.accepted.end()) return path;
    return std::nullopt;
}

}  // namespace fos1::crd
