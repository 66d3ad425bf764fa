// SPDX-License-Identifier: GPL-2.0-or-later
#include "directory/manifest_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QCryptographicHash>
#include <QFile>
#include <cerrno>
#include <chrono>
#include <csignal>

namespace fos1::crd {

namespace {

QString errnoText() { return QString::fromLocal8Bit(::strerror(errno)); }

/// A writer may open, write and close a file several times.
constexpr std::chrono::seconds kQuietForUnended{2};

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
    if (info.st_size > kMostManifestBytes)
        return failure(ErrorCode::InvalidInput, QStringLiteral("is larger than 1 MiB; divide it into several files"),
                       path);
    if (isBeingWritten(fd))
        return failure(ErrorCode::Conflict, QStringLiteral("is open for writing; it is read when it is closed"), path);
    Content content{file.read(kMostManifestBytes), info.st_mode};
    if (file.error() != QFileDevice::NoError) return failure(ErrorCode::Io, file.errorString(), path);
    const auto age = std::chrono::system_clock::now().time_since_epoch() - std::chrono::seconds(info.st_ctim.tv_sec);
    const bool isFresh = age >= std::chrono::seconds(0) && age < kQuietForUnended;
    if (isFresh && !content.text.isEmpty() && !content.text.endsWith('\n') && !path.endsWith(u".json"))
        return failure(ErrorCode::Conflict,
                       QStringLiteral("its last line does not end, so it may still be being written; it is read when "
                                      "it has not changed for 2 s"),
                       path);
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

QByteArray digestOf(const QCborMap& object) {
    return QCryptographicHash::hash(object.toCborValue().toCbor(), QCryptographicHash::Sha256);
}

Result<std::vector<ManifestDocument>> readManifest(const QString& path) {
    const auto content = readRegular(path);
    if (!content) return tl::unexpected<Error>(content.error());
    auto documents = yaml::parse(content->text, path);
    if (!documents) return tl::unexpected<Error>(documents.error());
    if (documents->size() > kMostDocuments)
        return failure(ErrorCode::InvalidInput,
                       QStringLiteral("has more than %1 documents; divide it into several files").arg(kMostDocuments),
                       path);
    if ((content->mode & (S_IRWXG | S_IRWXO)) != 0)
        for (const yaml::Document& document : *documents)
            if (isSecret(keyOf(document.value)))
                return failure(
                    ErrorCode::Refused,
                    QStringLiteral("contains a Secret, so only its owner may read it: chmod 600 %1").arg(path),
                    document.locate({}));
    std::vector<ManifestDocument> read;
    read.reserve(documents->size());
    for (yaml::Document& document : *documents) {
        const QByteArray cbor = document.value.toCborValue().toCbor();
        read.push_back({std::move(document), cbor, QCryptographicHash::hash(cbor, QCryptographicHash::Sha256)});
    }
    return read;
}

}  // namespace fos1::crd
