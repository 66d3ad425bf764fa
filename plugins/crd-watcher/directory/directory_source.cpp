// SPDX-License-Identifier: GPL-2.0-or-later
#include "directory/directory_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QCborArray>
#include <QFile>
#include <cerrno>
#include <csignal>
#include <utility>

namespace fos1::crd {

namespace {

constexpr qint64 kMaxFileBytes = 8 << 20;

QString errnoText() { return QString::fromLocal8Bit(::strerror(errno)); }

struct Content {
    QByteArray text;
    mode_t mode = 0;  ///< of the file that was read
};

/// Whether somebody has it open for writing: then it cannot be leased for reading (fcntl(2), F_SETLEASE). False also
/// when only its owner could know.
bool isBeingWritten(int fd) {
    // Who opens it for writing at this moment makes the kernel send a signal; by default one that ends us (SIGIO).
    if (::fcntl(fd, F_SETSIG, SIGURG) != 0) return false;
    if (::fcntl(fd, F_SETLEASE, F_RDLCK) != 0) return errno == EAGAIN;
    ::fcntl(fd, F_SETLEASE, F_UNLCK);
    return false;
}

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
    if (info.st_size > kMaxFileBytes)
        return failure(ErrorCode::InvalidInput, QStringLiteral("is larger than 8 MiB"), path);
    if (isBeingWritten(fd))
        return failure(ErrorCode::Conflict, QStringLiteral("is open for writing; it is read when it is closed"), path);
    Content content{file.read(kMaxFileBytes), info.st_mode};
    if (file.error() != QFileDevice::NoError) return failure(ErrorCode::Io, file.errorString(), path);
    return content;
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

bool DirectorySource::readFile(const QString& path, ManifestFile& file) {
    const auto refuse = [&](const Error& error) {
        file.isRead = false;
        file.problems = {error.text()};
        return false;
    };
    const auto content = readRegular(path);
    if (!content) {
        if (content.error().code != ErrorCode::InvalidInput) {
            file.identity = {};
            m_isIncomplete = true;
        }
        return refuse(content.error());
    }
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

Result<DirectoryListing> DirectorySource::list() {
    auto listing = listManifests(m_directory);
    if (!listing) return listing;
    const bool isAnother = m_place && *m_place != listing->place;
    if (isAnother && listing->files.empty() && listing->unseen.empty() && !m_files.empty())
        return failure(
            ErrorCode::Conflict,
            QStringLiteral("another directory is in this place now, without any manifest, as after an umount; "
                           "what was declared stays in force"),
            m_directory);
    m_place = listing->place;
    m_hasLinks = listing->hasLinks;
    return listing;
}

void DirectorySource::scan(const QSet<QString>& names) {
    const auto listing = list();
    m_isIncomplete = !listing || !listing->unseen.empty();
    if (!listing) {
        m_directoryProblem = listing.error().text();
        return;
    }
    m_directoryProblem.clear();

    std::vector<QString> toReplace;
    std::vector<QString> toRemove;
    QSet<QString> seen;
    for (const DirectoryListing::File& each : listing->files) {
        const QString path = m_directory + u'/' + each.name;
        seen.insert(path);
        ManifestFile& file = m_files[path];
        if (file.identity == each.identity && !names.contains(each.name)) continue;
        file.identity = each.identity;
        if (readFile(path, file)) toReplace.push_back(path);
    }
    for (const auto& [name, why] : listing->unseen) {
        const QString path = m_directory + u'/' + name;
        seen.insert(path);
        ManifestFile& file = m_files[path];
        file.identity = {};
        file.isRead = false;
        file.problems = {path + QStringLiteral(": ") + why};
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
    // Objects of an earlier run stay while their files cannot be read.
    const bool isWhole = !m_isShown && !m_isIncomplete;
    m_isShown = m_isShown || isWhole;
    const QCborMap result = m_submit({{QStringLiteral("replace"), replace},
                                      {QStringLiteral("remove"), remove},
                                      {QStringLiteral("synced"), true},
                                      {QStringLiteral("whole"), isWhole}});

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
