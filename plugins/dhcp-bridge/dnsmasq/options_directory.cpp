// SPDX-License-Identifier: GPL-2.0-or-later
#include "dnsmasq/options_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <QFile>
#include <QScopeGuard>
#include <cerrno>
#include <cstring>
#include <memory>

#include "dnsmasq/dnsmasq_config.h"
#include "dnsmasq/dnsmasq_subnets.h"
#include "dnsmasq/file_stamp.h"

namespace fos1::dhcp {

namespace {

/// Hidden, so that dnsmasq does not read them.
constexpr const char* kReloadMark = ".fos1-ntp-reload-due";
constexpr const char* kTemporary = ".fos1-ntp-new";
constexpr qint64 kMostBytes = qint64{1024} * 1024;
constexpr std::size_t kMostFiles = 20'000;

tl::unexpected<Error> problem(int error, const QString& path) {
    const auto code = error == ENOENT                     ? ErrorCode::NotFound
                      : error == EACCES || error == EPERM ? ErrorCode::Refused
                                                          : ErrorCode::Io;
    return failure(code, QString::fromLocal8Bit(std::strerror(error)), path);
}

/// Of a regular file; nothing when it is another kind of file, or gone meanwhile.
Result<std::optional<QByteArray>> read(int directory, const QByteArray& name, const QString& path) {
    const int file = ::openat(directory, name.constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0 && errno == ENOENT) return std::nullopt;
    if (file < 0) return problem(errno, path);
    const auto close = qScopeGuard([file] { ::close(file); });
    struct stat status {};
    if (::fstat(file, &status) != 0) return problem(errno, path);
    if (!S_ISREG(status.st_mode)) return std::nullopt;
    QByteArray content;
    content.resize(static_cast<qsizetype>(std::min<qint64>(status.st_size, kMostBytes)));
    qsizetype length = 0;
    while (length < content.size()) {
        const ssize_t got = ::read(file, content.data() + length, static_cast<std::size_t>(content.size() - length));
        if (got < 0) return problem(errno, path);
        if (got == 0) break;
        length += got;
    }
    content.truncate(length);
    return content;
}

}  // namespace

Result<int> OptionsDirectory::open(int flags) const {
    const int directory = ::open(QFile::encodeName(m_path).constData(), flags | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) return directory;
    if (errno == ENOENT)
        return failure(
            ErrorCode::NotFound,
            QStringLiteral("there is no such directory; dnsmasq needs it when it starts, so create it before"), m_path);
    return problem(errno, m_path);
}

Result<OptionsDirectory::Listing> OptionsDirectory::list() {
    const auto opened = open(O_RDONLY);
    if (!opened) return tl::unexpected(opened.error());
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::fdopendir(*opened), ::closedir);
    Listing listing;
    struct statfs system {};
    if (::fstatfs(*opened, &system) != 0) return problem(errno, m_path);
    listing.survivesReboot = system.f_type != TMPFS_MAGIC && system.f_type != RAMFS_MAGIC;
    std::map<QString, Known> known;
    for (;;) {
        errno = 0;
        const dirent* const entry = ::readdir(directory.get());
        // Not read is not the same as not there.
        if (!entry && errno != 0) return problem(errno, m_path);
        if (!entry) break;
        if (QByteArray(entry->d_name) == kReloadMark) listing.isReloadDue = true;
        if (const auto noted = note(*opened, entry->d_name, known); !noted) return tl::unexpected(noted.error());
    }
    m_known = std::move(known);
    for (const auto& [name, file] : m_known) {
        const auto isOurs = isOurFile(name, file.content);
        if (!isOurs)
            return failure(ErrorCode::Conflict,
                           QStringLiteral("the file has a name of ours, but somebody else has written it; it is left "
                                          "alone, and so is everything else there: remove it or rename it"),
                           m_path + u'/' + name);
        (*isOurs ? listing.ours : listing.others).emplace(name, file.content);
    }
    return listing;
}

/// Adds a file that dnsmasq reads, without reading it again if it has not changed.
tl::expected<void, Error> OptionsDirectory::note(int directory, const QByteArray& fileName,
                                                 std::map<QString, Known>& known) const {
    const QString name = QFile::decodeName(fileName);
    if (isSkipped(name)) return {};
    const QString path = m_path + u'/' + name;
    struct stat status {};
    if (::fstatat(directory, fileName.constData(), &status, 0) != 0) {
        if (errno == ENOENT) return {};
        return problem(errno, path);
    }
    if (!S_ISREG(status.st_mode)) return {};
    if (known.size() >= kMostFiles)
        return failure(ErrorCode::Refused, QStringLiteral("it has more than %1 files").arg(kMostFiles), m_path);
    const QByteArray stamp = stampOf(status);
    const auto before = m_known.find(name);
    if (before != m_known.end() && before->second.stamp == stamp) {
        known.insert(*before);
        return {};
    }
    auto content = read(directory, fileName, path);
    if (!content) return tl::unexpected(content.error());
    if (*content) known.insert_or_assign(name, Known{stamp, **content});
    return {};
}

tl::expected<void, Error> OptionsDirectory::write(const QString& name, const QByteArray& content) {
    const auto opened = open(O_PATH);  // which inotify(7) does not report
    if (!opened) return tl::unexpected(opened.error());
    const auto closeDirectory = qScopeGuard([&] { ::close(*opened); });
    const QString path = m_path + u'/' + name;
    // O_EXCL, because others may write to the directory as well.
    const auto create = [&] {
        return ::openat(*opened, kTemporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    };
    int file = create();
    if (file < 0 && errno == EEXIST && ::unlinkat(*opened, kTemporary, 0) == 0) file = create();  // of an earlier run
    if (file < 0) return problem(errno, path);
    const auto giveUp = [&]() -> tl::expected<void, Error> {
        const int error = errno;
        ::unlinkat(*opened, kTemporary, 0);
        return problem(error, path);
    };
    bool isDone = ::fchmod(file, 0644) == 0;
    for (qsizetype at = 0; isDone && at < content.size();) {
        const ssize_t count = ::write(file, content.constData() + at, static_cast<std::size_t>(content.size() - at));
        isDone = count > 0;
        at += count;
    }
    if (!isDone) {
        const int error = errno;
        ::close(file);
        errno = error;
        return giveUp();
    }
    if (::close(file) != 0) return giveUp();
    if (::renameat(*opened, kTemporary, *opened, QFile::encodeName(name).constData()) != 0) return giveUp();
    return {};
}

tl::expected<void, Error> OptionsDirectory::remove(const QString& name) {
    const auto opened = open(O_PATH);  // which inotify(7) does not report
    if (!opened) return tl::unexpected(opened.error());
    const auto closeDirectory = qScopeGuard([&] { ::close(*opened); });
    if (::unlinkat(*opened, QFile::encodeName(name).constData(), 0) != 0 && errno != ENOENT)
        return problem(errno, m_path + u'/' + name);
    return {};
}

tl::expected<void, Error> OptionsDirectory::markReload() { return write(QString::fromLatin1(kReloadMark), {}); }
tl::expected<void, Error> OptionsDirectory::clearReload() { return remove(QString::fromLatin1(kReloadMark)); }

}  // namespace fos1::dhcp
